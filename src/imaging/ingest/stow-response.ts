/** The answer to a STOW-RS request (PS3.18 section 10.5.3 and annex I.2) as DICOM JSON. */
import type { InstanceUids, Receipt, ReceiptRefusalCode } from './receipt.ts';

/** Failure reasons of PS3.18 table I.2-2; the last two digits of A9xx and Cxxx are ours. */
export const FAILURE_REASONS = {
  processingFailure: 0x0110,
  duplicateSopInstance: 0x0111,
  outOfResources: 0xa700,
  notAsAnnounced: 0xa900,
  cannotUnderstand: 0xc000,
  transferSyntaxNotSupported: 0xc122,
} as const;

/** C-STORE (PS3.4 table B.2-1) has the same codes, so both ways in answer alike. */
export function failureReason(code: ReceiptRefusalCode): number {
  switch (code) {
    case 'conflicting-instance':
      return FAILURE_REASONS.duplicateSopInstance;
    case 'not-as-announced':
      return FAILURE_REASONS.notAsAnnounced;
    case 'too-large':
      return FAILURE_REASONS.outOfResources;
    case 'unsupported-syntax':
      return FAILURE_REASONS.transferSyntaxNotSupported;
    default:
      return FAILURE_REASONS.cannotUnderstand;
  }
}

/** `not-kept`: disk or database failed; the sender should try again. */
export type Outcome = Receipt | { readonly outcome: 'not-kept' };

type Element = { readonly vr: string; readonly Value?: readonly unknown[] };
export type DicomJson = Readonly<Record<string, Element>>;

const sequence = (items: readonly DicomJson[]): Element => ({ vr: 'SQ', Value: items });

function reference({ sopClassUid, sopInstanceUid }: Pick<InstanceUids, 'sopClassUid' | 'sopInstanceUid'>): DicomJson {
  return {
    '00081150': { vr: 'UI', Value: [sopClassUid] },
    '00081155': { vr: 'UI', Value: [sopInstanceUid] },
  };
}

export interface StowResponse {
  /** 200 all kept, 202 some, 409 none, 503 none and worth another try. */
  readonly status: 200 | 202 | 409 | 503;
  readonly body: DicomJson;
}

/** @param outcomes of all parts, at least one */
export function stowResponse(outcomes: readonly Outcome[]): StowResponse {
  const kept = outcomes.flatMap((o) => (o.outcome === 'stored' || o.outcome === 'duplicate' ? [o.uids] : []));
  const failed: DicomJson[] = [];
  const unnamed: DicomJson[] = [];
  for (const result of outcomes) {
    if (result.outcome === 'stored' || result.outcome === 'duplicate') continue;
    const reason = result.outcome === 'refused' ? failureReason(result.code) : FAILURE_REASONS.processingFailure;
    const why: DicomJson = { '00081197': { vr: 'US', Value: [reason] } };
    if (result.outcome === 'refused' && result.sopInstanceUid !== null && result.sopClassUid !== null) {
      const { sopClassUid, sopInstanceUid } = result;
      failed.push({ ...reference({ sopClassUid, sopInstanceUid }), ...why });
    } else {
      unnamed.push(why);
    }
  }
  const body: DicomJson = {
    // Empty: what we keep is retrieved from the archive, not from here.
    '00081190': { vr: 'UR' },
    ...(kept.length === 0
      ? {}
      : { '00081199': sequence(kept.map((uids) => ({ ...reference(uids), '00081190': { vr: 'UR' } }))) }),
    ...(failed.length === 0 ? {} : { '00081198': sequence(failed) }),
    ...(unnamed.length === 0 ? {} : { '0008119A': sequence(unnamed) }),
  };
  if (kept.length === outcomes.length) return { status: 200, body };
  if (kept.length > 0) return { status: 202, body };
  return { status: outcomes.some(({ outcome }) => outcome === 'not-kept') ? 503 : 409, body };
}
