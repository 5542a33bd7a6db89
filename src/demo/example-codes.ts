/** The codes that the example patients use, by their clinical name. */
import type { Coding } from './example-builder.ts';

const loinc = (code: string, display: string): Coding => ['loinc', code, display];
const snomed = (code: string, display: string): Coding => ['snomed', code, display];
const rxnorm = (code: string, display: string): Coding => ['rxnorm', code, display];
const stroke = (code: string, display: string): Coding => ['stroke', code, display];

export const GLUCOSE = loinc('2345-7', 'Glucose [Mass/volume] in Serum or Plasma');
export const GLUCOSE_POINT_OF_CARE = loinc('14743-9', 'Glucose [Moles/volume] in Capillary blood by Glucometer');
export const INR = loinc('6301-6', 'INR in Platelet poor plasma by Coagulation assay');
export const APTT = loinc('14979-9', 'aPTT in Platelet poor plasma by Coagulation assay');
export const PLATELETS = loinc('777-3', 'Platelets [#/volume] in Blood by Automated count');
export const CREATININE = loinc('2160-0', 'Creatinine [Mass/volume] in Serum or Plasma');
export const FIBRINOGEN = loinc('3255-7', 'Fibrinogen [Mass/volume] in Platelet poor plasma by Coagulation assay');
export const GCS = loinc('9269-2', 'Glasgow coma score total');
export const WEIGHT_MEASURED = loinc('3141-9', 'Body weight Measured');
export const WEIGHT_STATED = loinc('3142-7', 'Body weight Stated');
export const WEIGHT_ESTIMATED = loinc('8335-2', 'Body weight Estimated');

export const LAST_KNOWN_WELL = stroke('last-known-well', 'Last known well');
export const WITNESSED_ONSET = stroke('witnessed-onset', 'Witnessed onset');
export const SYMPTOM_RECOGNITION = stroke('symptom-recognition', 'Symptom recognition');
export const WAKE_UP_STROKE = stroke('wake-up-stroke', 'Wake-up stroke');
export const BEDTIME = stroke('bedtime', 'Bedtime');
export const WAKE_TIME = stroke('wake-time', 'Wake time');
export const PRE_STROKE_MRS = stroke('pre-stroke-mrs', 'Pre-stroke modified Rankin Scale');
export const DISABLING_DEFICIT = stroke('disabling-deficit', 'Disabling deficit');

export const HEMORRHAGE_ON_IMAGING = stroke('hemorrhage-on-imaging', 'Intracranial hemorrhage on imaging');
export const EXTENSIVE_HYPODENSITY = stroke('extensive-hypodensity', 'Extensive clear hypodensity on CT');
export const MASS_EFFECT = stroke('mass-effect', 'Mass effect');
export const ASPECTS = stroke('aspects', 'ASPECTS');
export const PC_ASPECTS = stroke('pc-aspects', 'Posterior circulation ASPECTS');
export const OCCLUSION_SITE = stroke('occlusion-site', 'Site of arterial occlusion');
export const CORE_VOLUME = stroke('core-volume', 'Ischemic core volume');
export const HYPOPERFUSION_VOLUME = stroke('hypoperfusion-volume', 'Volume with Tmax > 6 s');
export const DWI_FLAIR_MISMATCH = stroke('dwi-flair-mismatch', 'DWI-FLAIR mismatch');
export const DWI_UNDER_ONE_THIRD_MCA = stroke(
  'dwi-lesion-under-one-third-mca',
  'DWI lesion under one third of the MCA territory',
);
export const HEMATOMA_VOLUME = stroke('hematoma-volume', 'Hematoma volume');
export const HEMATOMA_LOCATION = stroke('hematoma-location', 'Hematoma location');
export const INTRAVENTRICULAR_HEMORRHAGE = stroke('intraventricular-hemorrhage', 'Intraventricular hemorrhage');
export const BLEND_SIGN = stroke('blend-sign', 'Blend sign');

export const INFARCT_PATTERN = stroke('infarct-pattern', 'Pattern of the acute infarcts');
export const INFARCT_TERRITORY = stroke('infarct-territory', 'Arterial supply in which acute infarcts lie');
export const INFARCT_DIAMETER = stroke('infarct-diameter', 'Largest diameter of the acute infarct');
export const VULNERABLE_PLAQUE = stroke('vulnerable-plaque', 'Vulnerable or ulcerated plaque');
export const PARENT_ARTERY_PLAQUE = stroke('parent-artery-plaque', 'Plaque of the parent artery');
export const AORTIC_ARCH_PLAQUE = stroke('aortic-arch-plaque', 'Plaque of the aortic arch');
export const EJECTION_FRACTION = loinc('10230-1', 'Left ventricular Ejection fraction');
export const PATTERN_TERRITORIAL = stroke('infarct-pattern-single-territorial', 'One cortical or large infarct');
export const PATTERN_PENETRATOR = stroke(
  'infarct-pattern-single-penetrating-artery',
  'Infarct of one penetrating artery',
);
export const PATTERN_SEVERAL = stroke('infarct-pattern-multiple-one-territory', 'Several infarcts, one artery');
export const TERRITORY_LEFT = stroke('infarct-territory-left-carotid', 'Left carotid territory');
export const TERRITORY_RIGHT = stroke('infarct-territory-right-carotid', 'Right carotid territory');
export const stenosisOf = (artery: string): Coding => stroke(`stenosis-${artery}`, `Stenosis: ${artery}`);

export const ELECTROCARDIOGRAM = snomed('29303009', 'Electrocardiographic procedure');
export const RHYTHM_MONITORING = stroke('rhythm-monitoring', 'Monitoring of the heart rhythm for at least 24 hours');
export const TRANSTHORACIC_ECHO = snomed('433236007', 'Transthoracic echocardiography');
export const DUPLEX = stroke('extracranial-vessel-imaging', 'Imaging of the extracranial arteries');
export const THROMBECTOMY = stroke('thrombectomy', 'Mechanical thrombectomy of an intracranial artery');

export const SITE_NONE = stroke('occlusion-site-none', 'No arterial occlusion');
export const SITE_M1 = stroke('occlusion-site-M1', 'M1 segment');
export const SITE_BASILAR = stroke('occlusion-site-basilar', 'Basilar artery');
export const LOCATION_DEEP = stroke('hematoma-location-deep', 'Deep');

export const CT_HEAD = loinc('30799-1', 'CT Head WO contrast');
export const CT_ANGIOGRAPHY = loinc('24586-0', 'CTA Head vessels');
export const CT_PERFUSION = loinc('39142-5', 'CT perfusion Head W contrast IV');
export const MR_HEAD = loinc('24590-2', 'MR Brain');

export const HYPERTENSION = snomed('38341003', 'Hypertensive disorder');
export const ATRIAL_FIBRILLATION = snomed('49436004', 'Atrial fibrillation');
export const ISCHEMIC_STROKE = snomed('422504002', 'Ischemic stroke');
export const LEUKEMIA = snomed('93143009', 'Leukemia');

export const APIXABAN = rxnorm('1364430', 'apixaban');
export const WARFARIN = rxnorm('11289', 'warfarin');
export const TENECTEPLASE = rxnorm('259280', 'tenecteplase');
