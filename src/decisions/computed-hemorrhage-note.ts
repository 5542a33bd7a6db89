import { findingOf } from '../case/index.ts';
import type { HemorrhageDoubt } from '../case/index.ts';
import type { Message } from './evaluation.ts';

/** Why a criterion about hemorrhage is open, or that its answer and the software's differ. */
export function computedHemorrhageNote({ kind, computed }: HemorrhageDoubt): Message {
  const volume = findingOf(computed, 'hemorrhage-volume')?.value;
  const params = { volume: typeof volume === 'number' ? Math.round(volume * 10) / 10 : '–' };
  return { key: kind === 'unreported' ? 'computed-hemorrhage' : 'computed-hemorrhage-against-report', params };
}
