import type { DeficitSide, ImageSide, SideDisagreement } from '../../decisions/stroke-state/index.ts';
import type { ExplainContext } from '../explain-context.ts';
import { pipelineName } from '../format/finding-text.ts';
import { escapeValue } from '../format/markdown.ts';

/** That deficit and images are not of one side, for every card that a treatment may rest on. Markdown, or ''. */
export function sideLine(disagreement: SideDisagreement | null, c: ExplainContext): string {
  if (disagreement === null) return '';
  return c.texts.text('imaging.sides-line', { sentence: escapeValue(sideSentence(disagreement, c)) });
}

/** Plain text. */
export function sideSentence({ deficit, images }: SideDisagreement, c: ExplainContext): string {
  return c.texts.text('imaging.sides-differ', {
    deficit: deficitText(deficit, c),
    images: images.map((image) => imageText(image, c)).join(c.texts.text('ui.separator')),
  });
}

function deficitText(deficit: DeficitSide, { texts }: ExplainContext): string {
  const hemisphere = texts.text(`imaging.side.${deficit.hemisphere}`);
  if (deficit.basis !== 'weakness')
    return texts.text(`imaging.deficit-side.${deficit.basis}`, { points: deficit.points, hemisphere });
  const { left, right } = deficit;
  const side = texts.text(`imaging.side.${left > right ? 'left' : 'right'}`);
  return texts.text('imaging.deficit-side.weakness', { side, left, right, hemisphere });
}

function imageText(image: ImageSide, { texts, f }: ExplainContext): string {
  const side = texts.text(`imaging.side.${image.side}`);
  return 'pipeline' in image
    ? texts.text('imaging.image-side.computed', { pipeline: pipelineName(image.pipeline, f), side })
    : texts.text('imaging.image-side.recorded', { side });
}
