/** AHA/ASA 2026, sections 4.3, 4.5, 4.6.1–4.6.3 and Table 8. Every row waits for the erratum to be read. */
import { aha2026 } from '../citations.ts';
import { drugFound } from '../drugs.ts';
import { valueAbove, valueBelow, valueBetween } from '../measurements.ts';
import { EXTEND_MISMATCH, TIMELESS_MISMATCH } from '../perfusion.ts';
import { holds } from '../../../case/index.ts';
import { INFORMS } from '../rule.ts';
import type { ThrombolysisRule } from '../rule.ts';
import {
  disablingDeficitRequired,
  EXCLUSIONS_KEPT_FROM_2019,
  glucoseBetween,
  MAJOR_TRAUMA_WITHIN_14_DAYS,
  nonDisablingNotTreated,
  pressureBelow185Over110,
  PRODUCT_SAFETY_RULES,
  reasonToSuspect,
} from '../shared-rules.ts';
import { verdict } from '../verdict.ts';
import { dwiFlairWindow, largeVesselWindow, penumbraWindow, plainWindow, wakeUpPenumbraWindow } from '../windows.ts';
import { TABLE_8_ABSOLUTE, TABLE_8_BENEFIT, TABLE_8_RELATIVE } from './aha-asa-2026-table-8.ts';

/** The copies of this recommendation conflict (2a or 2b; for patients not eligible for thrombectomy or for all): never a plain yes. */
const PENUMBRA = aha2026('4.6.3 rec. 2', 'X', { locator: 'e359', cor: '2a', loe: 'B-R' });
/** Said wherever the window is open: whoever follows the narrower copy needs to know. */
const sayThatCopiesDiffer = (rule: ThrombolysisRule): ThrombolysisRule => ({
  ...rule,
  evaluate: (stroke, at, context) => {
    const found = rule.evaluate(stroke, at, context);
    return found.status === 'met' && found.note === undefined
      ? { ...found, note: { key: 'one-copy-only-without-thrombectomy' } }
      : found;
  },
});
const PENUMBRA_NEEDS = { mismatch: EXTEND_MISMATCH, withoutThrombectomy: false };
/** 28 days as a fraction of a year, as ages are given in years. */
const TWENTY_EIGHT_DAYS = 28 / 365.25;

const WINDOWS: readonly ThrombolysisRule[] = [
  plainWindow({
    id: 'within-4-5-hours',
    citation: aha2026('4.6.1 rec. 1, 4.6.2 rec. 1', 'V2', { locator: 'e353, e357', cor: '1', loe: 'A' }),
    conclusion: 'recommended',
    fromHours: 0,
    toHours: 4.5,
  }),
  dwiFlairWindow({
    id: 'unknown-onset-dwi-flair-mismatch',
    citation: aha2026('4.6.3 rec. 1', 'V2', { locator: 'e359', cor: '2a', loe: 'B-R' }),
    conclusion: 'reasonable',
    fromHours: 0,
    toHours: 4.5,
  }),
  sayThatCopiesDiffer(
    wakeUpPenumbraWindow(
      {
        id: 'penumbra-wake-up-9-hours-from-midpoint-of-sleep',
        citation: PENUMBRA,
        conclusion: 'may-be-considered',
        fromHours: 0,
        toHours: 9,
      },
      PENUMBRA_NEEDS,
    ),
  ),
  sayThatCopiesDiffer(
    penumbraWindow(
      {
        id: 'penumbra-4-5-to-9-hours',
        citation: PENUMBRA,
        conclusion: 'may-be-considered',
        fromHours: 4.5,
        toHours: 9,
      },
      PENUMBRA_NEEDS,
    ),
  ),
  largeVesselWindow(
    {
      id: 'large-vessel-occlusion-4-5-to-24-hours-without-thrombectomy',
      citation: aha2026('4.6.3 rec. 3', 'V2', { locator: 'e359', cor: '2b', loe: 'B-R' }),
      conclusion: 'may-be-considered',
      fromHours: 4.5,
      toHours: 24,
    },
    TIMELESS_MISMATCH,
  ),
];

