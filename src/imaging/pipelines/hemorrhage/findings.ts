/** What was measured as findings, each with interval, detection floor, quality and the settings that decide it. */
import { COMPARED_WITH } from '../../../case/index.ts';
import type { FindingKind, QualityRemark } from '../../../case/index.ts';
import type { MidlineShift } from '../../anatomy/index.ts';
import type { FindingDraft } from '../pipeline.ts';
import type { Abc } from './abc-2.ts';
import type { JudgedPart } from './counted-parts.ts';
import type { Measure, Measured } from './measure.ts';
import type { HematomaPlace } from './place.ts';
import { SERIAL, type SerialComparison } from './serial-comparison.ts';
import { settingsOf, type Cuts } from './settings.ts';
import type { Signs } from './signs.ts';
import type { SpotSign } from './spot-sign.ts';

export interface FindingParts {
  readonly measured: Measured;
  readonly place: HematomaPlace;
  readonly shift: MidlineShift | null;
  /** Of the largest intraparenchymal part; null without one. */
  readonly abc: Abc | null;
  /** null where there is no intraparenchymal hemorrhage to look at. */
  readonly signs: Signs | null;
  /** Against an earlier scan; null without one, or where the two could not be laid on each other. */
  readonly serial: { readonly comparison: SerialComparison; readonly comparedWith: string } | null;
  /** null without a CTA. */
  readonly spot: SpotSign | null;
  readonly quality: readonly QualityRemark[];
  readonly seriesUid: string;
  readonly ctaUid: string | null;
  /** Share of the limits of plausibility that was used up. */
  readonly outOfDistribution: number;
  readonly cuts: Cuts;
  /** false: subarachnoid blood is within the extra-axial volume, and none of its own is told, not even 0. */
  readonly tellsSubarachnoid: boolean;
}

const VOLUMES: readonly (readonly [Measure, FindingKind])[] = [
  ['blood', 'hemorrhage-volume'],
  ['intraparenchymal', 'intraparenchymal-volume'],
  ['intraventricular', 'intraventricular-volume'],
  ['extraAxial', 'extra-axial-volume'],
  ['subarachnoid', 'subarachnoid-volume'],
  ['edema', 'perihematomal-edema-volume'],
];

const round = (value: number): number => Math.round(value * 100) / 100;

export function hemorrhageFindings(parts: FindingParts): FindingDraft[] {
  const { measured, place, shift, abc, serial, signs, spot, quality, seriesUid } = parts;
  const settings = {
    ...settingsOf(parts.cuts),
    agreement: round(measured.agreement),
    outOfDistribution: round(parts.outOfDistribution),
  };
  const common = { quality, seriesUids: [seriesUid], settings };
  const word = (kind: FindingKind, value: string | null, more: FindingDraft['settings'] = {}): FindingDraft => ({
    ...common,
    ...{ kind, value, interval: null, detectionFloor: null },
    settings: { ...settings, ...more },
  });
  const number = (kind: FindingKind, value: number | null, more: FindingDraft['settings'] = {}): FindingDraft => ({
    ...common,
    ...{ kind, value: value === null ? null : round(value), interval: null, detectionFloor: null },
    settings: { ...settings, ...more },
  });
  const isSeen = measured.presence !== 'not-seen';
  const told = VOLUMES.filter(([name]) => parts.tellsSubarachnoid || name !== 'subarachnoid');
  const volumes = told
    .filter(([name]) => isSeen || name === 'blood')
    .map(([name, kind]): FindingDraft => {
      const { ml, interval } = measured.volumes[name];
      const floor = parts.cuts.detectionFloorMl;
      // Below the floor 'none' reaches up to the floor.
      const high = ml < floor ? Math.max(interval.high, floor) : interval.high;
      return {
        ...common,
        kind,
        value: round(ml),
        interval: { ...interval, low: round(interval.low), high: round(high) },
        detectionFloor: floor,
      };
    });
  return [
    word('hemorrhage', measured.presence, judgedSettings(measured.judged ?? [], parts.cuts)),
    ...volumes,
    ...(place.locations.length === 0 ? [] : [word('hematoma-location', place.locations.join(' '))]),
    ...(place.side === null ? [] : [word('hematoma-side', place.side)]),
    ...(abc === null
      ? []
      : [
          number('hematoma-diameter', abc.aMm),
          number('hematoma-abc-2', abc.ml, { aMm: round(abc.aMm), bMm: round(abc.bMm), cMm: round(abc.cMm) }),
        ]),
    ...(shift === null ? [] : [number('midline-shift', shift.mm, { at: shift.at, towards: shift.towards ?? 'none' })]),
    ...(serial === null ? [] : serialFindings(serial, number)),
    ...(signs === null ? [] : signFindings(signs, word, number)),
    ...(spot === null ? [] : spotFindings(spot, parts, word, number)),
  ];
}

