/** How the value of each fact is written. Total over all facts: a new fact does not compile without its line here. */
import {
  NIHSS_ITEMS,
  type ArterialStenosis,
  type At,
  type BloodPressure,
  type ClinicalEvent,
  type DrugExposure,
  type Fact,
  type FactKey,
  type ImagingExam,
  type LesionFeatures,
  type NihssItems,
  type NihssTotal,
  type Quantity,
  type StrokeFacts,
  type TimeSpan,
  type Weight,
} from '../../case/index.ts';
import type { Formats } from './formats.ts';
import { SECOND_UNITS, bloodPressureText, quantityText } from './quantity.ts';

type ValueOf<K extends FactKey> = StrokeFacts[K] extends Fact<infer T> ? T : never;
type Writers = { readonly [K in FactKey]: (value: ValueOf<K>, f: Formats) => string };

/** More entries than this are counted, not listed. */
const LISTED = 3;

const amount = (q: Quantity, f: Formats): string => quantityText(q, f);
const yesNo = (value: boolean, f: Formats): string => f.texts.text(value ? 'ui.yes' : 'ui.no');
const word = (group: string) => (value: string, f: Formats) => f.texts.text(`${group}.${value}`);
const span = (value: TimeSpan, f: Formats): string => f.span(value);
const grade = (value: number): string => String(value);

function nihss(value: NihssTotal, f: Formats): string {
  return value.isLowerBound
    ? f.texts.text('ui.nihss-lower-bound', { total: value.total })
    : f.texts.text('unit.score', { value: f.number(value.total) });
}

function nihssItems(items: NihssItems, f: Formats): string {
  const done = NIHSS_ITEMS.filter((item) => items[item] !== undefined && items[item] !== 0);
  if (done.length === 0) return f.texts.text('ui.all-items-zero');
  return done.map((item) => `${item}: ${items[item] === 'untestable' ? 'UN' : String(items[item])}`).join(', ');
}

function weight(value: Weight, f: Formats): string {
  return f.texts.text('ui.noted', {
    value: quantityText(value.quantity, f),
    note: f.texts.text(`provenance.${value.provenance}`),
  });
}

function course<T>(write: (value: T, f: Formats) => string) {
  return (readings: readonly At<T>[], f: Formats): string =>
    listed(
      readings.slice(-LISTED).map((r) => `${write(r.value, f)} ${f.span(r.at)}`),
      readings.length,
      f,
    );
}

function events(list: readonly ClinicalEvent[], f: Formats): string {
  const written = list.slice(0, LISTED).map((event) => {
    const when = event.when ? f.span(event.when) : f.texts.text('ui.date-unknown');
    return event.certainty === 'confirmed' ? when : `${when} (${f.texts.text(`certainty.${event.certainty}`)})`;
  });
  return listed(written, list.length, f);
}

/** Events of a list that holds many kinds, by name. */
function namedEvents(list: readonly ClinicalEvent[], f: Formats): string {
  const written = list.slice(0, LISTED).map((event) => {
    const when = event.when ? ` ${f.span(event.when)}` : '';
    return `${f.texts.text(`event.${event.kind}`)}${when}`;
  });
  return listed(written, list.length, f);
}

/** The worst ones first. */
function stenoses(list: readonly ArterialStenosis[], f: Formats): string {
  const written = [...list]
    .sort((a, b) => b.percent.value - a.percent.value)
    .slice(0, LISTED)
    .map(({ artery, side, percent }) => {
      const name = f.texts.text(`artery.${artery}`, { side: side === 'midline' ? 'none' : side });
      return `${name} ${quantityText(percent, f)}`;
    });
  return listed(written, list.length, f);
}

/** The volume stands for the lesion; the rest of its features is for models. */
function lesion(features: LesionFeatures, f: Formats): string {
  if (features.lesionPresent === 0) return f.texts.text('ui.no-lesion');
  return f.texts.text('unit.ml', { value: f.number(features.volumeMl, 1) });
}

function drugs(list: readonly DrugExposure[], f: Formats): string {
  const written = list.slice(0, LISTED).map((d) => {
    const intake = d.lastIntake.status === 'known' ? d.lastIntake.value : undefined;
    const when = intake
      ? f.texts.text('ui.last-intake', { time: f.span(intake) })
      : f.texts.text('ui.last-intake-unknown');
    const state = d.active ? '' : `, ${f.texts.text('ui.stopped')}`;
    return f.texts.text('ui.noted', { value: drugName(d.drug, f), note: `${when}${state}` });
  });
  return listed(written, list.length, f);
}

const GENERIC_NAME = /^[a-z][a-z -]{1,40}$/;

/** By its name in our texts, else by the generic name of the drug table; anything else is not shown. */
export function drugName(drug: string, f: Formats): string {
  const key = `drug.${drug}`;
  if (f.texts.has(key)) return f.texts.text(key);
  return GENERIC_NAME.test(drug) ? drug : f.texts.text('ui.other-drug');
}

function imaging(list: readonly ImagingExam[], f: Formats): string {
  const written = list.slice(0, LISTED).map((exam) => {
    const when = exam.at ? ` ${f.span(exam.at)}` : '';
    return `${f.texts.text(`modality.${exam.modality}`)}${when} (${f.texts.text(`exam-state.${exam.state}`)})`;
  });
  return listed(written, list.length, f);
}

