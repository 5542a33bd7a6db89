/** How findings of imaging pipelines are called in FHIR: codes of our own, and the codes that the service itself reads. */
import type { FindingKind } from '../../case/index.ts';
import { IMAGING_CODES } from '../imaging-codes.ts';

export interface ImagingTerm {
  readonly en: string;
  readonly 'zh-CN': string;
}

export const FINDING_TERMS: Readonly<Record<FindingKind, ImagingTerm>> = {
  'core-volume': { en: 'Volume of the ischemic core', 'zh-CN': '缺血核心体积' },
  'tmax-over-4-volume': { en: 'Volume with Tmax over 4 s', 'zh-CN': 'Tmax 超过 4 s 的体积' },
  'tmax-over-6-volume': { en: 'Volume with Tmax over 6 s', 'zh-CN': 'Tmax 超过 6 s 的体积' },
  'tmax-over-8-volume': { en: 'Volume with Tmax over 8 s', 'zh-CN': 'Tmax 超过 8 s 的体积' },
  'tmax-over-10-volume': { en: 'Volume with Tmax over 10 s', 'zh-CN': 'Tmax 超过 10 s 的体积' },
  'tmax-over-14-volume': { en: 'Volume with Tmax over 14 s', 'zh-CN': 'Tmax 超过 14 s 的体积' },
  'very-low-cbv-volume': { en: 'Volume with very low cerebral blood volume', 'zh-CN': '极低脑血容量体积' },
  'mismatch-volume': { en: 'Volume of the perfusion mismatch', 'zh-CN': '灌注不匹配体积' },
  'mismatch-ratio': { en: 'Ratio of hypoperfusion (Tmax over 6 s) to core', 'zh-CN': '低灌注与核心的体积比' },
  'hypoperfusion-intensity-ratio': { en: 'Hypoperfusion intensity ratio', 'zh-CN': '低灌注强度比' },
  'cbv-index': { en: 'CBV index', 'zh-CN': '脑血容量指数' },
  'dwi-lesion-volume': { en: 'Volume of the diffusion lesion', 'zh-CN': '弥散病灶体积' },
  'dwi-lesion-count': { en: 'Connected parts of the diffusion lesion', 'zh-CN': '弥散病灶数目' },
  'dwi-lesion-diameter': { en: 'Largest axial diameter of the diffusion lesion', 'zh-CN': '弥散病灶最大轴位直径' },
  'dwi-lesion-side': { en: 'Side of the diffusion lesion', 'zh-CN': '弥散病灶侧别' },
  'dwi-lesion-territory': { en: 'Territory of the diffusion lesion', 'zh-CN': '弥散病灶供血区' },
  'dwi-lesion-location': { en: 'Location of the diffusion lesion', 'zh-CN': '弥散病灶部位' },
  'infarct-pattern': { en: 'Pattern of the acute infarcts, computed', 'zh-CN': '急性梗死模式（计算）' },
  'dwi-lesion-mca-share': {
    en: 'Share of the middle cerebral artery territory with a diffusion lesion',
    'zh-CN': '弥散病灶占大脑中动脉供血区的比例',
  },
  'ischemic-lesion': { en: 'Features of the ischemic lesion in template space', 'zh-CN': '模板空间中缺血病灶的特征' },
  'dwi-flair-mismatch': { en: 'DWI-FLAIR mismatch, computed', 'zh-CN': 'DWI-FLAIR 不匹配（计算）' },
  'flair-signal-ratio': {
    en: 'FLAIR signal of the diffusion lesion to mirrored tissue',
    'zh-CN': '弥散病灶与对侧组织的 FLAIR 信号比',
  },
  'flair-marked-share': {
    en: 'Share of the diffusion lesion marked on FLAIR',
    'zh-CN': '弥散病灶在 FLAIR 上被标出的比例',
  },
  'onset-within-4.5-h-by-flair': {
    en: 'Probability of onset within 4.5 h by DWI-FLAIR mismatch',
    'zh-CN': '按 DWI-FLAIR 不匹配估计发病在 4.5 h 内的概率',
  },
  aspects: { en: 'ASPECTS, computed', 'zh-CN': '计算 ASPECTS' },
  'pc-aspects': { en: 'Posterior circulation ASPECTS, computed', 'zh-CN': '计算后循环 ASPECTS' },
  'aspects-regions': { en: 'ASPECTS regions with ischemic change', 'zh-CN': '有缺血改变的 ASPECTS 区域' },
  'early-ischemia-side': { en: 'Side of early ischemic change', 'zh-CN': '早期缺血改变侧' },
  'early-ischemia-volume': { en: 'Volume of early ischemic change', 'zh-CN': '早期缺血改变体积' },
  'frank-hypodensity-volume': { en: 'Volume of frank hypodensity', 'zh-CN': '明显低密度体积' },
  'mca-hypodensity-share': {
    en: 'Share of the middle cerebral artery territory with ischemic change',
    'zh-CN': '缺血改变占大脑中动脉供血区的比例',
  },
  'net-water-uptake': { en: 'Net water uptake', 'zh-CN': '净水摄取' },
  'onset-within-4.5-h': { en: 'Probability of onset within 4.5 h', 'zh-CN': '发病在 4.5 h 内的概率' },
  'hyperdense-artery': { en: 'Hyperdense artery', 'zh-CN': '动脉高密度征' },
  'ischemic-side': { en: 'Side of ischemia', 'zh-CN': '缺血侧' },
  'ischemic-territory': { en: 'Territory of ischemia', 'zh-CN': '缺血血管供血区' },
  hemorrhage: { en: 'Intracranial hemorrhage', 'zh-CN': '颅内出血' },
  'hemorrhage-volume': { en: 'Volume of intracranial hemorrhage, all compartments', 'zh-CN': '颅内出血总体积' },
  'intraparenchymal-volume': { en: 'Volume of the intraparenchymal hemorrhage', 'zh-CN': '脑实质出血体积' },
  'intraventricular-volume': { en: 'Volume of the intraventricular hemorrhage', 'zh-CN': '脑室内出血体积' },
  'extra-axial-volume': { en: 'Volume of the extra-axial hemorrhage', 'zh-CN': '轴外出血体积' },
  'subarachnoid-volume': { en: 'Volume of the subarachnoid hemorrhage', 'zh-CN': '蛛网膜下腔出血体积' },
  'perihematomal-edema-volume': { en: 'Volume of the perihematomal edema', 'zh-CN': '血肿周围水肿体积' },
  'hematoma-location': { en: 'Location of the intraparenchymal hemorrhage', 'zh-CN': '脑实质出血部位' },
  'hematoma-side': { en: 'Side of the intraparenchymal hemorrhage', 'zh-CN': '脑实质出血侧别' },
  'hematoma-diameter': { en: 'Largest axial diameter of the hematoma', 'zh-CN': '血肿最大轴位直径' },
  'hematoma-abc-2': { en: 'Volume of the hematoma by ABC/2', 'zh-CN': '血肿体积（ABC/2 法）' },
  'midline-shift': { en: 'Midline shift', 'zh-CN': '中线移位' },
  'hematoma-volume-change': {
    en: 'Change of the volume of the intraparenchymal hemorrhage since the earlier scan',
    'zh-CN': '与前次扫描相比脑实质出血体积的变化',
  },
  'hematoma-new-blood-volume': {
    en: 'Volume of intraparenchymal hemorrhage beyond the hematoma of the earlier scan',
    'zh-CN': '超出前次扫描血肿范围的脑实质出血体积',
  },
  'new-intraventricular-volume': {
    en: 'Volume of intraventricular hemorrhage that is new since the earlier scan',
    'zh-CN': '与前次扫描相比新增的脑室内出血体积',
  },
  'new-hypodensity-volume': {
    en: 'Volume of hypodensity inside the hematoma that is new since the earlier scan',
    'zh-CN': '与前次扫描相比血肿内新增低密度的体积',
  },
  'black-hole-sign': { en: 'Black hole sign', 'zh-CN': '黑洞征' },
  'blend-sign': { en: 'Blend sign', 'zh-CN': '混合征' },
  'swirl-sign': { en: 'Swirl sign', 'zh-CN': '漩涡征' },
  'island-sign': { en: 'Island sign', 'zh-CN': '岛征' },
  'satellite-sign': { en: 'Satellite sign', 'zh-CN': '卫星征' },
  'hypodensity-sign': { en: 'Any hypodensity inside the hematoma', 'zh-CN': '血肿内低密度' },
  'fluid-level-sign': { en: 'Fluid level in the hematoma', 'zh-CN': '血肿液平' },
  'hematoma-shape-grade': {
    en: 'Irregularity of the shape of the hematoma, 1 to 5',
    'zh-CN': '血肿形态不规则分级（1–5）',
  },
  'hematoma-density-grade': {
    en: 'Heterogeneity of the density of the hematoma, 1 to 5',
    'zh-CN': '血肿密度不均分级（1–5）',
  },
  'spot-sign': { en: 'Spot sign', 'zh-CN': '点征' },
  'spot-sign-score': { en: 'CTA spot sign score', 'zh-CN': 'CTA 点征评分' },
};

