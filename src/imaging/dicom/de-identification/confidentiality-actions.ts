/** What happens to one attribute: PS3.15 Table E.1-1 with the options of the site, and rules for what it does not list. */
import { BASIC_PROFILE, DESCRIPTORS, KEPT_BY_OPTION, LONGITUDINAL } from './confidentiality-table.ts';

export interface DeidentificationOptions {
  /** Keep UIDs as they are. Default: each is replaced, the same one always by the same one. */
  readonly retainUids?: boolean;
  /** 'full': dates and times as they are. 'modified': days moved by a number of days of the patient's own. Default: removed. */
  readonly retainLongitudinal?: 'full' | 'modified';
  /** Sex, size, weight; the age too, with everything above 89 as 90 years. */
  readonly retainPatientCharacteristics?: boolean;
  readonly retainDeviceIdentity?: boolean;
  readonly retainInstitutionIdentity?: boolean;
  /** Keep the words of descriptions that are of the trade (CT, perfusion, axial); everything else in them goes. */
  readonly cleanDescriptors?: boolean;
}

export type Action = 'keep' | 'remove' | 'empty' | 'dummy' | 'uid' | 'shift' | 'clean' | 'age' | 'items';

const KEPT = {
  uids: new Set(KEPT_BY_OPTION.uids),
  device: new Set(KEPT_BY_OPTION.deviceIdentity),
  institution: new Set(KEPT_BY_OPTION.institutionIdentity),
  patient: new Set(KEPT_BY_OPTION.patientCharacteristics),
};
const LONGITUDINAL_TAGS = new Set(LONGITUDINAL);
const DESCRIPTOR_TAGS = new Set(DESCRIPTORS);
const BASIC = new Map(
  Object.entries(BASIC_PROFILE).flatMap(([action, tags]) => tags.map((tag) => [tag, action] as const)),
);

const DATES = new Set(['DA', 'DT', 'TM']);
const BINARY = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW']);
const TEXT = new Set(['AE', 'AS', 'LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UN', 'UR', 'UT']);

/**
 * Texts that the table does not list and that say how an image was made: kept. A text that is in neither may hold
 * anything, so it goes.
 */
const TECHNICAL = new Set(
  `00080070 00080100 00080102 00080103 00080104 00080119 00080120 00081090 00180024 00180085 00181020 00181040
   00181160 00181210 00181250 00181251 00189005 00201040 00209056 00209421 00281054 00281055 00283003 00409210
   00620005 00620009`.split(/\s+/),
);

/** Groups whose binary values are lookup tables and pixels. */
const IMAGE_GROUPS = new Set(['0028', '7FE0']);

/**
 * @param tag 'GGGGEEEE' in capitals
 * @param vr as stated or by the dictionary; undefined for what is no standard element
 * @param enhanced a multi-frame instance with functional groups: more of its attributes must have a value
 */
export function actionOf(
  tag: string,
  vr: string | undefined,
  options: DeidentificationOptions,
  enhanced: boolean,
): Action {
  const group = tag.slice(0, 4);
  const odd = Number.parseInt(group, 16) % 2 === 1;
  // Private attributes, curves, overlays, and lengths of groups that no longer are.
  if (odd || vr === undefined || /^(50|60)/.test(group) || tag.endsWith('0000')) return 'remove';
  const basic = BASIC.get(tag);
  if (basic !== undefined && kept(tag, options)) return vr === 'AS' ? 'age' : vr === 'SQ' ? 'items' : 'keep';
  if (options.retainLongitudinal !== undefined) {
    const time = longitudinal(tag, vr, basic !== undefined, options.retainLongitudinal);
    if (time !== null) return time;
  }
  if (basic === undefined) return unlisted(tag, vr, options);
  if (DESCRIPTOR_TAGS.has(tag) && options.cleanDescriptors === true && vr !== 'SQ') return 'clean';
  return basicAction(basic, vr, enhanced);
}

function kept(tag: string, options: DeidentificationOptions): boolean {
  return (
    (options.retainUids === true && KEPT.uids.has(tag)) ||
    (options.retainDeviceIdentity === true && KEPT.device.has(tag)) ||
    (options.retainInstitutionIdentity === true && KEPT.institution.has(tag)) ||
    (options.retainPatientCharacteristics === true && KEPT.patient.has(tag))
  );
}

/** Times of day and the zone say nothing without the day. null: no date or time. */
function longitudinal(tag: string, vr: string, listed: boolean, retain: 'full' | 'modified'): Action | null {
  const date = DATES.has(vr);
  if (!(listed ? LONGITUDINAL_TAGS.has(tag) : date)) return null;
  if (retain === 'full' || vr === 'TM' || vr === 'SH') return 'keep';
  return date ? 'shift' : null;
}

function unlisted(tag: string, vr: string, options: DeidentificationOptions): Action {
  if (vr === 'SQ') return 'items';
  if (vr === 'UI') return options.retainUids === true ? 'keep' : 'uid';
  if (DATES.has(vr)) return 'remove';
  if (TEXT.has(vr)) return TECHNICAL.has(tag) ? 'keep' : 'remove';
  return BINARY.has(vr) && !IMAGE_GROUPS.has(tag.slice(0, 4)) ? 'remove' : 'keep';
}

/**
 * Of a combination the action that leaves a valid object whatever the type of the attribute. A classic image needs no
 * date and time, and a dummy one could be taken for true.
 */
function basicAction(action: string, vr: string, enhanced: boolean): Action {
  switch (action) {
    case 'X':
      return 'remove';
    case 'Z':
    case 'X/Z':
      return 'empty';
    case 'U':
      return 'uid';
    case 'X/Z/U*':
      return 'items';
    default:
      // A dummy sequence would need items that its own module defines: it stays empty.
      if (vr === 'SQ' || (action === 'Z/D' && !enhanced)) return 'empty';
      return DATES.has(vr) && action.startsWith('X') && !enhanced ? 'remove' : 'dummy';
  }
}
