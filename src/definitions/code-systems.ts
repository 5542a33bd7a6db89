/** The code systems of the cards: why a card was not followed, what a card is about, what class a criterion has. */
import type { CodeSystem, CodeSystemConcept } from 'fhir/r4.js';
import { OVERRIDE_REASONS, STROKE_OVERRIDE_SYSTEM, TOPIC_SYSTEM, TOPICS } from '../cds-hooks/index.ts';
import { LESION_FEATURES } from '../case/index.ts';
import { LESION_FEATURE_SYSTEM } from '../fhir/facts/index.ts';
import { canonical, DefinitionError, headOf, textOf, type Head, type Texts } from './common.ts';
import { CLASSES } from './decision-tables.ts';

export const CRITERION_CLASS_SYSTEM = canonical('CodeSystem', 'criterion-classes');

export const concept = (code: string, en: string, zh: string): CodeSystemConcept => ({
  code,
  display: en,
  designation: [{ language: 'zh-CN', value: zh }],
});

export function codeSystem(head: Head, url: string, concepts: readonly CodeSystemConcept[]): CodeSystem {
  const made = headOf('CodeSystem', head);
  if (made.url !== url) throw new DefinitionError(`${url} is used, ${made.url} would be published`);
  return {
    ...made,
    language: 'en',
    caseSensitive: true,
    content: 'complete',
    count: concepts.length,
    concept: [...concepts],
  };
}

export function codeSystems(texts: Texts, version: string): readonly CodeSystem[] {
  const own = OVERRIDE_REASONS.filter(({ system }) => system === STROKE_OVERRIDE_SYSTEM);
  return [
    codeSystem(
      {
        id: 'override-reasons',
        title: 'Why stroke advice was not followed',
        description:
          'Reasons that only a stroke service needs. Cards offer them together with the clinical selection of the HL7 non-adherence reason codes, so that sites can be compared.',
        version,
      },
      STROKE_OVERRIDE_SYSTEM,
      own.map(({ code, display }) => concept(code, display.en, display['zh-CN'])),
    ),
    codeSystem(
      {
        id: 'card-topics',
        title: 'What a stroke card is about',
        description:
          'Topic in the source of a card. An EHR ties feedback and lockout to the code, so codes are letters and digits only and never change their meaning.',
        version,
      },
      TOPIC_SYSTEM,
      Object.values(TOPICS).map(({ code, en, 'zh-CN': zh }) => concept(code, en, zh)),
    ),
    codeSystem(
      {
        id: 'criterion-classes',
        title: 'What a criterion speaks for',
        description: 'Classes of the criteria in the PlanDefinitions of the guidelines.',
        version,
      },
      CRITERION_CLASS_SYSTEM,
      CLASSES.map((kind) => concept(kind, textOf(texts.class, kind), textOf(texts.classChinese, kind))),
    ),
    codeSystem(
      {
        id: 'lesion-features',
        title: 'Features of an ischemic lesion',
        description:
          'Components of the Observation ischemic-lesion-features: one for each feature, in its own unit, all of them or none. Measured in template space from the mask of the lesion.',
        version,
      },
      LESION_FEATURE_SYSTEM,
      Object.entries(LESION_FEATURES).map(([code, { meaning, unit, low, high }]) => ({
        code,
        display: meaning,
        definition: `Unit ${unit}; from ${String(low)} to ${String(high)}.`,
      })),
    ),
  ];
}
