/** What a row of a table and its measured mask say about the inputs of models; what a cell lacks is unknown, never 0. */
import type { FactKey } from '../case/index.ts';
import type { MaskMeasurement } from '../imaging/index.ts';
import type { CaseReadings, FactReadings } from '../prediction/index.ts';
import type { Participant } from './participants.ts';

const NOTHING: FactReadings = { state: 'unknown', alternatives: [] };

function reading(values: Readonly<Record<string, number>>, unit?: string): FactReadings {
  return { state: 'known', alternatives: [unit === undefined ? { values } : { values, unit }] };
}

/** @param mask null when the participant has none */
export function participantReadings({ age, sex, nihss }: Participant, mask: MaskMeasurement | null): CaseReadings {
  const readings: Partial<Record<FactKey, FactReadings>> = {
    ...(age === undefined ? {} : { age: reading({ age }, 'a') }),
    ...(sex === undefined ? {} : { sex: reading({ sex: sex === 'male' ? 1 : 0 }) }),
    ...(nihss === undefined ? {} : { nihss: reading({ nihss }) }),
    // The zeros of a mask without lesion measure nothing.
    ...(mask?.state === 'measured' ? { ischemicLesion: reading(mask.features) } : {}),
  };
  return (fact) => readings[fact] ?? NOTHING;
}

/** What was not known of a participant, in words for the note column. */
export function whatIsMissing({ age, sex, nihss, problems }: Participant, mask: MaskMeasurement | null): string[] {
  const lesion =
    mask === null
      ? ['no mask']
      : mask.state === 'refused'
        ? [`mask refused: ${mask.reason}`]
        : mask.state === 'no-lesion'
          ? ['the mask holds no lesion']
          : [];
  return [
    ...lesion,
    ...(nihss === undefined ? ['NIHSS unknown'] : []),
    ...(age === undefined ? ['age unknown'] : []),
    ...(sex === undefined ? ['sex unknown'] : []),
    ...problems,
  ];
}
