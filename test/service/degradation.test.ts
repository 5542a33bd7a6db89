/**
 * A part of the EHR's FHIR server fails, in every way a server fails. The answer comes in time, says what could not be
 * read, and what does not rest on it stands.
 */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Degradation, FactKey } from '../../src/case/index.ts';
import type { FhirFault } from '../../src/demo/fhir-server.ts';
import { restoreCase, type StoredEvaluation } from '../../src/explanation/stored-evaluation.ts';
import { ACCESS_TOKEN, said, startService, topicOf, type Card, type TestService } from '../support/service.ts';

const PATIENT = 'early-large-vessel-occlusion';
/** Milliseconds for all own reads together. */
const READ_DEADLINE = 1_000;

interface Dependence {
  /** Prefetch keys that this type of resource answers. */
  readonly keys: readonly string[];
  /** A fact that is unknown without it. */
  readonly fact?: FactKey;
  /** Statements that do not rest on it. */
  readonly stand: readonly string[];
  readonly thrombolysisUndecided?: true;
}
const ALL = ['strokeState', 'thrombolysis', 'thrombectomy'];

const TYPES: Readonly<Record<string, Dependence>> = {
  Patient: { keys: ['patient'], fact: 'age', stand: ['strokeState', 'thrombectomy'], thrombolysisUndecided: true },
  Encounter: { keys: ['encounter'], fact: 'arrival', stand: ALL },
  Condition: { keys: ['conditions'], fact: 'bleedingDisorder', stand: ['strokeState'], thrombolysisUndecided: true },
  Procedure: { keys: ['procedures'], fact: 'majorSurgery', stand: ['strokeState'], thrombolysisUndecided: true },
  Observation: {
    keys: ['laboratory', 'strokeObservations', 'vitalSigns'],
    fact: 'glucose',
    stand: [],
    thrombolysisUndecided: true,
  },
  MedicationRequest: {
    keys: ['medicationRequests'],
    fact: 'directOralAnticoagulant',
    stand: ['strokeState', 'thrombectomy'],
    thrombolysisUndecided: true,
  },
  MedicationStatement: {
    keys: ['medicationStatements'],
    fact: 'directOralAnticoagulant',
    stand: ['strokeState', 'thrombectomy'],
    thrombolysisUndecided: true,
  },
  MedicationAdministration: {
    keys: ['medicationAdministrations'],
    fact: 'thrombolyticGiven',
    stand: ['strokeState', 'thrombectomy'],
    thrombolysisUndecided: true,
  },
  ImagingStudy: { keys: ['imagingStudies'], fact: 'brainImaging', stand: ALL },
  DiagnosticReport: { keys: ['diagnosticReports'], stand: ALL },
  QuestionnaireResponse: { keys: ['questionnaireResponses'], stand: ALL },
};

