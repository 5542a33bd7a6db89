import { findingOf } from '../case/index.ts';
import type { HemorrhageDoubt } from '../case/index.ts';
import type { Message } from './evaluation.ts';

/** Why a criterion about hemorrhage is open, or that its answer and the software's differ. */
export function computedHemorrhageNote({ certainty, kind, computed }: HemorrhageDoubt): Message {
  const volume = findingOf(computed, 'hemorrhage-volume')?.value;
  const params = { volume: typeof volume === 'number' ? Math.round(volume * 10) / 10 : '–' };
  const key = certainty === 'seen' ? 'computed-hemorrhage' : 'computed-hemorrhage-uncertain';
  return { key: kind === 'unreported' ? key : `${key}-against-report`, params };
}