function listed(written: readonly string[], total: number, f: Formats): string {
  if (total === 0) return f.texts.text('ui.none-recorded');
  const more = total - written.length;
  const text = written.join('; ');
  return more > 0 ? `${text}; ${f.texts.text('ui.more', { count: more })}` : text;
}

const WRITERS: Writers = {
  age: amount,
  sex: word('sex'),
  pregnancy: word('pregnancy'),
  weight,
  nihss,
  nihssItems,
  nihssCourse: course(nihss),
  disablingDeficit: yesNo,
  gcs: amount,
  preStrokeMrs: grade,
  currentMrs: grade,
  preStrokeCognitiveImpairment: yesNo,
  lastKnownWell: span,
  witnessedOnset: span,
  symptomRecognition: span,
  wakeUpStroke: yesNo,
  bedtime: span,
  wakeTime: span,
  arrival: span,
  bloodPressure: bloodPressureText,
  bloodPressureCourse: course<BloodPressure>(bloodPressureText),
  glucose: (q, f) => quantityText(q, f, SECOND_UNITS.glucose),
  inr: amount,
  prothrombinTime: amount,
  aptt: amount,
  antiXaActivity: amount,
  thrombinTime: amount,
  platelets: amount,
  creatinine: (q, f) => quantityText(q, f, SECOND_UNITS.creatinine),
  egfr: amount,
  fibrinogen: amount,
  hba1c: amount,
  ldl: amount,
  vitaminKAntagonist: drugs,
  directOralAnticoagulant: drugs,
  unfractionatedHeparin: drugs,
  lowMolecularWeightHeparin: drugs,
  otherAnticoagulant: drugs,
  antiplatelet: drugs,
  glycoproteinInhibitor: drugs,
  amyloidImmunotherapy: drugs,
  anticoagulantReversal: drugs,
  thrombolyticGiven: drugs,
  acuteIschemicStroke: events,
  acuteIntracranialHemorrhage: events,
  subarachnoidHemorrhageSuspected: events,
  angioedema: events,
  strokeMimic: events,
  priorIschemicStroke: events,
  transientIschemicAttack: events,
  priorIntracranialHemorrhage: events,
  headTrauma: events,
  intracranialOrSpinalSurgery: events,
  spinalCordInjury: events,
  majorTrauma: events,
  majorSurgery: events,
  gastrointestinalMalignancy: events,
  gastrointestinalOrUrinaryBleeding: events,
  infectiveEndocarditis: events,
  aorticDissection: events,
  cervicalArteryDissection: events,
  intracranialArteryDissection: events,
  intraAxialNeoplasm: events,
  extraAxialNeoplasm: events,
  intracranialAneurysm: events,
  intracranialVascularMalformation: events,
  moyamoya: events,
  cerebralAmyloidAngiopathy: events,
  duralPuncture: events,
  arterialPuncture: events,
  myocardialInfarction: events,
  pericarditis: events,
  cardiacThrombus: events,
  systemicMalignancy: events,
  bleedingDisorder: events,
  dialysis: events,
  dementia: events,
  recreationalDrugUse: events,
  atrialFibrillation: events,
  hypertension: events,
  diabetes: events,
  heartFailure: events,
  carotidStenosis: events,
  highRiskCardiacSource: namedEvents,
  mediumRiskCardiacSource: namedEvents,
  otherStrokeCause: namedEvents,
  strokeInvestigation: namedEvents,
  ejectionFraction: amount,
  brainImaging: imaging,
  hemorrhageOnImaging: yesNo,
  extensiveHypodensity: yesNo,
  earlyIschemicChange: yesNo,
  hypodensityExtent: word('hypodensity'),
  hyperdenseArtery: yesNo,
  massEffect: yesNo,
  aspects: amount,
  pcAspects: amount,
  occlusionSite: word('occlusion'),
  coreVolume: amount,
  hypoperfusionVolume: amount,
  severeHypoperfusionVolume: amount,
  tmaxOver14Volume: amount,
  veryLowCbvVolume: amount,
  bloodBrainBarrierPermeability: amount,
  relativePermeability: amount,
  dwiLesionVolume: amount,
  dwiLesionUnderOneThirdMca: yesNo,
  dwiFlairMismatch: yesNo,
  cerebralMicrobleeds: amount,
  aneurysmDiameter: amount,
  hematomaVolume: amount,
  hematomaLocation: word('hematoma-location'),
  hematomaDiameter: amount,
  intraventricularHemorrhage: yesNo,
  hydrocephalus: yesNo,
  blendSign: yesNo,
  hematomaHypodensity: yesNo,
  spotSign: yesNo,
  ischemicLesion: lesion,
  infarctPattern: word('infarct-pattern'),
  infarctTerritory: (list, f) => list.map((one) => f.texts.text(`infarct-territory.${one}`)).join(', '),
  infarctDiameter: amount,
  arterialStenosis: stenoses,
  vulnerablePlaque: yesNo,
  parentArteryPlaque: yesNo,
  aorticArchPlaque: amount,
  aorticArchThrombus: yesNo,
  microembolicSignals: yesNo,
  thrombectomyAccess: yesNo,
  thrombectomyDone: events,
};

/** Every fact, in the order of the case. */
export const FACT_KEYS = Object.keys(WRITERS) as readonly FactKey[];

export function isFactKey(key: string): key is FactKey {
  return Object.hasOwn(WRITERS, key);
}

/** Plain text of one value; the caller escapes it for Markdown or HTML. */
export function valueText<K extends FactKey>(key: K, value: ValueOf<K>, f: Formats): string {
  return WRITERS[key](value, f);
}
