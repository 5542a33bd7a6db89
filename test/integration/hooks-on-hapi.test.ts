/**
 * The hooks against a real HAPI FHIR server that holds the example patients: read by token and given as prefetch, the
 * cards are those that the FHIR server of the demonstration leads to. Skipped, with the reason, where HAPI cannot run.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instantFromEpoch } from '../../src/case/index.ts';
import { exampleStories } from '../../src/demo/example-patients.ts';
import { moveBundle } from '../../src/demo/move-bundle.ts';
import { prepareHapi, type HapiServer } from '../support/hapi-server.ts';
import { said, startService, type Card, type TestService } from '../support/service.ts';

const hapi = await prepareHapi();
if (typeof hapi === 'string') process.stderr.write(`HAPI tests are skipped: ${hapi}\n`);

const MINUTE = 60_000;
const HOOKS = ['patient-view', 'encounter-start', 'encounter-discharge'] as const;

describe.skipIf(typeof hapi === 'string')('hooks on a real HAPI server', () => {
  let server: HapiServer;
  let service: TestService;
  // The stories happen today: nothing may hang on the day for which they were written.
  const now = instantFromEpoch(Math.floor(Date.now() / MINUTE) * MINUTE);
  const stories = exampleStories().map((story) => ({ ...story, bundle: moveBundle(story.bundle, now) }));

  beforeAll(async () => {
    if (typeof hapi === 'string') return;
    server = await hapi.start();
    service = await startService({ clock: () => now, fhirServers: [server.url] });
    for (const { bundle } of stories) {
      service.fhir.load(bundle);
      await server.load(bundle);
    }
    // The first searches on a cold server are slow.
    await service.open('no-stroke', { fhirServer: server.url });
  });
  // Nothing to close where the start failed; that failure is the one to show.
  afterAll(async () => {
    await (service as TestService | undefined)?.close();
    await (server as HapiServer | undefined)?.close();
  });

  const expected = async (id: string): Promise<readonly Card[]> => (await service.open(id)).cards;

  it.each(stories)('$id, read by token', async ({ id }) => {
    const { status, cards } = await service.open(id, { fhirServer: server.url, accessToken: 'any' });
    expect([status, said(cards)]).toEqual([200, said(await expected(id))]);
  });

  it.each(stories)("$id, from HAPI's answers as prefetch", async ({ id }) => {
    const prefetch = await service.prefetch(id, server.url);
    const { status, cards } = await service.open(id, { prefetch, fhirServer: null });
    expect([status, said(cards)]).toEqual([200, said(await expected(id))]);
  });

  it.each(HOOKS)('%s says the same', async (hook) => {
    const id = 'early-large-vessel-occlusion';
    const { status, cards } = await service.open(id, { hook, fhirServer: server.url, accessToken: 'any' });
    expect([status, said(cards)]).toEqual([200, said(await expected(id))]);
  });
});
