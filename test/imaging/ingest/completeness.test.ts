import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantFromEpoch } from '../../../src/case/index.ts';
import { completeness, contentVersion, type Arrival } from '../../../src/imaging/ingest/completeness.ts';

const LAST = instantFromEpoch(1_000_000);
const after = (ms: number) => instantFromEpoch(LAST + ms);
const arrival = (change: Partial<Arrival> = {}): Arrival => ({
  received: 20,
  expected: null,
  lastReceivedAt: LAST,
  content: 'a',
  announced: null,
  announcedShort: false,
  quarantined: false,
  ...change,
});

describe('without a count', () => {
  it('a study is complete after 8 s of quiet, not before', () => {
    expect(completeness(arrival(), after(7_999))).toEqual({ state: 'receiving', lookAgainAt: after(8_000) });
    expect(completeness(arrival(), after(8_000))).toEqual({ state: 'ready', because: 'quiet', short: false });
  });

  it('the site may wait longer', () => {
    expect(completeness(arrival(), after(8_000), 30_000)).toMatchObject({ state: 'receiving' });
  });
});

describe('with the count of the archive', () => {
  it('a study is complete with the last instance', () => {
    expect(completeness(arrival({ expected: 20 }), LAST)).toEqual({ state: 'ready', because: 'count', short: false });
  });

  it('one that stays short is ready after quiet, and says that it is short', () => {
    expect(completeness(arrival({ expected: 21 }), after(7_000))).toMatchObject({ state: 'receiving' });
    expect(completeness(arrival({ expected: 21 }), after(8_000))).toMatchObject({ state: 'ready', short: true });
  });

  it('one that got more than was counted waits for quiet', () => {
    expect(completeness(arrival({ expected: 19 }), after(100))).toMatchObject({ state: 'receiving' });
    expect(completeness(arrival({ expected: 19 }), after(8_000))).toMatchObject({ state: 'ready', short: false });
  });
});

it('what was announced is not announced again; a late slice is other content and is', () => {
  expect(completeness(arrival({ announced: 'a' }), after(60_000))).toEqual({ state: 'announced' });
  expect(completeness(arrival({ announced: 'a', content: 'b' }), after(1_000))).toMatchObject({ state: 'receiving' });
  expect(completeness(arrival({ announced: 'a', content: 'b' }), after(9_000))).toMatchObject({ state: 'ready' });
});

it('what was announced as short is announced again when it is whole', () => {
  const told = { announced: 'a', announcedShort: true };
  expect(completeness(arrival({ ...told, expected: 21 }), after(60_000))).toEqual({ state: 'announced' });
  expect(completeness(arrival({ ...told, expected: 20 }), LAST)).toMatchObject({ state: 'ready', short: false });
});

it('a study without images that a pipeline reads, and one in quarantine, are never ready', () => {
  expect(completeness(arrival({ content: null }), after(60_000))).toEqual({ state: 'no-images' });
  expect(completeness(arrival({ quarantined: true, expected: 20 }), after(60_000))).toEqual({ state: 'quarantined' });
});

it('every study that is not in quarantine comes to rest, at the latest when quiet has passed', () => {
  const anyArrival = fc.record({
    received: fc.nat(5),
    expected: fc.option(fc.nat(5)),
    lastReceivedAt: fc.constant(LAST),
    content: fc.option(fc.constantFrom('a', 'b')),
    announced: fc.option(fc.constantFrom('a', 'b')),
    announcedShort: fc.boolean(),
    quarantined: fc.constant(false),
  });
  fc.assert(
    fc.property(anyArrival, fc.nat(20_000), (given, ms) => {
      const state = completeness(given, after(ms));
      if (state.state === 'receiving') expect(state.lookAgainAt).toBeGreaterThan(after(ms));
      else if (ms >= 8_000) expect(['ready', 'announced', 'no-images']).toContain(state.state);
      if (state.state === 'ready' && !given.announcedShort) expect(given.content).not.toBe(given.announced);
    }),
  );
});

it('the content version does not depend on the order, and changes with every image', () => {
  const digests = fc.uniqueArray(fc.stringMatching(/^[0-9a-f]{4}$/), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(digests, (all) => {
      expect(contentVersion([...all].reverse())).toBe(contentVersion(all));
      expect(contentVersion(all.slice(1))).not.toBe(contentVersion(all));
    }),
  );
  expect(contentVersion([])).toBeNull();
});
