/** Imaging analyses that are not done: why a value that they would give is not there. */
import { currentProgress, PIPELINE_OF_FACT, type FactKey, type ImagingProgress } from '../../case/index.ts';
import type { ExplainContext } from '../explain-context.ts';
import { progressText } from '../format/finding-text.ts';

/** The analysis that would give this fact, while it is not done; undefined where none is known of. Plain text. */
export function analysisOf(key: FactKey, c: ExplainContext): string | undefined {
  const pipeline = PIPELINE_OF_FACT[key];
  if (pipeline === undefined) return undefined;
  const rows = currentProgress(c.stroke.imaging, c.stroke.asOf).filter(({ state }) => state !== 'final');
  // Images that are arriving or being sorted may be those of the analysis that is needed.
  const row = rows.find((one) => one.pipeline === pipeline) ?? rows.find(isOnItsWay);
  return row === undefined ? undefined : progressText(row, c.f);
}

const isOnItsWay = ({ pipeline, state }: ImagingProgress): boolean =>
  pipeline === null && (state === 'receiving' || state === 'queued' || state === 'in-progress');
