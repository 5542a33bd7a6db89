/**
 * Do images and a record speak of one person? Identifiers decide within one assigning authority; birth date and sex
 * confirm or contradict. Unclear is never yes: what is not surely the same person is not joined.
 */
import type { PatientIdentity } from '../dicom/instance-header.ts';

export type PatientVerdict = 'same' | 'different' | 'unclear';

/** The other side, as a FHIR Patient gives it. */
export interface PatientRecord {
  readonly identifiers: readonly { readonly system: string | null; readonly value: string }[];
  /** YYYY, YYYY-MM or YYYY-MM-DD */
  readonly birthDate: string | null;
  /** FHIR administrative gender; only male and female are compared. */
  readonly sex: string | null;
}

/** How issuers of DICOM patient ids are named in FHIR. */
export interface IdentifierDomains {
  /** IssuerOfPatientID → Identifier.system. An issuer that is not listed stands for itself. */
  readonly systems: Readonly<Record<string, string>>;
  /** Identifier.system of patient ids without issuer; null when the site has several. */
  readonly localSystem: string | null;
}

export const NO_DOMAINS: IdentifierDomains = { systems: {}, localSystem: null };

interface Identifier {
  readonly system: string | null;
  readonly value: string;
}

/** What scanners write when nobody knew: never an identity. */
const PLACEHOLDER = /^(0+|9+|X+|N\/?A|NONE|UNKNOWN|UNBEKANNT|ANON(YM(OUS|IZED)?)?|TEST|NULL)$/;

/** PatientID (LO) has at most 64 characters; much more is no identifier, and no database indexes it. */
const LONGEST_ID = 128;

/** Spaces at the ends and letter case do not tell two identifiers apart. */
export function normalizedId(value: string): string | null {
  const text = value.trim().toUpperCase();
  return text === '' || text.length > LONGEST_ID || PLACEHOLDER.test(text) ? null : text;
}

function identifiersOf(identity: PatientIdentity, { systems, localSystem }: IdentifierDomains): readonly Identifier[] {
  const own = identity.patientId === null ? [] : [{ id: identity.patientId, issuer: identity.issuer }];
  return [...own, ...identity.otherIds].flatMap(({ id, issuer }) => {
    const value = normalizedId(id);
    if (value === null) return [];
    const named = issuer?.trim() ?? '';
    return [{ value, system: named === '' ? localSystem : (systems[named] ?? named) }];
  });
}

/** One set of images as the other side, to look for further studies of the patient. */
export const recordOf = (identity: PatientIdentity, domains: IdentifierDomains): PatientRecord => ({
  identifiers: identifiersOf(identity, domains),
  birthDate: identity.birthDate,
  sex: identity.sex,
});

type Agreement = 'agree' | 'differ' | 'unknown';

/** A partial date agrees with every day inside it. */
function birthDates(a: string | null, b: string | null): Agreement {
  if (a === null || b === null || a === '' || b === '') return 'unknown';
  const length = Math.min(a.length, b.length);
  if (a.slice(0, length) !== b.slice(0, length)) return 'differ';
  return length === 10 ? 'agree' : 'unknown';
}

const SEXES: Readonly<Record<string, string>> = { M: 'male', F: 'female', MALE: 'male', FEMALE: 'female' };

function sexes(a: string | null, b: string | null): Agreement {
  const [first, second] = [SEXES[a?.trim().toUpperCase() ?? ''], SEXES[b?.trim().toUpperCase() ?? '']];
  if (first === undefined || second === undefined) return 'unknown';
  return first === second ? 'agree' : 'differ';
}

function compareIds(ours: readonly Identifier[], theirs: readonly Identifier[]): 'match' | 'clash' | 'loose' | 'apart' {
  const pairs = ours.flatMap((a) => theirs.map((b) => ({ a, b })));
  const oneDomain = pairs.filter(({ a, b }) => a.system !== null && a.system === b.system);
  if (oneDomain.some(({ a, b }) => a.value === b.value)) return 'match';
  if (oneDomain.length > 0) return 'clash';
  const loose = pairs.some(({ a, b }) => a.value === b.value && (a.system === null || b.system === null));
  return loose ? 'loose' : 'apart';
}

/**
 * - One identifier of one authority agrees: same; birth date or sex contradicts: unclear; both contradict: different.
 * - Both sides have identifiers of one authority and none agrees: different.
 * - The same number, with the authority unknown on one side: same when the full birth date agrees and the sex does not
 *   contradict, different when the birth date contradicts, else unclear.
 * - No identifiers to compare: different when the birth date contradicts, else unclear.
 */
export function samePatient(
  images: PatientIdentity,
  record: PatientRecord,
  domains: IdentifierDomains = NO_DOMAINS,
): PatientVerdict {
  const theirs = record.identifiers.flatMap(({ system, value }) => {
    const normalized = normalizedId(value);
    return normalized === null ? [] : [{ system, value: normalized }];
  });
  const ids = compareIds(identifiersOf(images, domains), theirs);
  const birth = birthDates(images.birthDate, record.birthDate);
  const sex = sexes(images.sex, record.sex);
  switch (ids) {
    case 'match': {
      const contradictions = [birth, sex].filter((agreement) => agreement === 'differ').length;
      return contradictions === 0 ? 'same' : contradictions === 1 ? 'unclear' : 'different';
    }
    case 'clash':
      return 'different';
    case 'loose':
      if (birth === 'differ') return 'different';
      return birth === 'agree' && sex !== 'differ' ? 'same' : 'unclear';
    case 'apart':
      return birth === 'differ' ? 'different' : 'unclear';
  }
}

const SAME_STUDY: IdentifierDomains = { systems: {}, localSystem: 'images of one study' };

/** Two instances of one study: patient ids without issuer come from one authority here. */
export function samePatientInStudy(first: PatientIdentity, second: PatientIdentity): PatientVerdict {
  return samePatient(second, recordOf(first, SAME_STUDY), SAME_STUDY);
}
