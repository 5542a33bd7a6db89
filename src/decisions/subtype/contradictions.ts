/** Evidence that does not fit together: said, never resolved in silence. */
import { infarctPatternOf, type FactKey, type StrokeCase } from '../../case/index.ts';
import type { Message } from '../evaluation.ts';
import { computedPattern } from './infarct.ts';
import type { Answers } from './findings.ts';

export interface Contradiction extends Message {
  readonly data: readonly FactKey[];
}

interface Rule extends Contradiction {
  readonly there: (answers: Answers, stroke: StrokeCase) => boolean;
}

const smallAnd = (a: Answers, other: boolean | undefined): boolean =>
  a['penetrating-artery-infarct-below-15-mm'] === true && other === true;

const RULES: readonly Rule[] = [
  {
    key: 'small-deep-infarct-with-stenosis',
    data: ['infarctPattern', 'infarctDiameter', 'arterialStenosis'],
    there: (a) => smallAnd(a, a['relevant-stenosis-over-50']),
  },
  {
    key: 'small-deep-infarct-with-cardiac-source',
    data: ['infarctPattern', 'infarctDiameter', 'atrialFibrillation', 'highRiskCardiacSource'],
    there: (a) => smallAnd(a, a['high-risk-cardiac-source']),
  },
  {
    key: 'small-deep-infarct-with-cortical-signs',
    data: ['infarctPattern', 'infarctDiameter', 'nihssItems'],
    there: (a) => smallAnd(a, a['lacunar-syndrome'] === false),
  },
  {
    key: 'lacunar-syndrome-with-large-infarct',
    data: ['nihssItems', 'infarctPattern', 'infarctDiameter'],
    there: (a) => a['lacunar-syndrome'] === true && a['infarct-cortical-or-over-15-mm'] === true,
  },
  {
    key: 'small-deep-infarct-with-occluded-artery',
    data: ['infarctPattern', 'infarctDiameter', 'occlusionSite'],
    there: (a) => smallAnd(a, a['main-artery-occluded']),
  },
  {
    key: 'stenosis-with-infarcts-elsewhere',
    data: ['arterialStenosis', 'infarctTerritory', 'infarctPattern'],
    there: (a) => a['relevant-stenosis-at-least-50'] === true && a['infarcts-in-several-territories'] === true,
  },
  {
    key: 'stenosis-and-cardiac-source',
    data: ['arterialStenosis', 'atrialFibrillation', 'highRiskCardiacSource'],
    there: (a) => a['relevant-stenosis-over-50'] === true && a['high-risk-cardiac-source'] === true,
  },
  {
    key: 'pattern-and-territory-differ',
    data: ['infarctPattern', 'infarctTerritory'],
    there: (_a, { facts }) => {
      const { infarctPattern, infarctTerritory } = facts;
      return (
        infarctPattern.status === 'known' &&
        infarctTerritory.status === 'known' &&
        computedPattern(facts) === undefined &&
        infarctPattern.value !== 'none-visible' &&
        (infarctPattern.value === 'multiple-territories') !== infarctTerritory.value.length > 1
      );
    },
  },
  {
    key: 'report-and-measured-lesion-differ',
    data: ['infarctPattern', 'ischemicLesion'],
    there: (_a, { facts }) => {
      const { infarctPattern, ischemicLesion } = facts;
      if (infarctPattern.status !== 'known' || ischemicLesion.status !== 'known') return false;
      if (computedPattern(facts) !== undefined) return false;
      const measured = infarctPatternOf(ischemicLesion.value);
      // Scattered infarcts are several in one territory: the features do not tell them apart.
      const reported = infarctPattern.value === 'scattered-cortical' ? 'multiple-one-territory' : infarctPattern.value;
      return measured !== undefined && measured !== reported;
    },
  },
];

export function contradictionsOf(stroke: StrokeCase, answers: Answers): readonly Contradiction[] {
  return RULES.filter(({ there }) => there(answers, stroke)).map(({ key, data }) => ({ key, data }));
}