/** Further codes of the system. */
export const OTHER_TERMS = {
  computed: { en: 'Computed by software from images, not reviewed', 'zh-CN': '由软件根据影像计算，未经审核' },
  'interval-low': { en: 'Lower end of the interval', 'zh-CN': '区间下限' },
  'interval-high': { en: 'Upper end of the interval', 'zh-CN': '区间上限' },
  'detection-floor': { en: 'Smallest value that the method can see', 'zh-CN': '方法可检出的最小值' },
  'territory-left-carotid': { en: 'Left carotid territory', 'zh-CN': '左侧颈动脉供血区' },
  'territory-right-carotid': { en: 'Right carotid territory', 'zh-CN': '右侧颈动脉供血区' },
  'territory-vertebrobasilar': { en: 'Vertebrobasilar territory', 'zh-CN': '椎基底动脉供血区' },
  segmentation: { en: 'Segmentation of images', 'zh-CN': '影像分割' },
  'measurement-report': { en: 'Imaging measurement report', 'zh-CN': '影像测量报告' },
} as const satisfies Readonly<Record<string, ImagingTerm>>;
export type OtherTerm = keyof typeof OTHER_TERMS;

export const STROKE_CODES = 'https://stroke-cds.org/fhir/CodeSystem/stroke-cds';
export const SNOMED = 'http://snomed.info/sct';

