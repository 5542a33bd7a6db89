/** Blood pressure in acute intracerebral hemorrhage (AHA/ASA 2022 section 5.1). */
import { holds, HOUR, isAbove, isAtLeast, isAtMost, isBelow, plus } from '../../case/index.ts';
import type { Quantity } from '../../case/index.ts';
import type { Citation, Criterion, CriterionClass, Message } from '../evaluation.ts';
import { ONSET_FACTS, onsetRange } from '../scores/case-values.ts';
import { and } from '../three-valued.ts';
import { PRESSURE_HARM, PRESSURE_START, PRESSURE_TARGET, PRESSURE_UNCERTAIN } from './citations.ts';
import { verdict } from './verdicts.ts';

const START_WITHIN = 2 * HOUR;

const systolic = (
  id: string,
  kind: CriterionClass,
  citation: Citation,
  test: (systolic: Quantity) => boolean | undefined,
  note?: Message,
): Criterion => ({
  id,
  class: kind,
  data: ['bloodPressure'],
  citation,
  evaluate: (stroke) =>
    verdict(
      stroke,
      ['bloodPressure'],
      holds(stroke.facts.bloodPressure, (pressure) => test(pressure.systolic)),
      note === undefined ? {} : { note },
    ),
});

export const PRESSURE_CRITERIA: readonly Criterion[] = [
  systolic('systolic-150-to-220', 'benefit', PRESSURE_TARGET, (s) => and(isAtLeast(s, 150), isAtMost(s, 220)), {
    key: 'mild-to-moderate-hemorrhage-only',
  }),
  systolic('systolic-above-220', 'relative', PRESSURE_UNCERTAIN, (s) => isAbove(s, 220)),
  systolic('systolic-below-130', 'relative', PRESSURE_HARM, (s) => isBelow(s, 130)),
  {
    id: 'within-2-hours-of-onset',
    class: 'window',
    data: ONSET_FACTS,
    citation: PRESSURE_START,
    evaluate: (stroke, at) => {
      const { earliest, latest } = onsetRange(stroke);
      const end = earliest === undefined ? undefined : plus(earliest, START_WITHIN);
      if (end !== undefined && at <= end) return verdict(stroke, ONSET_FACTS, true, { changesAt: [end] });
      const isOver = latest !== undefined && at > plus(latest, START_WITHIN);
      return verdict(stroke, ONSET_FACTS, isOver ? false : undefined);
    },
  },
];
