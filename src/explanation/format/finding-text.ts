/** Findings of imaging pipelines, their states and reasons in the words of the reader. Plain text; the caller escapes it. */
import { FINDING_KINDS, shownFigure, type ImagingFinding, type ImagingProgress, type Unit } from '../../case/index.ts';
import type { Formats } from './formats.ts';
import { inSentence } from './messages.ts';
import { quantityText, UNIT_KEYS } from './quantity.ts';

export const pipelineName = (pipeline: string | null, { texts }: Formats): string =>
  texts.text(
    pipeline === null
      ? 'imaging.pipeline.none'
      : texts.has(`imaging.pipeline.${pipeline}`)
        ? `imaging.pipeline.${pipeline}`
        : 'imaging.pipeline.other',
  );

export const kindName = ({ kind }: Pick<ImagingFinding, 'kind'>, { texts }: Formats): string =>
  texts.text(texts.has(`imaging.kind.${kind}`) ? `imaging.kind.${kind}` : 'imaging.kind.other');

/** '20 mL (16–24)'; below the detection floor that nothing was seen, and what the method cannot see. */
export function findingValue(finding: ImagingFinding, f: Formats): string {
  const { kind, value, interval, detectionFloor } = finding;
  const unit: Unit | null = FINDING_KINDS[kind];
  if (value === null) return f.texts.text('imaging.not-computable');
  if (typeof value === 'boolean') return f.texts.text(value ? 'ui.yes' : 'ui.no');
  if (typeof value === 'string') return codedValue(value, f);
  if (unit === null) return f.number(value);
  if (detectionFloor !== null && value < detectionFloor)
    return f.texts.text('imaging.not-detected', { floor: amount(detectionFloor, unit, f) });
  const { low, high } = interval ?? { low: value, high: value };
  return quantityText(
    { value: shownFigure(value, unit), unit, interval: { low: shownFigure(low, unit), high: shownFigure(high, unit) } },
    f,
  );
}

export const amount = (value: number, unit: Unit, f: Formats): string =>
  f.texts.text(UNIT_KEYS[unit], { value: f.number(shownFigure(value, unit)) });

/** Codes separated by spaces: sides, places, 'present' or 'not seen', else the code itself, which is a word of ours. */
function codedValue(codes: string, { texts }: Formats): string {
  const word = (code: string): string => {
    const groups = ['imaging.side', 'imaging.word', 'infarct-territory', 'infarct-pattern', 'hematoma-location'];
    const key = groups.map((group) => `${group}.${code}`).find((known) => texts.has(known));
    const [, side, region] = /^(left|right)-(.+)$/.exec(code) ?? [];
    // 'left-m1': regions of ASPECTS with their side.
    if (key === undefined && side !== undefined && texts.has(`imaging.region.${region ?? ''}`)) {
      return texts.text('imaging.region-of', {
        side: texts.text(`imaging.side.${side}`),
        region: texts.text(`imaging.region.${region ?? ''}`),
      });
    }
    return key === undefined ? code.replaceAll('-', ' ') : texts.text(key);
  };
  return codes.split(' ').map(word).join(texts.text('ui.separator'));
}

/**
 * 'motion between frames; repeat the series': from `cards/terms/<locale>/quality.json`, else the bare code.
 * @param other text for a code without words of its own
 */
export function reasonText(code: string | null, { texts }: Formats, other = 'imaging.reason-other'): string {
  if (code === null) return texts.text('imaging.reason-none');
  // Why the software failed, or took a value back, says nothing of the images.
  const own = [`imaging.failure.${code}`, `imaging.withdrawn.${code}`].find((known) => texts.has(known));
  if (own !== undefined) return texts.text(own);
  const key = `quality.${code}`;
  if (!texts.has(key)) return texts.text(other, { code });
  const what = texts.text(key);
  return texts.has(`${key}.sentence`)
    ? texts.text('imaging.reason-mend', { what, mend: clause(texts.text(`${key}.sentence`)) })
    : what;
}

/** The short name of a remark alone. */
export function remarkName(code: string, { texts }: Formats): string {
  return texts.has(`quality.${code}`) ? texts.text(`quality.${code}`) : texts.text('imaging.remark-other', { code });
}

/** 'coverage 38 mm'; the bare name for one without words, as in results of earlier versions. */
export function figureText(name: string, value: number, { texts, number }: Formats): string {
  const key = `figure.${name}`;
  if (!texts.has(key)) return `${name} ${number(value)}`;
  return texts.text(key, { value: number(value), percent: number(100 * value, 1) });
}

/** A sentence within a sentence: 'Repeat the series.' after a semicolon. */
const clause = (sentence: string): string => inSentence(sentence.replace(/[.。]$/, ''));

/** 'in progress since 14:02, 60 %' */
export function progressState({ state, since, percent, reason }: ImagingProgress, f: Formats): string {
  const isWithdrawn = state === 'refused' && reason !== null && f.texts.has(`imaging.withdrawn.${reason}`);
  const key = state === 'in-progress' && percent !== null ? 'in-progress-percent' : isWithdrawn ? 'withdrawn' : state;
  return f.texts.text(`imaging.progress.${key}`, {
    time: f.time(since),
    percent: f.number(percent ?? 0, 0),
    reason: reasonText(reason, f),
  });
}

/** 'perfusion in progress since 14:02, 60 %' */
export function progressText(progress: ImagingProgress, f: Formats): string {
  const { pipeline, state } = progress;
  return f.texts.text('imaging.progress-of', {
    // Images arrive; what waits, runs or fails before a pipeline was chosen is an analysis.
    pipeline: pipelineName(pipeline ?? (state === 'receiving' ? null : 'other'), f),
    state: progressState(progress, f),
  });
}

/** What an interval spans; pipelines say it in English, the texts of a locale may know it. */
export function intervalBasis(basis: string, { texts }: Formats): string {
  const key = `imaging.basis.${basis
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/-$/, '')}`;
  return texts.has(key) ? texts.text(key) : basis;
}
