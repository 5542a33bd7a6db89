/** What the record says about the infarct and its arteries. */
import type { Fact, InfarctPattern, InfarctTerritory, StrokeFacts } from '../../case/index.ts';
import { arterialStenosis } from './arterial-stenosis.ts';
import { choose, type Candidate } from './choose.ts';
import { ischemicLesion } from './ischemic-lesion.ts';
import { LOOK_BACK } from './quantity-table.ts';
import { ofThisEpisode } from './quantities.ts';
import { absentReason, accept, codedValue, reject, type Reading } from './reading.ts';
import { readingsOf, type RecordIndex } from './record-index.ts';
import { unknownFact, type Scope } from './scope.ts';
import { codedFact, yesNoFact } from './values.ts';

const PATTERNS: Readonly<Record<string, InfarctPattern>> = {
  'answer-infarct-pattern-none-visible': 'none-visible',
  'answer-infarct-pattern-single-penetrating-artery': 'single-penetrating-artery',
  'answer-infarct-pattern-single-territorial': 'single-territorial',
  'answer-infarct-pattern-border-zone': 'border-zone',
  'answer-infarct-pattern-multiple-one-territory': 'multiple-one-territory',
  'answer-infarct-pattern-scattered-cortical': 'scattered-cortical',
  'answer-infarct-pattern-multiple-territories': 'multiple-territories',
};
const TERRITORIES: Readonly<Record<string, InfarctTerritory>> = {
  'answer-infarct-territory-left-carotid': 'left-carotid',
  'answer-infarct-territory-right-carotid': 'right-carotid',
  'answer-infarct-territory-vertebrobasilar': 'vertebrobasilar',
};

function territoriesOf(scope: Scope, { node }: Reading): readonly InfarctTerritory[] {
  return codedValue(node)
    .flatMap(({ system, code }) => scope.terminology.groupsOf(system, code))
    .flatMap((group) => TERRITORIES[group] ?? []);
}

/** Readings of the same time belong to one examination: their territories add up. */
function infarctTerritory(scope: Scope, readings: readonly Reading[]): Fact<readonly InfarctTerritory[]> {
  const exams = new Map<string, Reading[]>();
  for (const reading of readings) {
    const key = `${reading.at?.earliest ?? ''}-${reading.at?.latest ?? ''}-${reading.timeProblem ?? ''}`;
    exams.set(key, [...(exams.get(key) ?? []), reading]);
  }
  const candidates = [...exams.values()].flatMap((exam): Candidate<readonly InfarctTerritory[]>[] => {
    const [first] = exam;
    if (first === undefined) return [];
    const parts = exam.map((reading) => territoriesOf(scope, reading));
    const unread = exam.find((_, i) => parts[i]?.length === 0);
    const all = [...new Set(parts.flat())].sort();
    return [
      {
        at: first.at,
        reference: first.reference,
        pending: exam.some(({ pending }) => pending),
        result: unread === undefined ? accept(all) : reject(absentReason(unread.node)),
        ...(first.timeProblem === undefined ? {} : { timeProblem: first.timeProblem }),
      },
    ];
  });
  return choose(candidates, {
    asOf: scope.at,
    lookBack: LOOK_BACK.causeFinding,
    same: (a, b) => a.join() === b.join(),
    unknown: unknownFact(scope, 'infarctTerritory', ['strokeObservations']),
  });
}

type InfarctKey =
  | 'ischemicLesion'
  | 'infarctPattern'
  | 'infarctTerritory'
  | 'arterialStenosis'
  | 'vulnerablePlaque'
  | 'parentArteryPlaque'
  | 'aorticArchThrombus'
  | 'microembolicSignals';

/** @param since examinations before it do not show this episode */
export function mapInfarct(scope: Scope, index: RecordIndex, since: number | null): Pick<StrokeFacts, InfarctKey> {
  const readings = (group: string): readonly Reading[] =>
    ofThisEpisode(readingsOf(index, `observation-${group}`), since);
  const sign = (key: 'vulnerablePlaque' | 'parentArteryPlaque' | 'aorticArchThrombus', group: string): Fact<boolean> =>
    yesNoFact(scope, readingsOf(index, `observation-${group}`), key, LOOK_BACK.vessels);
  return {
    ischemicLesion: ischemicLesion(scope, index, since),
    infarctPattern: codedFact(scope, readings('infarct-pattern'), 'infarctPattern', PATTERNS, LOOK_BACK.causeFinding),
    infarctTerritory: infarctTerritory(scope, readings('infarct-territory')),
    arterialStenosis: arterialStenosis(scope, index),
    vulnerablePlaque: sign('vulnerablePlaque', 'vulnerable-plaque'),
    parentArteryPlaque: sign('parentArteryPlaque', 'parent-artery-plaque'),
    aorticArchThrombus: sign('aorticArchThrombus', 'aortic-arch-thrombus'),
    microembolicSignals: yesNoFact(
      scope,
      readings('microembolic-signals'),
      'microembolicSignals',
      LOOK_BACK.causeFinding,
    ),
  };
}
