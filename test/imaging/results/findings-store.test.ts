import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { plus } from '../../../src/case/index.ts';
import {
  createFindingsStore,
  type FindingsStore,
  type ResultOutput,
} from '../../../src/imaging/results/findings-store.ts';
import { joinProgress } from '../../../src/imaging/results/progress.ts';
import { findingsOf } from '../../../src/imaging/results/result.ts';
import { openDatabase, type Database } from '../../../src/storage/index.ts';
import { freshDatabase } from '../../support/database.ts';
import { ACQUIRED_AT, aDraft, aResult, FOUND_AT, MOTION } from '../../support/imaging-result.ts';
import { postgresUnavailable, startPostgres, type PostgresServer } from '../../support/postgres.ts';

const LATER = plus(FOUND_AT, 60_000);
const STUDY = aResult().studyUid;
const MORE_SLICES = aResult({ inputsHash: 'b'.repeat(64) });

const SEG: ResultOutput = {
  kind: 'seg',
  sopClassUid: '1.2.840.10008.5.1.4.1.1.66.4',
  sopInstanceUid: '2.25.1',
  seriesUid: '2.25.2',
  path: 'a/b/c.dcm',
  bytes: 12_345,
  digest: 'e'.repeat(64),
};

function promises(open: () => Promise<Database>): void {
  let database: Database;
  let store: FindingsStore;
  beforeAll(async () => {
    database = await open();
    store = createFindingsStore(database);
  });
  afterAll(() => database.close());
  beforeEach(() => store.forgetStudies([STUDY, '1.2.3']));

  it('gives findings back as they were committed, with interval, floor, quality, method and times', async () => {
    await store.commitResult(aResult(), [SEG], FOUND_AT);
    expect(await store.findingsOfStudies([STUDY])).toEqual(findingsOf(aResult(), FOUND_AT));
    const [core] = await store.findingsOfStudies([STUDY]);
    expect(core).toMatchObject({ kind: 'core-volume', value: 23.4, state: 'final', detectionFloor: 1.5 });
    expect(core).toMatchObject({ interval: { low: 17.9, high: 30.1 }, acquiredAt: ACQUIRED_AT, foundAt: FOUND_AT });
    const [result] = await store.currentResults([STUDY]);
    expect(result).toMatchObject({ version: 1, superseded: null, curves: aResult().said.curves, ranOn: 'cpu' });
    expect(await store.outputsOf(result?.id ?? '')).toEqual([SEG]);
  });

  it('supersedes the former result and keeps it', async () => {
    const first = await store.commitResult(aResult(), [SEG], FOUND_AT);
    const second = await store.commitResult(MORE_SLICES, [], LATER);
    expect(second).toMatchObject({ version: 2, changed: true, replaced: first.id });
    expect((await store.findingsOfStudies([STUDY])).map(({ state, foundAt }) => [state, foundAt])).toEqual(
      Array(5).fill(['final', LATER]),
    );
    const history = await store.historyOf(STUDY);
    expect(history.map(({ version, superseded }) => [version, superseded])).toEqual([
      [1, { at: LATER, by: second.id }],
      [2, null],
    ]);
    expect(history[0]?.findings.map(({ state, value }) => [state, value])).toContainEqual(['superseded', 23.4]);
    expect(await store.outputsOf(first.id)).toEqual([SEG]);
  });

  it('changes nothing when a job is repeated, even after a newer result', async () => {
    await store.commitResult(aResult(), [SEG], FOUND_AT);
    expect(await store.commitResult(aResult(), [SEG], LATER)).toMatchObject({ changed: false, version: 1 });
    await store.commitResult(MORE_SLICES, [], LATER);
    const before = await store.historyOf(STUDY);
    expect(await store.commitResult(aResult(), [SEG], plus(LATER, 1))).toMatchObject({ changed: false, version: 1 });
    expect(await store.historyOf(STUDY)).toEqual(before);
  });

  it('commits once when several workers finish together, and always leaves exactly one current result', async () => {
    const same = await Promise.all(Array.from({ length: 4 }, () => store.commitResult(aResult(), [], FOUND_AT)));
    expect(same.filter(({ changed }) => changed)).toHaveLength(1);
    const others = ['c', 'd', 'e', 'f'].map((digit) => aResult({ inputsHash: digit.repeat(64) }));
    await Promise.all(others.map((result) => store.commitResult(result, [], LATER)));
    const history = await store.historyOf(STUDY);
    expect(history.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4, 5]);
    expect(history.filter(({ superseded }) => superseded === null)).toHaveLength(1);
  });

  it('settles a preliminary result in place', async () => {
    await store.commitResult(aResult({ state: 'preliminary' }), [SEG], FOUND_AT);
    expect((await store.findingsOfStudies([STUDY]))[0]?.state).toBe('preliminary');
    expect(await store.commitResult(aResult(), [], LATER)).toMatchObject({ changed: true, version: 1, replaced: null });
    expect((await store.findingsOfStudies([STUDY]))[0]).toMatchObject({ state: 'final', foundAt: LATER });
    // Nothing un-settles it.
    expect(await store.commitResult(aResult({ state: 'preliminary' }), [], LATER)).toMatchObject({ changed: false });
    expect(await store.historyOf(STUDY)).toHaveLength(1);
  });

  it('keeps what a settled result said while it was preliminary: objects and where they were sent', async () => {
    const { id } = await store.commitResult(aResult({ state: 'preliminary' }), [SEG], FOUND_AT);
    await store.confirmDelivery(id, { object: SEG.sopInstanceUid, destination: 'pacs', confirmedAt: FOUND_AT });
    const final: ResultOutput = { ...SEG, sopInstanceUid: '2.25.3', path: 'a/b/d.dcm' };
    await store.commitResult(aResult(), [final], LATER);
    expect([await store.outputsOf(id), await store.replacedOutputsOf(id)]).toEqual([[final], [SEG]]);
    expect(await store.deliveriesOf(id)).toHaveLength(1);
  });

  it('keeps a refusal as a finding without a value, with its reason', async () => {
    const said = { ...aResult().said, quality: [MOTION], findings: [aDraft({ kind: 'core-volume', value: 12 })] };
    await store.commitResult(aResult({ state: 'refused', said }), [], FOUND_AT);
    expect(await store.findingsOfStudies([STUDY])).toMatchObject([
      { state: 'refused', value: null, quality: [MOTION] },
    ]);
    expect(await store.progressOfStudies([STUDY])).toEqual([
      { studyUid: STUDY, pipeline: 'perfusion', state: 'refused', since: FOUND_AT, percent: null, reason: 'motion' },
    ]);
  });

  it('writes nothing at all when a part of it cannot be written', async () => {
    await store.commitResult(aResult(), [], FOUND_AT);
    // The same output twice breaks its key.
    await expect(store.commitResult(MORE_SLICES, [SEG, SEG], LATER)).rejects.toThrow();
    expect(await store.historyOf(STUDY)).toMatchObject([{ version: 1, superseded: null }]);
  });

  it('becomes part of a transaction of the caller, and goes with it', async () => {
    const attempt = database.sql.transaction().execute(async (tx) => {
      expect(await store.commitResult(aResult(), [SEG], FOUND_AT, tx)).toMatchObject({ changed: true });
      throw new Error('the job could not be queued');
    });
    await expect(attempt).rejects.toThrow('could not be queued');
    expect(await store.historyOf(STUDY)).toEqual([]);
  });

  it('remembers the first confirmation of a delivery and forgets a study on demand', async () => {
    const { id } = await store.commitResult(aResult(), [SEG], FOUND_AT);
    const delivery = { object: SEG.sopInstanceUid, destination: 'pacs' };
    expect(await store.deliveriesOf(id)).toEqual([]);
    await store.confirmDelivery(id, { ...delivery, confirmedAt: FOUND_AT });
    await store.confirmDelivery(id, { ...delivery, confirmedAt: LATER });
    expect(await store.deliveriesOf(id)).toEqual([{ ...delivery, confirmedAt: FOUND_AT }]);
    expect(await store.forgetStudies([STUDY])).toBe(1);
    expect([await store.resultById(id), await store.deliveriesOf(id), await store.outputsOf(id)]).toEqual([
      undefined,
      [],
      [],
    ]);
  });

  it('answers for several studies in the order asked and for none', async () => {
    await store.commitResult(aResult({ studyUid: '1.2.3' }), [], FOUND_AT);
    await store.commitResult(aResult(), [], FOUND_AT);
    const order = (await store.currentResults([STUDY, '9.9', '1.2.3'])).map(({ studyUid }) => studyUid);
    expect(order).toEqual([STUDY, '1.2.3']);
    expect([await store.findingsOfStudies([]), await store.progressOfStudies([])]).toEqual([[], []]);
  });
}

