/** The drugs that matter in acute stroke, by ingredient; the codes are in the ValueSets 'drug-<ingredient>'. */
import type { DrugClass, DrugExposure, Fact, StrokeFacts } from '../../case/index.ts';

/** Fact keys that hold drugs. */
export type DrugKey = {
  [K in keyof StrokeFacts]: StrokeFacts[K] extends Fact<readonly DrugExposure[]> ? K : never;
}[keyof StrokeFacts];

export interface DrugEntry {
  readonly class: DrugClass;
  readonly fact: DrugKey;
}

const vka: DrugEntry = { class: 'vitamin-k-antagonist', fact: 'vitaminKAntagonist' };
const oralXa: DrugEntry = { class: 'factor-xa-inhibitor', fact: 'directOralAnticoagulant' };
const lmwh: DrugEntry = { class: 'low-molecular-weight-heparin', fact: 'lowMolecularWeightHeparin' };
const antiplatelet: DrugEntry = { class: 'antiplatelet', fact: 'antiplatelet' };
const glycoprotein: DrugEntry = { class: 'glycoprotein-iib-iiia-inhibitor', fact: 'glycoproteinInhibitor' };
const thrombolytic: DrugEntry = { class: 'thrombolytic', fact: 'thrombolyticGiven' };
const amyloid: DrugEntry = { class: 'amyloid-immunotherapy', fact: 'amyloidImmunotherapy' };
const reversal: DrugEntry = { class: 'anticoagulant-reversal', fact: 'anticoagulantReversal' };
const parenteral: DrugEntry = { class: 'other-parenteral-anticoagulant', fact: 'otherAnticoagulant' };

export const DRUGS = {
  warfarin: vka,
  acenocoumarol: vka,
  phenprocoumon: vka,
  dabigatran: { class: 'direct-thrombin-inhibitor', fact: 'directOralAnticoagulant' },
  apixaban: oralXa,
  rivaroxaban: oralXa,
  edoxaban: oralXa,
  betrixaban: oralXa,
  heparin: { class: 'unfractionated-heparin', fact: 'unfractionatedHeparin' },
  enoxaparin: lmwh,
  dalteparin: lmwh,
  tinzaparin: lmwh,
  nadroparin: lmwh,
  fondaparinux: parenteral,
  danaparoid: parenteral,
  argatroban: { class: 'direct-thrombin-inhibitor', fact: 'otherAnticoagulant' },
  bivalirudin: { class: 'direct-thrombin-inhibitor', fact: 'otherAnticoagulant' },
  aspirin: antiplatelet,
  clopidogrel: antiplatelet,
  ticagrelor: antiplatelet,
  prasugrel: antiplatelet,
  dipyridamole: antiplatelet,
  cilostazol: antiplatelet,
  eptifibatide: glycoprotein,
  tirofiban: glycoprotein,
  abciximab: glycoprotein,
  alteplase: thrombolytic,
  tenecteplase: thrombolytic,
  reteplase: thrombolytic,
  lecanemab: amyloid,
  donanemab: amyloid,
  aducanumab: amyloid,
  idarucizumab: reversal,
  andexanet: reversal,
  'prothrombin-complex': reversal,
  phytonadione: reversal,
  protamine: reversal,
} as const satisfies Record<string, DrugEntry>;

export type Drug = keyof typeof DRUGS;
export const DRUG_NAMES = Object.keys(DRUGS) as readonly Drug[];

/**
 * Stems of names that no uncoded or unlisted entry may carry silently. They never identify a drug: an entry that
 * carries one without a known code makes the anticoagulant facts unknown.
 */
export const SUSPECT_NAME =
  /xaban|gatran|warfarin|coumadin|jantoven|coumarol|coumon|coumar|marcumar|sintrom|heparin|parin\b|parinux|eliquis|xarelto|savaysa|lixiana|pradaxa|lovenox|clexane|fragmin|arixtra|irudin|troban|paroid|teplase|activase|actilyse|tnkase|kinlytic|plase\b|fiban|fibatide|abciximab|lecanemab|donanemab|aducanumab|leqembi|kisunla|aduhelm|anticoag/i;