const GATES: readonly ThrombolysisRule[] = [
  pressureBelow185Over110(aha2026('4.3', 'V2', { cor: '1' })),
  // the upper limit is that of 2019: the 2026 copies name none
  glucoseBetween('glucose-60-to-400', 60, 400, aha2026('4.6.1 rec. 5 and 6, 4.5', 'V1', { cor: '1', loe: 'C-LD' })),
  reasonToSuspect(aha2026('4.6.1 rec. 10', 'V1', { cor: '2a', loe: 'B-NR' })),
];

const CHILDREN: readonly ThrombolysisRule[] = [
  {
    id: 'age-below-18',
    class: 'relative',
    data: ['age'],
    citation: aha2026('4.6.1 rec. 14', 'V1', { cor: '2b', loe: 'C-LD' }),
    effect: { kind: 'caps', at: 'may-be-considered', whenUnknown: 'caps' },
    evaluate: valueBelow('age', 18),
  },
  {
    id: 'age-below-28-days',
    class: 'relative',
    data: ['age'],
    citation: aha2026('4.6.1 rec. 14', 'V1'),
    effect: { kind: 'advises-against', whenUnknown: 'undecided' },
    evaluate: valueBelow('age', TWENTY_EIGHT_DAYS),
  },
];

const MICROBLEEDS: readonly ThrombolysisRule[] = [
  {
    // rec. 11: no MRI first to count them, so unknown is not held against treatment
    id: 'microbleeds-1-to-10',
    class: 'benefit',
    data: ['cerebralMicrobleeds'],
    citation: aha2026('4.6.1 rec. 12', 'V1', { cor: '2a' }),
    effect: { kind: 'caps', at: 'reasonable', whenUnknown: 'ignored' },
    evaluate: valueBetween('cerebralMicrobleeds', 1, 10),
  },
  {
    id: 'microbleeds-over-10',
    class: 'relative',
    data: ['cerebralMicrobleeds'],
    citation: aha2026('4.6.1 rec. 13', 'V1', { cor: '2b' }),
    effect: { kind: 'caps', at: 'may-be-considered', whenUnknown: 'ignored' },
    evaluate: valueAbove('cerebralMicrobleeds', 10),
  },
];

const NO_OBSTACLE: readonly ThrombolysisRule[] = [
  {
    id: 'early-ischemic-change',
    class: 'benefit',
    data: ['earlyIschemicChange'],
    citation: aha2026('4.6.1 rec. 7', 'V1', { cor: '1', loe: 'A' }),
    effect: INFORMS,
    evaluate: ({ facts }) =>
      verdict(
        holds(facts.earlyIschemicChange, (present) => present),
        ['earlyIschemicChange'],
      ),
  },
  {
    id: 'antiplatelet-therapy',
    class: 'benefit',
    data: ['antiplatelet'],
    citation: aha2026('4.6.1 rec. 9', 'V2', { cor: '1', loe: 'B-NR' }),
    effect: INFORMS,
    evaluate: drugFound('antiplatelet', ({ active }) => active),
  },
];

export const AHA_ASA_2026: readonly ThrombolysisRule[] = [
  ...WINDOWS,
  disablingDeficitRequired(aha2026('4.6.1 rec. 1, Table 4', 'V2', { locator: 'e353', cor: '1', loe: 'A' })),
  nonDisablingNotTreated(aha2026('4.6.1 rec. 8', 'V2', { locator: 'e353', cor: '3: No Benefit', loe: 'B-R' })),
  ...GATES,
  ...TABLE_8_ABSOLUTE,
  ...EXCLUSIONS_KEPT_FROM_2019,
  ...PRODUCT_SAFETY_RULES,
  ...TABLE_8_RELATIVE,
  MAJOR_TRAUMA_WITHIN_14_DAYS,
  ...CHILDREN,
  ...MICROBLEEDS,
  ...TABLE_8_BENEFIT,
  ...NO_OBSTACLE,
];
