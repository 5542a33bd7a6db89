/** Pregnancy and the fortnight after a delivery. */
import {
  candidates,
  DAY,
  holds,
  known,
  type Fact,
  type PregnancyState,
  type StrokeFacts,
  type TimeSpan,
} from '../../case/index.ts';
import { isFutureDated } from '../time.ts';
import { choose, sourcesOf } from './choose.ts';
import { LOOK_BACK } from './quantity-table.ts';
import { absentReason, accept, reject } from './reading.ts';
import { readingsOf, type RecordIndex } from './record-index.ts';
import { unknownFact, type Scope } from './scope.ts';
import { answerGroup, candidatesOf, clockOf } from './values.ts';

const POSTPARTUM = 14 * DAY;
/** A diagnosis of pregnancy without an end older than this is over. */
const LONGEST_PREGNANCY = 300 * DAY;
/** Natural pregnancy is not known beyond this age. */
const MENOPAUSE = 60;

/** The delivery of the last fortnight, by an observation of its time or a dated diagnosis or procedure. */
function delivery(scope: Scope, index: RecordIndex): { readonly at: TimeSpan; readonly reference: string } | undefined {
  const stated = clockOf(scope, readingsOf(index, 'observation-delivery-time'), 'pregnancy', ['strokeObservations']);
  if (stated.status === 'known') return { at: stated.value, reference: stated.sources[0]?.reference ?? '' };
  return (index.events.get('delivery') ?? [])
    .filter((e) => !e.refuted && e.when !== null && !isFutureDated(e.when, scope.at))
    .flatMap((e) => (e.when === null ? [] : [{ at: e.when, reference: e.reference }]))
    .find(({ at }) => at.latest >= scope.at - POSTPARTUM);
}

export function mapPregnancy(
  scope: Scope,
  index: RecordIndex,
  { age, sex }: Pick<StrokeFacts, 'age' | 'sex'>,
): Fact<PregnancyState> {
  const birth = delivery(scope, index);
  if (birth !== undefined) return known('postpartum-14-days', birth.at, sourcesOf([birth]), 'derived');
  const lacking = unknownFact(scope, 'pregnancy', ['strokeObservations', 'conditions']);
  const tested = choose<PregnancyState>(
    candidatesOf(readingsOf(index, 'observation-pregnancy'), (node) => {
      const answer = answerGroup(scope, node, ['answer-pregnant', 'answer-not-pregnant']);
      if (answer === undefined) return reject(absentReason(node) === 'malformed' ? 'not-recorded' : absentReason(node));
      return accept(answer === 'answer-pregnant' ? 'pregnant' : 'not-pregnant');
    }),
    { asOf: scope.at, lookBack: LOOK_BACK.pregnancyTest, unknown: lacking },
  );
  if (tested.status !== 'unknown') return tested;
  const diagnosed = (index.events.get('pregnancy') ?? []).filter(
    (e) => !e.refuted && e.active && (e.when === null || e.when.latest >= scope.at - LONGEST_PREGNANCY),
  );
  if (diagnosed.length > 0) return known('pregnant', null, sourcesOf(diagnosed));
  if (sex.status === 'known' && sex.value === 'male') return known('not-pregnant', null, sex.sources, 'derived');
  if (holds(age, ({ value }) => value >= MENOPAUSE) === true)
    return known('not-pregnant', null, candidates(age)[0]?.sources ?? [], 'derived');
  return tested;
}
