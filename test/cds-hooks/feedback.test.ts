import { describe, expect, it } from 'vitest';
import { instantFromEpoch } from '../../src/case/index.ts';
import { parseFeedback } from '../../src/cds-hooks/feedback.ts';
import type { FeedbackEntry } from '../../src/cds-hooks/ports.ts';
import { HttpProblem } from '../../src/cds-hooks/problem.ts';
import { listShared, readShared } from './support/shared-data.ts';

const CONTEXT = { clientId: 'c', serviceId: 's', requestId: 'r', receivedAt: instantFromEpoch(0) };
const ITEM = {
  card: 'f6b95768-b1c8-40dc-8385-bf3504b82ffb',
  outcome: 'overridden',
  outcomeTimestamp: '2020-12-11T00:00:00Z',
};
const REASON = { code: 'patient-refuses', system: 'http://example.org' };

function parse(...items: object[]): readonly FeedbackEntry[] {
  return parseFeedback({ feedback: items }, CONTEXT);
}

function one(changes: object): FeedbackEntry {
  const [entry] = parse({ ...ITEM, ...changes });
  if (entry === undefined) throw new Error('no entry');
  return entry;
}

describe('feedback is refused when', () => {
  it.each<[string, unknown, string]>([
    ['there is no array', {}, '/feedback'],
    ['it is a bare array', [ITEM], ''],
    ['the card is missing', { feedback: [{ outcome: 'accepted' }] }, '/feedback/0/card'],
    ['the outcome is unknown', { feedback: [ITEM, { ...ITEM, outcome: 'CANARY' }] }, '/feedback/1/outcome'],
    ['it holds more than a batch', { feedback: Array(1001).fill(1) }, '/feedback'],
    [
      'it accepts more suggestions than a card can hold',
      { feedback: [{ ...ITEM, acceptedSuggestions: Array(1001).fill(1) }] },
      '/feedback/0/acceptedSuggestions',
    ],
    [
      'a suggestion has no id',
      { feedback: [{ ...ITEM, acceptedSuggestions: [{}] }] },
      '/feedback/0/acceptedSuggestions/0/id',
    ],
  ])('%s', (_name, body, pointer) => {
    let caught: unknown;
    try {
      parseFeedback(body, CONTEXT);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(HttpProblem);
    const { status, issues } = caught as HttpProblem;
    expect([status, issues[0]?.pointer]).toEqual([400, pointer]);
    expect(JSON.stringify(issues)).not.toContain('CANARY');
  });
});

describe('feedback', () => {
  it('whose comment ends in half an emoji is kept: an EHR would send it again for ever', () => {
    expect(one({ overrideReason: { userComment: 'no\ud83d' } }).userComment).toBe('no\ufffd');
  });

  it('with a number that no JSON can hold again is kept without it, and so is the rest of the batch', () => {
    const extension = JSON.parse('{"n":1e999,"list":[-1e999,2]}') as object;
    const [odd, next] = parse({ ...ITEM, extension }, ITEM);
    expect(odd?.raw).toMatchObject({ extension: { n: null, list: [null, 2] } });
    expect(next?.card).toBe(ITEM.card);
  });

  it.each(['0000-01-01T00:00:00Z', '1900-01-01T00:00:00Z', `2026-11-23T14:00:00.${'0'.repeat(1e5)}Z`])(
    'keeps no time of report that no database or clock knows',
    (outcomeTimestamp) => {
      expect(one({ outcomeTimestamp })).toMatchObject({ outcomeAt: null, flaws: ['timestamp-unusable'] });
    },
  );

  it('keeps the order of a batch', () => {
    expect(parse(ITEM, { ...ITEM, card: 'b' }).map(({ card }) => card)).toEqual([ITEM.card, 'b']);
  });

  it('has the same key when it is sent again, and another when anything differs', () => {
    const { outcomeTimestamp, outcome, card } = ITEM;
    expect(one({}).key).toBe(parse({ outcomeTimestamp, outcome, card })[0]?.key);
    expect(one({}).key).not.toBe(one({ overrideReason: { reason: REASON } }).key);
    expect(one({}).key).not.toBe(parseFeedback({ feedback: [ITEM] }, { ...CONTEXT, clientId: 'other' })[0]?.key);
  });

  it.each<[string, object]>([
    ['overrideReason', { overrideReason: { reason: REASON, userComment: 'why' } }],
    ['overrideReasons as array', { overrideReasons: [{ reason: REASON, userComment: 'why' }] }],
    ['overrideReasons as object', { overrideReasons: { reason: REASON, userComment: 'why' } }],
    ['codings directly', { overrideReasons: [REASON], userComment: 'why' }],
    [
      'both spellings',
      { overrideReason: { reason: REASON }, overrideReasons: [{ reason: REASON, userComment: 'why' }] },
    ],
  ])('understands the spelling: %s', (_name, changes) => {
    const { overrideReasons, userComment, raw } = one(changes);
    expect(overrideReasons).toEqual([REASON]);
    expect(userComment).toBe('why');
    expect(JSON.stringify(raw)).not.toContain('why');
  });

  it("understands Epic's extension", () => {
    const extension = {
      'com.epic.cdshooks.feedback.overrideReason.reasonCategory': '5',
      'com.epic.cdshooks.feedback.overrideReason.Title': 'Not now',
    };
    const [reason] = one({ overrideReason: { extension, userComment: 'why' } }).overrideReasons;
    expect([reason?.code, reason?.display]).toEqual(['5', 'Not now']);
  });

  it.each([
    ['2020-12-11T01:00:00+01:00', Date.parse('2020-12-11T00:00:00Z')],
    ['2020-12-11T01:00:00.5+0100', Date.parse('2020-12-11T00:00:00.5Z')],
    ['2020-12-11T01:00:00', null],
    ['yesterday', null],
  ])('reads the time %s', (outcomeTimestamp, at) => {
    const entry = one({ outcomeTimestamp });
    expect(entry.outcomeAt).toBe(at);
    expect(entry.flaws).toEqual(at === null ? ['timestamp-unusable'] : []);
  });

  it('keeps an acceptance without suggestions, and says so', () => {
    const entry = one({ outcome: 'accepted', acceptedSuggestions: null });
    expect([entry.acceptedSuggestions, entry.flaws]).toEqual([[], ['accepted-without-suggestion']]);
  });
});

const EXAMPLES = listShared('spec-examples', /^2[234]-/);

describe.skipIf(EXAMPLES.length === 0)('feedback examples of the specification', () => {
  it.each(EXAMPLES.length === 0 ? ['none'] : EXAMPLES)('%s', (path) => {
    const entries = parseFeedback(readShared(path), CONTEXT);
    expect(entries.map(({ flaws }) => flaws)).toEqual([[]]);
  });
});
