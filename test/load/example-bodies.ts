/**
 * Hook bodies of every example patient, prefetched as an EHR would and padded with older normal readings to one size.
 * Many different patients, so that a measurement says something about the code and nothing about one record.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle, Observation } from 'fhir/r4.js';
import { hookBody, runPrefetch } from '../../src/demo/ehr.ts';
import { startFhirServer } from '../../src/demo/fhir-server.ts';
import { moveBundle } from '../../src/demo/move-bundle.ts';

export interface ExampleBody {
  readonly patientId: string;
  readonly context: Readonly<Record<string, string>>;
  readonly prefetch: Readonly<Record<string, unknown>>;
  /** JSON of a patient-view call. */
  readonly body: string;
}

/** A pulse, for patients in whose record nobody has measured anything. */
function pulse(patientId: string): Observation {
  return {
    resourceType: 'Observation',
    status: 'final',
    category: [
      {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }],
      },
    ],
    code: { coding: [{ system: 'http://loinc.org', code: '8867-4', display: 'Heart rate' }] },
    subject: { reference: `Patient/${patientId}` },
    valueQuantity: { value: 72, unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
  };
}

/** Adds older readings of the kind that the list already holds until the call is `bytes` long. */
function pad(prefetch: Record<string, unknown>, patientId: string, at: number, missing: number): void {
  const vitals = (prefetch['vitalSigns'] ??= { resourceType: 'Bundle', type: 'searchset', total: 0 }) as Bundle;
  vitals.entry ??= [];
  const found = vitals.entry
    .map(({ resource }) => resource)
    .filter((r): r is Observation => r?.resourceType === 'Observation');
  const templates = found.length === 0 ? [pulse(patientId)] : found;
  let left = missing;
  for (let index = 0; left > 0; index += 1) {
    const resource = {
      ...(templates[index % templates.length] ?? pulse(patientId)),
      id: `${patientId.slice(0, 20)}-older-${String(index)}`,
      effectiveDateTime: new Date(at - (3_600_000 + index * 900_000)).toISOString(),
    };
    const entry = { fullUrl: `https://ehr.example.org/fhir/Observation/${resource.id}`, resource };
    vitals.entry.push(entry);
    left -= JSON.stringify(entry).length + 1;
  }
  vitals.total = vitals.entry.length;
}

/**
 * @param folder of the repository
 * @param templates prefetch templates by key
 * @param options.at milliseconds since the epoch at which the stories play
 * @param options.bytes least length of a body; 0 pads nothing
 */
export async function exampleBodies(
  folder: string,
  templates: Readonly<Record<string, string>>,
  { at, bytes }: { readonly at: number; readonly bytes: number },
): Promise<readonly ExampleBody[]> {
  const examples = join(folder, 'fhir-resources/examples');
  const patients = readdirSync(examples)
    .filter((name) => name.endsWith('.json') && name !== 'stories.json')
    .map((name) => name.slice(0, -'.json'.length));
  const fhir = await startFhirServer();
  try {
    const bodies: ExampleBody[] = [];
    for (const patientId of patients) {
      const bundle = JSON.parse(readFileSync(join(examples, `${patientId}.json`), 'utf8')) as Bundle;
      fhir.load(moveBundle(bundle, at));
      const context = { userId: 'Practitioner/bench', patientId, encounterId: patientId };
      const prefetch = await runPrefetch(templates, context, fhir.url, 'none');
      const call = { url: '', hook: 'patient-view', context, prefetch };
      const length = hookBody(call).length;
      if (length < bytes) pad(prefetch, patientId, at, bytes - length);
      bodies.push({ patientId, context, prefetch, body: hookBody(call) });
    }
    return bodies;
  } finally {
    await fhir.close();
  }
}
