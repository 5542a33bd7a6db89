import { describe, expect, it } from 'vitest';
import type { Card } from '../../src/cds-hooks/card.ts';
import { checks } from '../../src/cds-hooks/validation.ts';
import {
  advice,
  cardDraft,
  createHarness,
  EVALUATION_ID,
  hookRequest,
  LAB_SUGGESTION,
  PATH,
} from '../cds-hooks/support/harness.ts';
import type { HarnessOptions } from '../cds-hooks/support/harness.ts';
import { hasSharedData, listShared, readShared } from '../cds-hooks/support/shared-data.ts';
import { ISSUER, trustedClient } from '../cds-hooks/support/tokens.ts';

async function respond(options: HarnessOptions = {}) {
  const cards = [
    cardDraft({ suggestions: [LAB_SUGGESTION, { ...LAB_SUGGESTION, id: 'order-aptt', isRecommended: true }] }),
  ];
  return createHarness({ advise: () => Promise.resolve(advice({ cards })), ...options }).post(PATH, hookRequest());
}

async function card(options: HarnessOptions = {}): Promise<Card> {
  const [first] = ((await respond(options)).body as { cards: Card[] }).cards;
  if (first === undefined) throw new Error('no card');
  return first;
}

/** A card of the specification with one thing changed. */
function wrong(changes: object): number {
  const base = { summary: 'Example', indicator: 'info', source: { label: 'Example' } };
  return checks().card({ ...base, ...changes }).length;
}

const ACTION = { type: 'create', description: 'Order', resource: { resourceType: 'ServiceRequest' } };

describe('1.6 response', () => {
  it('#1 #4 #58 is 200 and JSON with cards', async () => {
    const response = await respond();
    expect([response.status, response.type]).toEqual([200, 'application/json']);
    expect(checks().response(response.body)).toEqual([]);
  });

  it('#2 #59 is an empty array of cards without guidance', async () => {
    const response = await respond({ advise: () => Promise.resolve(advice({ cards: [] })) });
    expect([response.status, response.text]).toEqual([200, '{"cards":[]}']);
  });

  it('#2 #3 holds no member without a value', async () => {
    expect((await respond()).text).not.toMatch(/:(null|""|\[\]|\{\})/);
  });

  it('#61 #62 explains a refusal with an OperationOutcome', async () => {
    const response = await createHarness().post(PATH, {});
    const { resourceType, issue } = response.body as { resourceType: string; issue: { diagnostics: string }[] };
    expect([response.status, response.type, resourceType]).toEqual([400, 'application/fhir+json', 'OperationOutcome']);
    expect(issue[0]?.diagnostics).toBe('JSON pointer: /hook');
  });

  it('#100 never holds systemActions', async () => {
    expect((await respond()).body).not.toHaveProperty('systemActions');
  });
});

