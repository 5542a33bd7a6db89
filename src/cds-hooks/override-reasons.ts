/**
 * Why a clinician did not follow a card: the clinical selection of the HL7 code system
 * (ValueSet non-adherence-reason-clinical), so that sites can be compared, and a few that only a stroke service needs.
 */
import type { Coding } from 'fhir/r4.js';

export type Locale = 'en' | 'zh-CN';

export const NON_ADHERENCE_SYSTEM = 'http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes';
export const STROKE_OVERRIDE_SYSTEM = 'https://stroke-cds.org/fhir/CodeSystem/override-reasons';

interface Reason {
  readonly system: string;
  readonly code: string;
  /** The HL7 display in English; the Chinese one is ours. */
  readonly display: Readonly<Record<Locale, string>>;
}

function hl7(code: string, en: string, zh: string): Reason {
  return { system: NON_ADHERENCE_SYSTEM, code, display: { en, 'zh-CN': zh } };
}

function stroke(code: string, en: string, zh: string): Reason {
  return { system: STROKE_OVERRIDE_SYSTEM, code, display: { en, 'zh-CN': zh } };
}

export const OVERRIDE_REASONS: readonly Reason[] = [
  stroke(
    'outside-window-by-new-history',
    'New history puts the patient outside the time window',
    '新获病史提示患者已超出时间窗',
  ),
  stroke('deficit-not-disabling', 'Deficit judged not disabling', '判断为非致残性缺损'),
  stroke('symptoms-resolved', 'Symptoms have resolved or are rapidly improving', '症状已消失或正在迅速好转'),
  stroke('mimic-suspected', 'Stroke mimic thought more likely', '考虑卒中模拟病可能性更大'),
  stroke('imaging-disagrees', 'Own reading of the images differs', '对影像的判读与建议不一致'),
  stroke('record-data-wrong', 'Data in the record are wrong or outdated', '病历数据有误或已过时'),
  stroke('goals-of-care', 'Goals of care or advance directive speak against it', '治疗目标或预先指示不支持'),
  hl7('patient-contraindication', 'Patient has contraindication to recommended action', '患者对建议措施存在禁忌'),
  hl7('action-completed', 'Recommended action was already completed', '建议措施已完成'),
  hl7('patient-refuses', 'Patient refuses/declines (no context given)*', '患者拒绝（未说明原因）'),
  hl7('cds-not-applicable', 'PC CDS does not apply to patient', '该决策支持不适用于此患者'),
  hl7('cds-suboptimal-context', 'PC CDS delivered in suboptimal context', '决策支持出现的时机或对象不合适'),
  hl7(
    'recipient-disagrees-evidence',
    'Recipient disagrees with recommendation because of issues with the evidence',
    '因证据问题不同意该建议',
  ),
  hl7(
    'recipient-concerns-outcomes',
    'Recipient has concerns regarding potential health outcomes',
    '担心可能的健康结局',
  ),
  hl7(
    'does-not-align-preferences',
    'Recommendation does not align with patient preferences or values',
    '建议不符合患者意愿或价值观',
  ),
  hl7('not-convenient-feasible', 'Recommendation is not convenient or feasible', '建议不便执行或不可行'),
  hl7('service-not-available', 'Treatment or service is not practically available', '实际无法获得该治疗或服务'),
  hl7('too-costly-uncovered', 'Recommended action is too costly or not covered by insurance', '费用过高或不在医保范围'),
  hl7(
    'recipient-does-not-understand',
    'Recipient does not understand the recommended action or know how to perform the recommended action',
    '不理解建议措施或不知如何执行',
  ),
];

function codings(locale: Locale): readonly Coding[] {
  return Object.freeze(
    OVERRIDE_REASONS.map(({ system, code, display }) => Object.freeze({ system, code, display: display[locale] })),
  );
}

const BY_LOCALE: Readonly<Record<Locale, readonly Coding[]>> = { en: codings('en'), 'zh-CN': codings('zh-CN') };

/** Codings for `card.overrideReasons`, each with display (cds-resp-4). */
export function overrideReasons(locale: Locale): readonly Coding[] {
  return BY_LOCALE[locale];
}