/** Why parts of called blood were kept or not: how likely the likeliest of either is, and how much was not kept. */
function judgedSettings(judged: readonly JudgedPart[], { secondLook }: Cuts): FindingDraft['settings'] {
  if (secondLook === null) return {};
  const isKept = ({ probability }: JudgedPart): boolean => probability >= secondLook.partProbability;
  const [kept, rejected] = [judged.filter(isKept), judged.filter((part) => !isKept(part))];
  const likeliest = (some: readonly JudgedPart[]): number =>
    round(Math.max(...some.map(({ probability }) => probability)));
  return {
    ...(kept.length === 0 ? {} : { likeliestPart: likeliest(kept) }),
    ...(rejected.length === 0
      ? {}
      : {
          rejectedParts: rejected.length,
          rejectedMl: round(rejected.reduce((sum, { ml }) => sum + ml, 0)),
          likeliestRejected: likeliest(rejected),
        }),
  };
}

type Draft<V> = (kind: FindingKind, value: V | null, more?: FindingDraft['settings']) => FindingDraft;

/** How far the intervals of the two volumes lie apart. */
const CHANGE_BASIS = 'intervals of both volumes';

/** Each says with what it was compared and how well the two lay on each other. */
function serialFindings(
  { comparison, comparedWith }: NonNullable<FindingParts['serial']>,
  number: Draft<number>,
): FindingDraft[] {
  const { changeMl, changeInterval, changePercent, registration } = comparison;
  const settings = {
    [COMPARED_WITH]: comparedWith,
    correlation: round(registration.correlation),
    registrationErrorMm: round(registration.errorMm),
    marginMm: SERIAL.errorMm,
  };
  const change = number('hematoma-volume-change', changeMl, {
    ...settings,
    ...(changePercent === null ? {} : { percent: round(changePercent) }),
  });
  return [
    {
      ...change,
      interval: { low: round(changeInterval.low), high: round(changeInterval.high), basis: CHANGE_BASIS },
    },
    number('hematoma-new-blood-volume', comparison.newBloodMl, settings),
    number('new-intraventricular-volume', comparison.newIntraventricularMl, settings),
    number('new-hypodensity-volume', comparison.newHypodensityMl, settings),
  ];
}

/** What a sign measured stands beside what its definition asks for. */
function signFindings(signs: Signs, word: Draft<string>, number: Draft<number>): FindingDraft[] {
  const { shape, density, ...named } = signs;
  const drafts = (Object.keys(named) as (keyof typeof named)[]).map((kind) => {
    const { status, measured, definition } = named[kind];
    return word(kind, status === 'not-assessable' ? null : status, { ...definition, ...measured });
  });
  return [
    ...drafts,
    number('hematoma-shape-grade', shape.grade, { irregularities: shape.irregularities }),
    number('hematoma-density-grade', density.grade, { foci: density.foci }),
  ];
}

function spotFindings(
  { status, score, count, largestMm, highestHu }: SpotSign,
  { seriesUid, ctaUid }: FindingParts,
  word: Draft<string>,
  number: Draft<number>,
): FindingDraft[] {
  const more = { spots: count, largestMm: round(largestMm), highestHu: round(highestHu) };
  const seriesUids = [seriesUid, ...(ctaUid === null ? [] : [ctaUid])];
  return [
    word('spot-sign', status === 'not-assessable' ? null : status, more),
    // Other counts of the same name end at 3.
    number('spot-sign-score', score, { ...more, range: '0-4' }),
  ].map((draft) => ({ ...draft, seriesUids }));
}