describe('1.7 cards', () => {
  it('#64 carry a uuid of their own', async () => {
    const [one, two] = [await card(), await card()];
    expect(one.uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    expect(one.uuid).not.toBe(two.uuid);
  });

  it('#65 have a summary of fewer than 140 characters', () => {
    expect([
      wrong({ summary: 'x'.repeat(139) }),
      wrong({ summary: 'x'.repeat(140) }),
      wrong({ summary: undefined }),
    ]).toEqual([0, 1, 1]);
  });

  it('#66 hold no HTML in their detail', async () => {
    const cards = [cardDraft({ detail: 'a <img src=x>' })];
    expect((await respond({ advise: () => Promise.resolve(advice({ cards })) })).status).toBe(500);
  });

  it('#67 have an indicator of info, warning or critical', () => {
    expect([
      wrong({ indicator: 'critical' }),
      wrong({ indicator: 'hard-stop' }),
      wrong({ indicator: undefined }),
    ]).toEqual([0, 1, 1]);
  });

  it('#68 #69 #70 #72 #73 name their source, with an absolute URL and a topic', async () => {
    const { source } = await card();
    expect(source.label).not.toBe('');
    expect(URL.canParse(source.url ?? '')).toBe(true);
    expect(source.topic).toMatchObject({ code: 'thrombolysis', system: expect.stringMatching(/^https:/) as string });
    expect([wrong({ source: {} }), wrong({ source: { label: 'a', topic: { code: 'x' } } })]).toEqual([1, 1]);
    expect(wrong({ source: { label: 'a', url: '/relative' } })).toBeGreaterThan(0);
  });

  it('#74 are checked before they are sent', async () => {
    const cards = [cardDraft({ indicator: 'hard-stop' as 'info' })];
    expect((await respond({ advise: () => Promise.resolve(advice({ cards })) })).status).toBe(500);
  });
});

describe('1.8 suggestions and actions', () => {
  it('#75 #76 #77 #78 #79 have label, uuid and a selection behavior', async () => {
    const { suggestions, selectionBehavior } = await card();
    expect([suggestions?.length, selectionBehavior]).toEqual([2, 'any']);
    expect(new Set(suggestions?.map(({ uuid }) => uuid)).size).toBe(2);
    expect(wrong({ suggestions: [{ label: 'a' }] })).toBe(1);
    expect(wrong({ suggestions: [{ label: 'a' }], selectionBehavior: 'all' })).toBe(1);
    expect(wrong({ suggestions: [{}], selectionBehavior: 'any' })).toBe(1);
  });

  it('#80 recommend at most one where at most one may be taken', () => {
    const suggestions = [1, 2].map((n) => ({ label: String(n), isRecommended: true }));
    expect(wrong({ suggestions, selectionBehavior: 'any' })).toBe(0);
    expect(wrong({ suggestions, selectionBehavior: 'at-most-one' })).toBeGreaterThan(0);
    expect(wrong({ suggestions: [suggestions[0], { label: 'b' }], selectionBehavior: 'at-most-one' })).toBe(0);
  });

  it('#81 #82 #83 #84 #85 #89 hold one complete action', async () => {
    const { suggestions } = await card();
    expect(suggestions?.[0]?.actions).toEqual([LAB_SUGGESTION.action]);
    const act = (actions: unknown[]) => wrong({ suggestions: [{ label: 'a', actions }], selectionBehavior: 'any' });
    expect(act([ACTION])).toBe(0);
    expect(act([])).toBeGreaterThan(0);
    expect(act([{ ...ACTION, description: undefined }])).toBeGreaterThan(0);
    expect(act([{ ...ACTION, resource: undefined }])).toBeGreaterThan(0);
    expect(act([{ ...ACTION, type: 'replace' }])).toBeGreaterThan(0);
  });

  it('#86 #87 would be refused by the schema in the old forms of update and delete', () => {
    const act = (action: object) =>
      wrong({ suggestions: [{ label: 'a', actions: [action] }], selectionBehavior: 'any' });
    expect(act({ type: 'delete', description: 'a', resourceId: 'ServiceRequest/1' })).toBe(0);
    expect(act({ type: 'delete', description: 'a', resource: 'ServiceRequest/1' })).toBeGreaterThan(0);
    expect(act({ type: 'update', description: 'a' })).toBeGreaterThan(0);
  });

  it('#88 do not use actionSelectionBehavior', async () => {
    expect(JSON.stringify(await card())).not.toContain('actionSelectionBehavior');
  });
});

describe('1.9 override reasons and links', () => {
  it('#90 #91 #92 offer reasons with display, those of HL7 among them', async () => {
    const { overrideReasons } = await card();
    expect(
      overrideReasons?.every(({ display, code, system }) => Boolean(display) && Boolean(code) && Boolean(system)),
    ).toBe(true);
    expect(overrideReasons?.map(({ code }) => code)).toContain('patient-contraindication');
    expect(wrong({ overrideReasons: [{ code: 'a', system: 'http://example.org' }] })).toBe(1);
  });

  it('#93 #94 #95 #97 link the basis absolutely, and the app with its context', async () => {
    const client = trustedClient({
      keys: { jwks: createHarness().signer.jwks },
      smartLaunchUrl: 'https://app.example/launch',
    });
    const { links } = await card({ router: { clients: [client] } });
    expect(links?.map(({ type, appContext }) => [type, appContext])).toEqual([
      ['absolute', undefined],
      ['smart', EVALUATION_ID],
    ]);
    expect(client.issuer).toBe(ISSUER);
    expect(wrong({ links: [{ label: 'a', url: 'https://a.example', type: 'absolute', appContext: 'x' }] })).toBe(1);
    expect(wrong({ links: [{ label: 'a', url: 'page', type: 'absolute' }] })).toBeGreaterThan(0);
  });

  it('#98 never ask to be launched by themselves', async () => {
    expect(JSON.stringify(await card())).not.toContain('autolaunchable');
  });
});

/** These two hold placeholders that the specification does not allow. */
const FLAWED = /launch_smart_app|propose_alternate/;
const RESPONSES = listShared('inferno', /card-response/).filter((path) => !FLAWED.test(path));

describe.skipIf(!hasSharedData)('published responses', () => {
  it.each(RESPONSES.length === 0 ? ['none'] : RESPONSES)('%s satisfies our schema', (path) => {
    expect(checks().card(readShared(path))).toEqual([]);
  });

  it('of the specification satisfy our schema, except where they break its own rules', () => {
    expect(checks().response(readShared('spec-examples/13-http-response.json'))).toEqual([]);
    expect(checks().response(readShared('spec-examples/20-example.json'))).toEqual([]);
    // The card of the autolaunch example has no indicator.
    expect(
      checks()
        .response(readShared('spec-examples/21-example.json'))
        .map(({ pointer }) => pointer),
    ).toEqual(['/cards/0/indicator']);
  });

  it('with a URL that is none, or with an empty array of actions, are refused', () => {
    for (const path of listShared('inferno', FLAWED)) expect(checks().card(readShared(path)).length).toBeGreaterThan(0);
  });
});
