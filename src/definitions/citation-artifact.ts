/** A citation of the decisions as FHIR's RelatedArtifact: section, class and level of evidence, grade, errata state. */
import type { RelatedArtifact } from 'fhir/r4.js';
import type { Citation } from '../decisions/evaluation.ts';
import { textOf, type Texts } from './common.ts';

/** 'AHA/ASA 2022 ICH' → 'aha-asa-2022-ich', as the texts have it. */
const keyOf = (source: string): string => source.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

function errata({ errataChecked }: Citation): string {
  if (errataChecked === undefined) return 'Erratum: none recorded.';
  return errataChecked ? 'Erratum: read.' : 'Erratum: published, not read yet.';
}

export function citationArtifact(citation: Citation, texts: Texts): RelatedArtifact {
  const { source, section, locator, doi, cor, loe, grade } = citation;
  const place = [texts.guideline[keyOf(source)] ?? source, section, locator].filter((part) => part !== undefined);
  const strength = [
    ...(cor === undefined ? [] : [`class of recommendation ${cor}`]),
    ...(loe === undefined ? [] : [`level of evidence ${loe}`]),
  ];
  return {
    type: 'citation',
    label: place.join(', '),
    citation: [
      `${[place.join(', '), ...strength].join('; ')}.`,
      `Source grade ${grade}: ${textOf(texts.grade, grade)}.`,
      errata(citation),
    ].join(' '),
    ...(doi === undefined ? {} : { url: `https://doi.org/${doi}` }),
  };
}