/** The same meaning in the code system by which the service recognizes Observations; other kinds are not read back. */
export const READ_BACK: Readonly<Partial<Record<FindingKind, string>>> = {
  'core-volume': 'core-volume',
  'tmax-over-6-volume': 'hypoperfusion-volume',
  'tmax-over-10-volume': 'severe-hypoperfusion-volume',
  'tmax-over-14-volume': 'tmax-over-14-volume',
  'very-low-cbv-volume': 'very-low-cbv-volume',
  'dwi-lesion-volume': 'dwi-lesion-volume',
  'dwi-lesion-diameter': 'infarct-diameter',
  'ischemic-lesion': 'ischemic-lesion-features',
  'intraparenchymal-volume': 'hematoma-volume',
  aspects: 'aspects',
  'pc-aspects': 'pc-aspects',
};

export interface Coded {
  readonly system: string;
  readonly code: string;
  readonly display: string;
}

export const SIDES: Readonly<Record<string, Coded>> = {
  left: { system: SNOMED, code: '7771000', display: 'Left' },
  right: { system: SNOMED, code: '24028007', display: 'Right' },
  both: { system: SNOMED, code: '51440002', display: 'Right and left' },
};

export const ownCode = (code: OtherTerm): Coded => ({ system: IMAGING_CODES, code, display: OTHER_TERMS[code].en });

/** @param isFact false for what is shown and must not come back with the record as a value to reason with */
export function kindCodes(kind: FindingKind, isFact = true): readonly Coded[] {
  const display = FINDING_TERMS[kind].en;
  const readBack = isFact ? READ_BACK[kind] : undefined;
  return [
    { system: IMAGING_CODES, code: kind, display },
    ...(readBack === undefined ? [] : [{ system: STROKE_CODES, code: readBack, display }]),
  ];
}
