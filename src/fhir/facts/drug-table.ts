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

/** Names of thrombolytics and their brands, as parts of words. */
const LYTIC_NAMES =
  'teplase|activase|actilyse|metalyse|tnkase|cathflo|retavase|rapilysin|kinlytic|plase\\b|okinase|普酶|[尿链]激酶';

/**
 * Stems and brands of names that no uncoded or unlisted entry may carry silently, in Latin letters and in Chinese. They
 * never identify a drug: an entry that carries one without a known code makes the facts unknown that it may belong to.
 */
const SUSPECT_PARTS = [
  'xaban|gatran|eliquis|xarelto|savaysa|lixiana|\\broteas\\b|pradaxa|bevyxxa|沙班|加群',
  'warfarin|coumadin|jantoven|marevan|waran|coumarol|coumon|coumar|marcumar|falithrom|sint?h?rom|acitrom|indione|previscan|pindione|华法林|香豆',
  'heparin|parine?\\b|parinux|arixtra|lovenox|clexane|inhixa|innohep|fragmin|fraxi|hibor|clivarin|肝素|磺达肝',
  'irudin|angiomax|angiox|troban|paroid|orgaran|曲班|芦定',
  LYTIC_NAMES,
  'fiban|fibatide|abciximab|aggrastat|integrilin|reopro|非班|巴肽',
  'lecanemab|donanemab|aducanumab|leqembi|kisunla|aduhelm|仑卡奈|多奈单抗',
  'anticoag|抗凝',
] as const;
export const SUSPECT_NAME = new RegExp(SUSPECT_PARTS.join('|'), 'i');
export const LYTIC_NAME = new RegExp(LYTIC_NAMES, 'i');
