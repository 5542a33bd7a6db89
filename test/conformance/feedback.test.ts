import { describe, expect, it } from 'vitest';
import { createHarness, PATH } from '../cds-hooks/support/harness.ts';
import { listShared, readShared } from '../cds-hooks/support/shared-data.ts';

const FEEDBACK = `${PATH}/feedback`;
const ITEM = {
  card: 'f6b95768-b1c8-40dc-8385-bf3504b82ffb',
  outcome: 'overridden',
  outcomeTimestamp: '2020-12-11T00:00:00Z',
};

describe('1.10 feedback', () => {
  it('#101 is taken at the address of the service', async () => {
    const harness = createHarness();
    expect((await harness.post(FEEDBACK, { feedback: [ITEM] })).status).toBe(200);
    expect((await harness.post('/cds-services/other/feedback', { feedback: [ITEM] })).status).toBe(404);
    expect(harness.feedback).toHaveLength(1);
  });

  it('#102 needs an object with a feedback array', async () => {
    for (const body of [{}, { feedback: ITEM }, [ITEM]]) {
      expect((await createHarness().post(FEEDBACK, body)).status).toBe(400);
    }
  });

  it('#103 needs card and one of the two outcomes', async () => {
    for (const changes of [{ card: undefined }, { outcome: undefined }, { outcome: 'ignored' }]) {
      expect((await createHarness().post(FEEDBACK, { feedback: [{ ...ITEM, ...changes }] })).status).toBe(400);
    }
  });

  it('#103 #104 keeps accepted suggestions and the time', async () => {
    const harness = createHarness();
    const accepted = { ...ITEM, outcome: 'accepted', acceptedSuggestions: [{ id: 'a' }, { id: 'b' }] };
    await harness.post(FEEDBACK, { feedback: [accepted] });
    expect(harness.feedback).toMatchObject([
      { outcome: 'accepted', acceptedSuggestions: ['a', 'b'], outcomeAt: Date.parse(ITEM.outcomeTimestamp), flaws: [] },
    ]);
  });

  it('#105 keeps a reason with or without display, or a comment alone', async () => {
    const harness = createHarness();
    const reason = { code: 'a', system: 'http://example.org' };
    const items = [{ reason }, { reason: { ...reason, display: 'A' } }, { userComment: 'text' }].map(
      (overrideReason) => ({
        ...ITEM,
        overrideReason,
      }),
    );
    expect((await harness.post(FEEDBACK, { feedback: items })).status).toBe(200);
    expect(harness.feedback.map(({ overrideReasons, userComment }) => [overrideReasons, userComment])).toEqual([
      [[reason], null],
      [[{ ...reason, display: 'A' }], null],
      [[], 'text'],
    ]);
  });

  it('#106 takes batches and repeats, and gives a repeat the same key', async () => {
    const harness = createHarness();
    const changed = { ...ITEM, outcome: 'accepted', acceptedSuggestions: [{ id: 'a' }] };
    await harness.post(FEEDBACK, { feedback: [ITEM, { ...ITEM, card: 'other' }] });
    await harness.post(FEEDBACK, { feedback: [ITEM] });
    await harness.post(FEEDBACK, { feedback: [changed] });
    const keys = harness.feedback.map(({ key }) => key);
    expect(keys).toHaveLength(4);
    expect([new Set(keys).size, keys[0] === keys[2]]).toEqual([3, true]);
  });

  it('#109 needs a token for the feedback address', async () => {
    const harness = createHarness();
    const forService = { claims: { aud: `https://cds.example.org${PATH}` } };
    expect((await harness.post(FEEDBACK, { feedback: [ITEM] }, forService)).status).toBe(401);
    expect(harness.feedback).toEqual([]);
  });

  it('#110 hands the free text over apart from the rest, and to no log', async () => {
    const harness = createHarness();
    const overrideReason = { userComment: 'Mrs. Example said no' };
    await harness.post(FEEDBACK, { feedback: [{ ...ITEM, overrideReason }] });
    const [entry] = harness.feedback;
    expect(entry?.userComment).toBe('Mrs. Example said no');
    expect(JSON.stringify(entry?.raw) + harness.logs()).not.toContain('Mrs. Example');
  });
});

const EXAMPLES = listShared('spec-examples', /^2[234]-/);

describe.skipIf(EXAMPLES.length === 0)('feedback examples of the specification', () => {
  it.each(EXAMPLES.length === 0 ? ['none'] : EXAMPLES)('%s', async (path) => {
    expect((await createHarness().post(FEEDBACK, readShared(path))).status).toBe(200);
  });
});