/** A server that is none of the client's: it only remembers who called. */
async function stranger() {
  const calls: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    calls.push(request.headers);
    response.setHeader('content-type', 'application/fhir+json').end('{"resourceType":"Bundle","type":"searchset"}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/fhir`, calls, close };
}

let service: TestService;
let other: Awaited<ReturnType<typeof stranger>>;
let whole: readonly Card[];
beforeAll(async () => {
  other = await stranger();
  service = await startService({ config: { deadlines: { fhirReads: READ_DEADLINE, answer: 10_000 } } });
  whole = (await service.open(PATIENT, { prefetch: 'full' })).cards;
});
afterAll(async () => {
  await service.close();
  await other.close();
});
afterEach(() => {
  for (const type of [...Object.keys(TYPES), '*']) {
    service.fhir.setFault(type, null);
    service.fhir.setDelay(type, 0);
  }
  // Whatever happened: no stranger was called, with a token or without.
  expect(other.calls).toEqual([]);
});

interface Recorded {
  readonly degradations: readonly Degradation[];
  readonly record: StoredEvaluation;
}

/** The newest invocation in the audit record. */
async function recorded(): Promise<Recorded> {
  const { payload } = await service.database.sql
    .selectFrom('audit_record')
    .select('payload')
    .where('kind', '=', 'invocation')
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  return JSON.parse(payload) as Recorded;
}

/** The conclusions; the detail may name one finding less. */
const conclusions = (cards: readonly Card[], topics: readonly string[]): unknown =>
  cards
    .filter((card) => topics.includes(topicOf(card)))
    .map(({ summary, indicator, suggestions = [] }) => [summary, indicator, suggestions.map(({ label }) => label)]);
const summaryOf = (cards: readonly Card[], topic: string): string =>
  cards.find((card) => topicOf(card) === topic)?.summary ?? '';

const FAULTS: readonly [string, FhirFault | 'delay', readonly Degradation['why'][]][] = [
  ['an error', { status: 500 }, ['unavailable']],
  ['a refusal', { status: 403 }, ['forbidden']],
  ['JSON that is none', { malformedJson: true }, ['malformed']],
  ['an OperationOutcome', { outcome: 'error' }, ['unavailable']],
  ['silence', 'delay', ['time-out']],
  ['a redirect to another server', { redirectTo: 'stranger' }, ['refused']],
  ['a cut connection', { cut: true }, ['unavailable', 'malformed']],
];

function disturb(type: string, fault: FhirFault | 'delay'): void {
  if (fault === 'delay') service.fhir.setDelay(type, 5 * READ_DEADLINE);
  else service.fhir.setFault(type, 'redirectTo' in fault ? { redirectTo: `${other.url}/Condition` } : fault);
}

describe.each(Object.entries(TYPES))('%s', (type, { keys, fact, stand, thrombolysisUndecided }) => {
  it.each(FAULTS)('is answered with %s', async (_name, fault, reasons) => {
    disturb(type, fault);
    const { status, milliseconds, cards } = await service.open(PATIENT);
    expect(status).toBe(200);
    expect(milliseconds).toBeLessThan(READ_DEADLINE + 2_000);

    const { degradations, record } = await recorded();
    const known = degradations.filter(({ where }) => keys.includes(where));
    expect(known.map(({ where }) => where).sort()).toEqual(expect.arrayContaining([...keys]));
    for (const { why } of known) expect(reasons).toContain(why);
    expect(degradations.filter(({ where }) => !keys.includes(where))).toEqual([]);

    if (fact !== undefined) {
      expect([fact, restoreCase(record).facts[fact]]).toEqual([
        fact,
        expect.objectContaining({ status: 'unknown', why: 'not-read' }),
      ]);
    }
    expect(conclusions(cards, stand)).toEqual(conclusions(whole, stand));
    // Every statement is there, decided or not.
    expect(cards.map(topicOf)).toEqual(expect.arrayContaining(ALL));
    if (thrombolysisUndecided === true) {
      expect(summaryOf(cards, 'thrombolysis')).toMatch(/^Thrombolysis: cannot be decided yet/);
    }
    expect(summaryOf(cards, 'missingData')).toMatch(/^Part of the record could not be read: /);
  });

  it('prefetched by the EHR, the server may be down', async () => {
    const prefetch = await service.prefetch(PATIENT);
    service.fhir.setFault('*', { status: 500 });
    const { status, cards } = await service.open(PATIENT, { prefetch });
    expect([status, said(cards)]).toEqual([200, said(whole)]);
  });
});

describe('several at once', () => {
  it.each(FAULTS)('everything is answered with %s, and nothing was prefetched: 412', async (_name, fault) => {
    disturb('*', fault);
    const { status, text, milliseconds } = await service.open(PATIENT);
    expect([status, JSON.parse(text)]).toEqual([412, expect.objectContaining({ resourceType: 'OperationOutcome' })]);
    expect(milliseconds).toBeLessThan(READ_DEADLINE + 2_000);
  });

  it('neither prefetch nor a server: 412', async () => {
    const { status, text } = await service.open(PATIENT, { fhirServer: null });
    expect([status, JSON.parse(text)]).toEqual([412, expect.objectContaining({ resourceType: 'OperationOutcome' })]);
  });

  it('only the patient is known and all else is late: 412, for silence would look like no stroke', async () => {
    const { patient } = await service.prefetch('only-a-stroke-code');
    service.fhir.setDelay('*', 5 * READ_DEADLINE);
    const { status, text, milliseconds } = await service.open('only-a-stroke-code', { prefetch: { patient } });
    expect([status, JSON.parse(text)]).toEqual([412, expect.objectContaining({ resourceType: 'OperationOutcome' })]);
    expect(milliseconds).toBeLessThan(READ_DEADLINE + 2_000);
  });

  it('calls for other patients are not held up by a slow server', async () => {
    const prefetch = await service.prefetch(PATIENT);
    service.fhir.setDelay('*', 5 * READ_DEADLINE);
    const slow = Array.from({ length: 5 }, () => service.open('platelets-too-low'));
    const { milliseconds, status } = await service.open(PATIENT, { prefetch });
    expect(status).toBe(200);
    // The others wait for their whole deadline.
    expect(milliseconds).toBeLessThan(READ_DEADLINE);
    expect((await Promise.all(slow)).map((answer) => answer.status)).toEqual(slow.map(() => 412));
  });
});

it('a report that comes with its document of megabytes costs no advice', async () => {
  const prefetch = await service.prefetch(PATIENT);
  const report = {
    resourceType: 'DiagnosticReport',
    id: 'with-document',
    status: 'final',
    code: { text: 'CT' },
    subject: { reference: `Patient/${PATIENT}` },
    presentedForm: [{ contentType: 'application/pdf', data: 'A'.repeat(6_000_000) }],
  };
  const reports = prefetch['diagnosticReports'] as { entry?: object[] };
  const diagnosticReports = { ...reports, total: undefined, entry: [...(reports.entry ?? []), { resource: report }] };
  const { status, cards } = await service.open(PATIENT, { prefetch: { ...prefetch, diagnosticReports } });
  expect([status, said(cards)]).toEqual([200, said(whole)]);
});

describe('resources that name the patient under another address', () => {
  /** A prefetch in which what these keys hold names the same id on a server that nobody knows. */
  async function renamed(example: string, keys?: readonly string[]): Promise<Record<string, unknown>> {
    const prefetch = await service.prefetch(example);
    service.fhir.setFault('*', { status: 500 });
    const text = (value: unknown): string =>
      JSON.stringify(value).replaceAll('"reference":"Patient/', '"reference":"https://internal.example/fhir/Patient/');
    return Object.fromEntries(
      Object.entries(prefetch).map(([key, value]) => [
        key,
        keys?.includes(key) === false ? value : JSON.parse(text(value)),
      ]),
    );
  }

  it('a drug list that was dropped is not an empty one', async () => {
    const prefetch = await renamed('apixaban-this-morning', ['medicationStatements']);
    const { status, cards } = await service.open('apixaban-this-morning', { prefetch });
    expect(status).toBe(200);
    expect(cards.find((card) => topicOf(card) === 'thrombolysis')?.summary).not.toMatch(/recommended/);
    expect(summaryOf(cards, 'missingData')).toMatch(/^Part of the record could not be read: /);
  });

  it.each([
    ['every list', undefined],
    ['the lists that show a stroke', ['encounter', 'conditions', 'strokeObservations']],
  ])('%s dropped: 412, for silence would look like no stroke', async (_name, keys) => {
    const prefetch = await renamed('only-a-stroke-code', keys);
    const { status, text } = await service.open('only-a-stroke-code', { prefetch });
    expect([status, JSON.parse(text)]).toEqual([412, expect.objectContaining({ resourceType: 'OperationOutcome' })]);
  });
});

describe('the token', () => {
  it('does not follow a next link to another server', async () => {
    const prefetch = await service.prefetch(PATIENT);
    const conditions = {
      ...(prefetch['conditions'] as object),
      link: [{ relation: 'next', url: `${other.url}/Condition?page=2` }],
    };
    const { status } = await service.open(PATIENT, { prefetch: { ...prefetch, conditions } });
    expect(status).toBe(200);
  });

  it('goes to no server that is not on the list, and nothing else is asked there or anywhere', async () => {
    service.fhir.clearRequests();
    const disguised = service.fhir.url.replace('//', '//user@');
    for (const fhirServer of [other.url, `${service.fhir.url}.evil.example`, `${service.fhir.url}/../x`, disguised]) {
      const { status, text } = await service.open(PATIENT, { fhirServer });
      expect([400, 403]).toContain(status);
      expect(JSON.parse(text)).toMatchObject({ resourceType: 'OperationOutcome' });
    }
    expect(service.fhir.requests()).toEqual([]);
  });

  it('that the server does not accept leaves everything unread', async () => {
    const { status } = await service.open(PATIENT, { accessToken: 'expired' });
    expect(status).toBe(412);
  });

  it('is in no audit record', async () => {
    await service.open(PATIENT);
    const rows = await service.database.sql.selectFrom('audit_record').select('payload').execute();
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(({ payload }) => payload.includes(ACCESS_TOKEN))).toEqual([]);
  });
});
