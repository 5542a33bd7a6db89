/** Every id that the statements on outlook, bleeding and cause can carry has its words in both languages. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SCORE_DETAILS as BLEEDING } from '../../src/decisions/hemorrhagic-transformation/score-items.ts';
import { TRANSFORMATION_SCORES } from '../../src/decisions/hemorrhagic-transformation/index.ts';
import { PROGNOSIS_SCORES } from '../../src/decisions/prognosis/index.ts';
import {
  CAUSES,
  CCS_CLASSES,
  CISS_CLASSES,
  CISS_MECHANISMS,
  FINDINGS,
  INVESTIGATIONS,
  OCSP_CLASSES,
  SUBTYPE_SYSTEMS,
  TOAST_CLASSES,
} from '../../src/decisions/subtype/index.ts';
import { scoreSlug } from '../../src/explanation/cards/score-lines.ts';
import { LOCALES } from '../../src/explanation/content/card-content.ts';
import { testContent } from '../explanation/support/content.ts';

interface Statistics {
  readonly groups: readonly string[];
  readonly classes: readonly string[];
  readonly headline: { readonly id: string } | null;
}

const statistics = readdirSync('models', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }): Statistics[] => {
    try {
      return [JSON.parse(readFileSync(join('models', name, 'statistics.json'), 'utf8')) as Statistics];
    } catch {
      return [];
    }
  });

const missing = (keys: readonly string[]): string[] =>
  LOCALES.flatMap((locale) =>
    keys.filter((key) => !testContent().texts[locale].has(key)).map((k) => `${locale}: ${k}`),
  );

it('scores: items, outcomes, cohorts', () => {
  const bleeding = TRANSFORMATION_SCORES.flatMap((score) => [
    `term.cohort-${scoreSlug(score)}`,
    `term.hemorrhage-${BLEEDING[score].outcome}`,
    ...BLEEDING[score].items.map(({ id }) => `term.item-${id}`),
  ]);
  const outlook = PROGNOSIS_SCORES.map((score) => `term.cohort-${scoreSlug(score)}-outcome`);
  expect(missing([...bleeding, ...outlook])).toEqual([]);
});

it('types: every name that a type of the decisions lists', () => {
  const source = (file: string): string => readFileSync(join('src/decisions', file), 'utf8');
  const names = (file: string, type: string): string[] => {
    const body = new RegExp(`export type ${type} =([^;]*);`).exec(source(file))?.[1] ?? '';
    const found = [...body.matchAll(/'([a-z0-9-]+)'/g)].map((m) => m[1] ?? '');
    expect(found.length).toBeGreaterThan(1);
    return found;
  };
  const prognosis = 'prognosis/result.ts';
  const risk = 'hemorrhagic-transformation/result.ts';
  expect(
    missing([
      ...names(prognosis, 'PrognosisNote').map((id) => `note.${id}`),
      ...names(prognosis, 'PrognosisStatus').map((id) => `term.prognosis-status-${id}`),
      ...names(prognosis, 'PrognosisOutcome').map((id) => `term.outcome-${id}`),
      ...names(prognosis, 'OutsidePrognosisCohort').map((id) => `term.outside-${id}`),
      ...names(prognosis, 'TreatmentState').map((id) => `term.treatment-state-${id}`),
      ...names(prognosis, 'NoFiguresBecause').map((id) => `term.no-figures-${id}`),
      ...names(risk, 'OutsideCohort').map((id) => `term.outside-${id}`),
      ...names(risk, 'TransformationSetting').map((id) => `term.setting-${id}`),
    ]),
  ).toEqual([]);
});

it('subtypes: classes, mechanisms, examinations, findings with a sentence', () => {
  expect(
    missing([
      ...SUBTYPE_SYSTEMS.map((id) => `term.system-${id}`),
      ...CAUSES.map((id) => `term.cause-${id}`),
      ...TOAST_CLASSES.map((id) => `term.toast-${id}`),
      ...CCS_CLASSES.map((id) => `term.ccs-${id}`),
      ...CISS_CLASSES.map((id) => `term.ciss-${id}`),
      ...OCSP_CLASSES.map((id) => `term.ocsp-${id}`),
      ...CISS_MECHANISMS.map((id) => `term.mechanism-${id}`),
      ...INVESTIGATIONS.map((id) => `term.investigation-${id}`),
      ...FINDINGS.flatMap(({ id }) => [`criterion.${id}`, `criterion.${id}.sentence`]),
    ]),
  ).toEqual([]);
});

it('installed models: groups, and classes that are not grades of the mRS', () => {
  expect(statistics.length).toBeGreaterThan(0);
  const groups = statistics.flatMap((model) => model.groups.map((id) => `term.group-${id}`));
  const classes = statistics.flatMap((model) => model.classes.filter((id) => !id.startsWith('mrs-')));
  expect(missing([...groups, ...classes.map((id) => `term.${id}`)])).toEqual([]);
});
