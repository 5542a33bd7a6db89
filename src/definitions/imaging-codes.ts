/** The code system of imaging findings, and how its concepts are called elsewhere. */
import type { CodeSystem, ConceptMap, ConceptMapGroup } from 'fhir/r4.js';
import { FINDING_KINDS, type FindingKind } from '../case/index.ts';
import { IMAGING_CODES } from '../fhir/imaging-codes.ts';
import {
  FINDING_TERMS,
  OTHER_TERMS,
  READ_BACK,
  SNOMED,
  STROKE_CODES,
  type ImagingTerm,
} from '../fhir/write/imaging-terms.ts';
import { codeSystem, concept } from './code-systems.ts';
import { canonical, headOf } from './common.ts';

const KINDS = Object.keys(FINDING_KINDS) as readonly FindingKind[];
const TERMS: readonly (readonly [string, ImagingTerm])[] = [
  ...KINDS.map((kind) => [kind, FINDING_TERMS[kind]] as const),
  ...Object.entries(OTHER_TERMS),
];

export function imagingCodeSystem(version: string): CodeSystem {
  return codeSystem(
    {
      id: 'stroke-cds-imaging',
      title: 'Findings of imaging pipelines',
      description:
        'What the pipelines measure, and the codes with which an Observation says that software computed it. No LOINC or SNOMED CT concept was found for volumes of the ischemic core, of delayed perfusion and their ratios.',
      version,
    },
    IMAGING_CODES,
    TERMS.map(([code, term]) => concept(code, term.en, term['zh-CN'])),
  );
}

/** SNOMED CT 'Volume', as DICOM's reports name the measurement (PS3.16 CID 7472). */
const VOLUME = { code: '118565006', display: 'Volume' };

export function imagingConceptMap(version: string): ConceptMap {
  const group = (target: string, elements: ConceptMapGroup['element']): ConceptMapGroup => ({
    source: IMAGING_CODES,
    target,
    element: elements,
  });
  return {
    ...headOf('ConceptMap', {
      id: 'imaging-findings',
      title: 'Findings of imaging pipelines in other code systems',
      description:
        'Equivalents among the facts that the service reads, and the wider concepts of SNOMED CT. Kinds without a row have no concept elsewhere.',
      version,
    }),
    sourceUri: canonical('CodeSystem', 'stroke-cds-imaging'),
    group: [
      group(
        STROKE_CODES,
        KINDS.flatMap((kind) => {
          const code = READ_BACK[kind];
          if (code === undefined) return [];
          return [{ code: kind, display: FINDING_TERMS[kind].en, target: [{ code, equivalence: 'equivalent' }] }];
        }),
      ),
      group(
        SNOMED,
        KINDS.filter((kind) => FINDING_KINDS[kind] === 'mL').map((kind) => ({
          code: kind,
          display: FINDING_TERMS[kind].en,
          target: [{ ...VOLUME, equivalence: 'wider' }],
        })),
      ),
    ],
  };
}
