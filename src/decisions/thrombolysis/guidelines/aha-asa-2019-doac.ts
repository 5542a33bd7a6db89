/** AHA/ASA 2019: direct oral anticoagulants. */
import { holds, isAtLeast } from '../../../case/index.ts';
import type { FactKey, StrokeFacts } from '../../../case/index.ts';
import type { Verdict } from '../../evaluation.ts';
import { or } from '../../three-valued.ts';
import { aha2019 } from '../citations.ts';
import { intakeEdges, isRecent } from '../drugs.ts';
import { EXCLUDES } from '../rule.ts';
import type { ThrombolysisRule } from '../rule.ts';
import { changing, confirmIfNotRecorded, emptyList, openFacts, verdict } from '../verdict.ts';

const HOURS = 48;
/** 'Normal renal function' is not defined there; an eGFR from 60 on is taken for it, below it the answer stays open. */
const NORMAL_EGFR = 60;

const hasNormalRenalFunction = ({ egfr }: StrokeFacts): boolean =>
  holds(egfr, (value) => isAtLeast(value, NORMAL_EGFR)) === true;

/** An impaired renal function is not asked for again: then an assay of the drug is what is left. */
const besides = (facts: StrokeFacts): readonly FactKey[] =>
  facts.egfr.status === 'known' ? ['antiXaActivity', 'thrombinTime'] : ['egfr'];

/**
 * Excludes within 48 h of the last dose; after 48 h only with normal renal function.
 * The way round by 'normal' drug-specific assays is left to the clinician: no threshold for them is verified.
 */
export const directOralAnticoagulant2019: ThrombolysisRule = {
  id: 'direct-oral-anticoagulant-within-48-hours',
  class: 'absolute',
  data: ['directOralAnticoagulant', 'egfr', 'antiXaActivity', 'thrombinTime'],
  citation: aha2019('Table 8', 'V2', { cor: '3: Harm' }),
  effect: EXCLUDES,
  evaluate: ({ facts }, at): Verdict => {
    const list = facts.directOralAnticoagulant;
    const empty = emptyList(list);
    if (empty !== undefined) return empty;
    const renal = hasNormalRenalFunction(facts);
    const answer = holds(list, (exposures) =>
      or(
        ...exposures.map((exposure) => {
          const recent = isRecent(exposure, at, HOURS);
          return recent === false && exposure.active && !renal ? undefined : recent;
        }),
      ),
    );
    const missing = openFacts(facts, ['directOralAnticoagulant']);
    const intakeOpen = list.status === 'known' && list.value.some(({ lastIntake }) => lastIntake.status !== 'known');
    const needed: readonly FactKey[] = missing.length > 0 || intakeOpen ? ['directOralAnticoagulant'] : besides(facts);
    const note = answer === true ? { key: 'doac-assays-may-allow' } : undefined;
    const judged = confirmIfNotRecorded(verdict(answer, needed, note), facts, 'directOralAnticoagulant');
    return changing(judged, intakeEdges(list, HOURS), at);
  },
};
