/**
 * Writes a result into the chart: an Observation a finding, a DocumentReference a DICOM object. Each is found by its
 * identifier first, so that a repeated write changes nothing and a new result updates what the former one wrote.
 */
import type { DocumentReference, Observation, Reference } from 'fhir/r4.js';
import { isObject, objectsOf, stableJson, textOf, type JsonObject } from '../access/json.ts';
import { documentReferencesOf } from './document-reference.ts';
import type { FhirServer } from './fhir-server.ts';
import { findPatient, findStudy, type ImagedPatient } from './find-links.ts';
import { observationsOf } from './observation.ts';
import type { OutgoingResult, Software } from './outgoing-result.ts';
import { WriteFailure } from './write-failure.ts';

export interface WrittenResource {
  /** 'Observation/123' */
  readonly reference: string;
  /** `left`: a clinician made it their own; it is not touched any more. */
  readonly action: 'created' | 'updated' | 'unchanged' | 'left';
}

export interface ResultWriter {
  /**
   * @param patient what the images say of their patient, or the chart where it is known
   * @throws WriteFailure; what was written before it stays and is found unchanged by the next try
   */
  readonly write: (
    result: OutgoingResult,
    patient: ImagedPatient | Reference,
    signal: AbortSignal,
  ) => Promise<readonly WrittenResource[]>;
}

type Written = Observation | DocumentReference;

export function createResultWriter(server: FhirServer, software: Software): ResultWriter {
  return {
    write: async (result, patient, signal) => {
      const subject = 'identifiers' in patient ? await findPatient(server, patient, signal) : patient;
      const study = await findStudy(server, result.studyUid, subject, signal);
      const links = { subject, study, software };
      const written: WrittenResource[] = [];
      for (const resource of [...observationsOf(result, links), ...documentReferencesOf(result, links)]) {
        const done = await writeOne(server, resource, signal);
        if (done !== undefined) written.push(done);
      }
      return written;
    },
  };
}

async function writeOne(
  server: FhirServer,
  wanted: Written,
  signal: AbortSignal,
): Promise<WrittenResource | undefined> {
  const { system = '', value = '' } = wanted.identifier?.[0] ?? {};
  const query = `${system}|${value}`;
  const found = await server.search(wanted.resourceType, { identifier: query }, 5, signal);
  const own = found.filter(({ identifier }) =>
    objectsOf(identifier).some((one) => one['system'] === system && one['value'] === value),
  );
  const [existing, ...others] = own;
  if (others.length > 0) throw new WriteFailure('not-unique', 'the server holds one of our resources several times');
  if (existing === undefined) {
    // What was never written needs no withdrawal.
    if (wanted.status === 'entered-in-error' || wanted.status === 'superseded') return undefined;
    const unless = `identifier=${encodeURIComponent(query)}`;
    return { reference: await server.create(wanted, unless, signal), action: 'created' };
  }
  const id = textOf(existing['id']) ?? '';
  const reference = `${wanted.resourceType}/${id}`;
  if (isClinicians(existing)) return { reference, action: 'left' };
  const settled = settle(wanted, existing);
  if (sameContent(settled, existing)) return { reference, action: 'unchanged' };
  const meta = existing['meta'];
  const version = isObject(meta) ? (textOf(meta['versionId']) ?? null) : null;
  await server.update({ ...settled, id }, version, signal);
  return { reference, action: 'updated' };
}

const CLINICIAN = /(^|\/)Practitioner(Role)?\//;

/** Somebody signed or corrected it: their word is not overwritten by a computer. */
function isClinicians({ performer, author, authenticator }: JsonObject): boolean {
  return [...objectsOf(performer), ...objectsOf(author), ...objectsOf(authenticator)].some(
    ({ reference }) => typeof reference === 'string' && CLINICIAN.test(reference),
  );
}

const SETTLED: readonly unknown[] = ['final', 'amended', 'corrected', 'entered-in-error'];

/**
 * A final Observation that says something else now is `amended` (R4 observation-status), also while more images may come:
 * it never becomes preliminary again. One that says the same keeps its status.
 */
function settle(wanted: Written, existing: JsonObject): Written {
  if (wanted.resourceType !== 'Observation' || wanted.status === 'entered-in-error') return wanted;
  const { status } = existing;
  if (!SETTLED.includes(status)) return wanted;
  const kept: Observation = { ...wanted, status: status as Observation['status'] };
  return status !== 'entered-in-error' && sameContent(kept, existing) ? kept : { ...wanted, status: 'amended' };
}

/** Equal but for what servers add: id, version, times, narrative, and the time of our own writing. */
function sameContent(wanted: Written, existing: JsonObject): boolean {
  return stableJson(bare(wanted)) === stableJson(bare(existing));
}

function bare(resource: object): Record<string, unknown> {
  const { meta } = resource as JsonObject;
  const added = ['id', 'meta', 'text'];
  const content = Object.fromEntries(Object.entries(resource).filter(([name]) => !added.includes(name)));
  const tags = isObject(meta) ? objectsOf(meta['tag']).map(({ system, code }) => ({ system, code })) : [];
  return { ...content, tags };
}
