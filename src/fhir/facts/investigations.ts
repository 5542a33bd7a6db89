/** Investigations of the cause: procedures, and examinations of the arteries of the neck that are filed as imaging. */
import { known, type ClinicalEvent, type Fact } from '../../case/index.ts';
import { isFutureDated } from '../time.ts';
import { sourcesOf } from './choose.ts';
import type { Episode } from './episode.ts';
import type { RecordIndex } from './record-index.ts';
import type { Scope } from './scope.ts';

/** Ordered is not done: an examination counts from its images on. */
export function investigations(
  scope: Scope,
  procedures: Fact<readonly ClinicalEvent[]>,
  index: RecordIndex,
  episode: Episode,
): Fact<readonly ClinicalEvent[]> {
  const imaged = index.imaging.flatMap(({ from, neck, at, state, reference }): ClinicalEvent[] => {
    if (neck !== true || from === 'order' || state === 'registered') return [];
    if (at === null || at.latest < episode.begins || isFutureDated(at, scope.at)) return [];
    return [
      {
        kind: 'extracranial-vessel-imaging',
        when: at,
        active: false,
        certainty: 'confirmed',
        source: { reference },
      },
    ];
  });
  if (imaged.length === 0) return procedures;
  const all = [...(procedures.status === 'known' ? procedures.value : []), ...imaged];
  return known(all, null, sourcesOf(all.map(({ source }) => source)));
}
