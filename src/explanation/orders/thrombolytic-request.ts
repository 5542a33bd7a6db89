/** The draft prescription of the computed dose. It is never pre-selected: a person chooses it. */
import type { Dosage, MedicationRequest } from 'fhir/r4.js';
import type { StrokeCase } from '../../case/index.ts';
import type { SuggestionDraft } from '../card-draft.ts';
import type { Texts } from '../content/card-content.ts';

/** One dose as it is given; mg and minutes. */
export interface DoseStep {
  readonly kind: 'single-bolus' | 'bolus' | 'infusion';
  readonly doseMg: number;
  readonly volumeMl: number;
  /** Null where the guideline gives no duration (tenecteplase: pushed in seconds). */
  readonly minutes: number | null;
}

export interface ThrombolyticOrder {
  readonly agent: 'tenecteplase' | 'alteplase';
  /** In the order of giving. */
  readonly steps: readonly DoseStep[];
}

/** RxNorm ingredients. */
const AGENTS = {
  alteplase: { system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '8410', display: 'alteplase' },
  tenecteplase: { system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '259280', display: 'tenecteplase' },
} as const;
const INTRAVENOUS = { system: 'http://snomed.info/sct', code: '47625008', display: 'Intravenous route' };
const ISCHEMIC_STROKE = { system: 'http://snomed.info/sct', code: '422504002', display: 'Ischemic stroke' };

/** @param doseText the dose as the card writes it */
export function thrombolyticSuggestion(
  order: ThrombolyticOrder,
  stroke: StrokeCase,
  texts: Texts,
  doseText: string,
): SuggestionDraft {
  const agent = texts.text(`drug.${order.agent}`);
  return {
    id: `draft-${order.agent}`,
    label: texts.text('ui.draft-prescription', { agent, dose: doseText }),
    action: {
      type: 'create',
      description: texts.text('ui.draft-prescription-description', { agent, dose: doseText }),
      resource: medicationRequest(order, stroke, texts),
    },
  };
}

function medicationRequest(order: ThrombolyticOrder, stroke: StrokeCase, texts: Texts): MedicationRequest {
  return {
    resourceType: 'MedicationRequest',
    status: 'draft',
    intent: 'proposal',
    priority: 'stat',
    medicationCodeableConcept: { coding: [AGENTS[order.agent]], text: texts.text(`drug.${order.agent}`) },
    subject: { reference: stroke.patient },
    ...(stroke.encounter === null ? {} : { encounter: { reference: stroke.encounter } }),
    reasonCode: [{ coding: [ISCHEMIC_STROKE] }],
    dosageInstruction: order.steps.map((step, index) => dosage(step, index + 1, texts)),
  };
}

function dosage(step: DoseStep, sequence: number, texts: Texts): Dosage {
  const duration = step.minutes === null ? {} : { duration: step.minutes, durationUnit: 'min' as const };
  return {
    sequence,
    text: texts.text(`dose-step.${step.kind}`, {
      dose: String(step.doseMg),
      volume: String(step.volumeMl),
      minutes: step.minutes === null ? '' : String(step.minutes),
    }),
    timing: { repeat: { count: 1, ...duration } },
    route: { coding: [INTRAVENOUS] },
    doseAndRate: [
      { doseQuantity: { value: step.doseMg, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' } },
    ],
  };
}
