import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Bundle, FhirResource } from 'fhir/r4.js';
import { startFhirServer, type FhirServer } from '../../src/demo/fhir-server.ts';

function observation(id: string, code: string, at: string): FhirResource {
  return {
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code }] },
    subject: { reference: 'Patient/p1' },
    effectiveDateTime: at,
  };
}

const record: Bundle = {
  resourceType: 'Bundle',
  type: 'collection',
  entry: [
    { fullUrl: 'urn:uuid:1', resource: { resourceType: 'Patient', id: 'p1' } },
    { resource: { resourceType: 'Patient', id: 'p2' } },
    { resource: observation('o1', 'A', '2026-11-01T10:00:00Z') },
    { resource: observation('o2', 'B', '2026-11-03T10:00:00Z') },
    { resource: observation('o3', 'A', '2026-11-02T10:00:00Z') },
    {
      resource: {
        resourceType: 'Condition' as const,
        id: 'c1',
        subject: { reference: 'urn:uuid:1' },
        code: { text: 'x' },
      },
    },
  ],
};

describe('FHIR server of the demonstration', () => {
  let server: FhirServer;
  beforeEach(async () => {
    server = await startFhirServer({ token: 'secret' });
    server.load(record);
  });
  afterEach(() => server.close());

  const get = (path: string, token: string | null = 'secret'): Promise<Response> =>
    fetch(`${server.url}/${path}`, {
      redirect: 'manual',
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
    });
  const ids = async (path: string): Promise<(string | undefined)[]> => {
    const bundle = (await (await get(path)).json()) as Bundle;
    return (bundle.entry ?? []).map(({ resource }) => resource?.id);
  };

  it('answers 401 without a token, 403 with another one, and shows its capabilities to everybody', async () => {
    expect((await get('Patient/p1', null)).status).toBe(401);
    expect((await get('Patient/p1', 'other')).status).toBe(403);
    expect((await get('metadata', null)).status).toBe(200);
    expect((await get('Patient/p1')).status).toBe(200);
    expect((await get('Patient/none')).status).toBe(404);
  });

  it('searches by patient, code, date, id and status', async () => {
    expect(await ids('Observation?patient=p1&code=A')).toEqual(['o1', 'o3']);
    expect(await ids('Observation?subject=Patient/p1&code=http://loinc.org|B,none')).toEqual(['o2']);
    expect(await ids('Observation?patient=p1&code=urn:other|B')).toEqual([]);
    expect(await ids('Observation?patient=p2')).toEqual([]);
    expect(await ids('Observation?patient=p1&date=ge2026-11-02')).toEqual(['o2', 'o3']);
    expect(await ids('Observation?patient=p1&date=2026-11-02')).toEqual(['o3']);
    expect(await ids('Observation?_id=o2,o3')).toEqual(['o2', 'o3']);
    expect(await ids('Observation?patient=p1&status=preliminary')).toEqual([]);
  });

  it('resolves urn references between the entries that it loads', async () => {
    expect(await ids('Condition?patient=p1')).toEqual(['c1']);
  });

  it('sorts by date and pages with next links until nothing is left', async () => {
    const seen: (string | undefined)[] = [];
    let url: string | undefined = `${server.url}/Observation?patient=p1&_sort=-date&_count=2`;
    while (url !== undefined) {
      const answer: Response = await fetch(url, { headers: { authorization: 'Bearer secret' } });
      const bundle = (await answer.json()) as Bundle;
      seen.push(...(bundle.entry ?? []).map(({ resource }) => resource?.id));
      url = bundle.link?.find(({ relation }) => relation === 'next')?.url;
    }
    expect(seen).toEqual(['o2', 'o3', 'o1']);
  });

  it('loads a transaction over HTTP', async () => {
    const entry = [{ resource: { resourceType: 'Condition', subject: { reference: 'Patient/p2' } } }];
    const answer = await fetch(server.url, {
      method: 'POST',
      headers: { authorization: 'Bearer secret', 'content-type': 'application/fhir+json' },
      body: JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }),
    });
    expect(answer.status).toBe(200);
    expect(await ids('Condition?patient=p2')).toHaveLength(1);
  });

  it('fails on demand and recovers', async () => {
    server.setFault('Condition', { status: 503 });
    expect((await get('Condition?patient=p1')).status).toBe(503);
    server.setFault('Condition', { malformedJson: true });
    await expect((await get('Condition?patient=p1')).json()).rejects.toThrow(SyntaxError);
    server.setFault('Condition', { redirectTo: 'http://127.0.0.1:1/elsewhere' });
    expect((await get('Condition?patient=p1')).headers.get('location')).toBe('http://127.0.0.1:1/elsewhere');
    server.setFault('Condition', null);
    expect(await ids('Condition?patient=p1')).toEqual(['c1']);
  });

  it('delays on demand and logs each request without the token', async () => {
    server.setDelay('Patient', 60);
    const started = Date.now();
    await get('Patient/p1');
    expect(Date.now() - started).toBeGreaterThanOrEqual(55);
    expect(server.requests()).toEqual([{ method: 'GET', path: 'Patient/p1', query: '', hadToken: true }]);
    expect(JSON.stringify(server.requests())).not.toContain('secret');
  });

  it('delays many answers at once without a warning of leaking listeners, and its end ends the waiting', async () => {
    const warned: string[] = [];
    const note = ({ name }: Error): void => void warned.push(name);
    process.on('warning', note);
    const slow = await startFhirServer({ token: 'secret' });
    try {
      slow.setDelay('*', 60_000);
      const headers = { authorization: 'Bearer secret' };
      const asked = Array.from({ length: 30 }, () => fetch(`${slow.url}/Patient/p1`, { headers }));
      const ended = Promise.allSettled(asked);
      await vi.waitFor(() => {
        expect(slow.requests()).toHaveLength(30);
      }, 20_000);
      await slow.close();
      expect((await ended).every(({ status }) => status === 'rejected')).toBe(true);
      expect(warned).toEqual([]);
    } finally {
      process.off('warning', note);
    }
  });
});
