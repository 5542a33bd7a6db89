/** Which investigations of the cause were done. Done is only what the record shows as done. */
import type { FactKey, ImagingModality, StrokeFacts, SupplyingArtery } from '../../case/index.ts';
import type { InvestigationId } from './classes.ts';

export const WORK_UP_FACTS: readonly FactKey[] = ['strokeInvestigation'];

const recorded = ({ strokeInvestigation }: StrokeFacts, kind: string): boolean =>
  strokeInvestigation.status === 'known' && strokeInvestigation.value.some((one) => one.kind === kind);

const imaged = ({ brainImaging }: StrokeFacts, ...modalities: readonly ImagingModality[]): boolean =>
  brainImaging.status === 'known' &&
  brainImaging.value.some(({ modality, state }) => modalities.includes(modality) && state !== 'registered');

const OUTSIDE_SKULL: readonly SupplyingArtery[] = ['extracranial-carotid', 'vertebral'];
const valueOf = (facts: StrokeFacts, wanted: (artery: SupplyingArtery) => boolean): boolean =>
  facts.arterialStenosis.status === 'known' && facts.arterialStenosis.value.some(({ artery }) => wanted(artery));

const DONE: Readonly<Record<InvestigationId, (facts: StrokeFacts) => boolean>> = {
  'brain-mri': (facts) => imaged(facts, 'MR', 'MRP'),
  'extracranial-vessel-imaging': (facts) =>
    recorded(facts, 'extracranial-vessel-imaging') || valueOf(facts, (artery) => OUTSIDE_SKULL.includes(artery)),
  // An angiography of the head need not have shown the neck. Where an occlusion was looked for, it was done.
  'intracranial-vessel-imaging': (facts) =>
    recorded(facts, 'intracranial-vessel-imaging') ||
    facts.occlusionSite.status !== 'unknown' ||
    imaged(facts, 'CTA', 'MRA', 'XA') ||
    valueOf(facts, (artery) => !OUTSIDE_SKULL.includes(artery)),
  electrocardiogram: (facts) => recorded(facts, 'electrocardiogram'),
  'rhythm-monitoring': (facts) => recorded(facts, 'rhythm-monitoring'),
  'transthoracic-echocardiography': (facts) => recorded(facts, 'transthoracic-echocardiography'),
  'transesophageal-echocardiography': (facts) => recorded(facts, 'transesophageal-echocardiography'),
  'vessel-wall-imaging': (facts) =>
    recorded(facts, 'vessel-wall-imaging') || facts.parentArteryPlaque.status === 'known',
  'microembolic-monitoring': (facts) =>
    recorded(facts, 'microembolic-monitoring') || facts.microembolicSignals.status === 'known',
  'coagulation-and-vasculitis-screen': (facts) => recorded(facts, 'coagulation-and-vasculitis-screen'),
};

export const isDone = (facts: StrokeFacts, investigation: InvestigationId): boolean => DONE[investigation](facts);

/** Electrocardiogram (or monitoring) and echocardiography: less does not exclude a cardiac source. */
export function heartExamined(facts: StrokeFacts): boolean | undefined {
  const rhythm = isDone(facts, 'electrocardiogram') || isDone(facts, 'rhythm-monitoring');
  const echo = isDone(facts, 'transthoracic-echocardiography') || isDone(facts, 'transesophageal-echocardiography');
  return rhythm && echo ? true : undefined;
}

/** Rhythm monitoring of at least 24 hours on top: without it a search for the cause is not complete (Hart 2014). */
export function searchComplete(facts: StrokeFacts): boolean | undefined {
  return heartExamined(facts) === true && isDone(facts, 'rhythm-monitoring') ? true : undefined;
}

/** The arch of the aorta was looked at. */
export function archExamined(facts: StrokeFacts): boolean | undefined {
  const seen = facts.aorticArchPlaque.status === 'known' || facts.aorticArchThrombus.status === 'known';
  return seen || isDone(facts, 'transesophageal-echocardiography') ? true : undefined;
}