describe('the embedded database', () => {
  promises(freshDatabase);
});

const unavailable = postgresUnavailable();
describe.skipIf(unavailable !== null)(`a PostgreSQL server ${unavailable ?? ''}`, () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => {
    server.stop();
  });
  promises(() => openDatabase({ kind: 'postgres', url: server.createDatabase() }));
});

describe('a result that breaks its contract is refused before it is kept', () => {
  it.each([
    ['a volume that is not finite', aDraft({ kind: 'core-volume', value: Number.NaN })],
    ['text where a number belongs', aDraft({ kind: 'core-volume', value: '23' })],
    ['a number where a side belongs', aDraft({ kind: 'ischemic-side', value: 1 })],
    ['an interval upside down', aDraft({ kind: 'core-volume', value: 3, interval: { low: 4, high: 2, basis: 'x' } })],
  ])('%s', async (_name, draft) => {
    const database = { sql: null } as unknown as Database;
    const { commitResult } = createFindingsStore(database);
    const said = { ...aResult().said, findings: [draft] };
    await expect(commitResult(aResult({ said }), [], FOUND_AT)).rejects.toThrow(RangeError);
    await expect(commitResult(aResult({ state: 'refused' }), [], FOUND_AT)).rejects.toThrow('a quality remark');
  });
});

describe('progress', () => {
  const row = { studyUid: STUDY, pipeline: 'perfusion', percent: null, reason: null } as const;
  const final = { ...row, state: 'final', since: FOUND_AT } as const;
  const receiving = { ...row, pipeline: null, state: 'receiving' } as const;

  it('is one row a study and pipeline: what began last', () => {
    const running = { ...row, state: 'in-progress', percent: 40, since: LATER } as const;
    expect(joinProgress([final], [running])).toEqual([running]);
    expect(joinProgress([running], [final])).toEqual([running]);
    expect(joinProgress([{ ...running, since: FOUND_AT }], [final])).toEqual([final]);
  });

  it('names the receipt while it is the newest of the study', () => {
    expect(joinProgress([{ ...receiving, since: ACQUIRED_AT }], [final])).toEqual([final]);
    expect(joinProgress([{ ...receiving, since: LATER }], [final])).toHaveLength(2);
    expect(joinProgress([{ ...receiving, since: ACQUIRED_AT }])).toHaveLength(1);
  });
});
