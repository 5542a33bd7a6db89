/** Results and their findings in the database. A new result of a study and pipeline replaces the former, which stays. */
import { sql, type Insertable, type Kysely, type Transaction } from 'kysely';
import { toIso, type ImagingFinding, type ImagingProgress, type Instant } from '../../case/index.ts';
import type { Database } from '../../storage/index.ts';
import type { ImagingOutputTable, Schema } from '../../storage/schema.ts';
import { resultIdOf } from './identifiers.ts';
import { findingRow, resultFrom, resultRow, type FindingRow, type ResultRow } from './result-rows.ts';
import { withdrawalOf, type Withdrawal } from './withdrawal.ts';
import { assertSound, findingsOf, refusalOf, type ImagingResult, type NewResult } from './result.ts';

export const OUTPUT_KINDS = ['seg', 'sr'] as const;
export type OutputKind = (typeof OUTPUT_KINDS)[number];

/** The contact sheet of a result: shown on the basis page, sent nowhere. */
export const SHEET = 'sheet';

/** A DICOM object made of a result, as it lies in the image store. */
export interface ResultOutput {
  readonly kind: OutputKind;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly seriesUid: string;
  readonly path: string;
  readonly bytes: number;
  readonly digest: string;
}

/** What is kept of a result in the image store; UIDs name a contact sheet, too, though it is no DICOM object. */
export interface StoredOutput extends Omit<ResultOutput, 'kind'> {
  readonly kind: OutputKind | typeof SHEET;
}

/** A contact sheet that is there. */
export interface KeptSheet {
  readonly resultId: string;
  readonly studyUid: string;
  readonly pipeline: string;
  readonly path: string;
}

export interface Committed {
  readonly id: string;
  readonly version: number;
  /** false: the same inputs were already analyzed by this version of the pipeline; nothing was changed. */
  readonly changed: boolean;
  /** Id of the result that this one replaced. */
  readonly replaced: string | null;
}

export interface Delivery {
  /** SOP Instance UID, or what the resource on the FHIR server is called. */
  readonly object: string;
  readonly destination: string;
  readonly confirmedAt: Instant;
}

export interface FindingsStore {
  /**
   * Result, findings and outputs in one transaction; the former result of the study and pipeline becomes `superseded`.
   * Repeating it changes nothing, also after a newer result came. Only a preliminary result becomes final or refused in
   * place, when no more images came; its outputs stay as replaced ones.
   * @param at when it is found; becomes `foundAt` of the findings
   * @param within a transaction of the caller that this becomes a part of: what follows from the result is queued in it
   * @throws RangeError when a finding breaks its contract
   */
  readonly commitResult: (
    result: NewResult,
    outputs: readonly StoredOutput[],
    at: Instant,
    within?: Transaction<Schema>,
  ) => Promise<Committed>;
  /**
   * Takes a result back, and only this one: where another result stands by now, another process was quicker and nothing is
   * changed.
   * @param content version of the study's content that the result is not of, or whose patient is in doubt
   * @returns null when it does not stand any more
   */
  readonly withdraw: (
    former: ImagingResult,
    content: string,
    code: Withdrawal,
    at: Instant,
    within: Transaction<Schema>,
  ) => Promise<Committed | null>;
  /** Findings of the current results of these studies, in the order of studies, pipelines and findings. */
  readonly findingsOfStudies: (studyUids: readonly string[]) => Promise<readonly ImagingFinding[]>;
  /** One entry a study and pipeline that has a result: 'final' or 'refused'. To be joined with the jobs'. */
  readonly progressOfStudies: (studyUids: readonly string[]) => Promise<readonly ImagingProgress[]>;
  readonly resultById: (id: string) => Promise<ImagingResult | undefined>;
  /** The result that a finding is of, whether it stands or was replaced. */
  readonly resultOfFinding: (findingId: string) => Promise<ImagingResult | undefined>;
  readonly currentResults: (studyUids: readonly string[]) => Promise<readonly ImagingResult[]>;
  /** Every result of a study that was ever committed, oldest first. */
  readonly historyOf: (studyUid: string) => Promise<readonly ImagingResult[]>;
  readonly outputsOf: (resultId: string) => Promise<readonly ResultOutput[]>;
  /** What was made of a result while it was preliminary; it may have been sent. */
  readonly replacedOutputsOf: (resultId: string) => Promise<readonly ResultOutput[]>;
  /** Another file of the same object, where the first one is gone. */
  readonly renewOutput: (resultId: string, output: StoredOutput) => Promise<void>;
  /** Everything that is kept of a result: its outputs and its contact sheet. */
  readonly keptOf: (resultId: string) => Promise<readonly StoredOutput[]>;
  /** Contact sheets of the results that these findings are of, as they are now. */
  readonly sheetsOfFindings: (findingIds: readonly string[]) => Promise<readonly KeptSheet[]>;
  /** To be called when the destination gave the object back, and not before. */
  readonly confirmDelivery: (resultId: string, delivery: Delivery) => Promise<void>;
  readonly deliveriesOf: (resultId: string) => Promise<readonly Delivery[]>;
  /** Retention: everything about these studies. @returns how many results were removed */
  readonly forgetStudies: (studyUids: readonly string[]) => Promise<number>;
}

type Connection = Kysely<Schema> | Transaction<Schema>;

export function createFindingsStore({ sql: db }: Database): FindingsStore {
  return {
    commitResult: async (result, outputs, at, within) => {
      assertSound(result);
      if (within !== undefined) return commit(within, result, outputs, at);
      return db.transaction().execute((tx) => commit(tx, result, outputs, at));
    },
    withdraw: async (former, content, code, at, within) => {
      await lockResults(within, former);
      const standing = await within
        .selectFrom('imaging_result')
        .select('id')
        .where('id', '=', former.id)
        .where('superseded_at', 'is', null)
        .executeTakeFirst();
      return standing === undefined ? null : commit(within, withdrawalOf(former, content, code), [], at);
    },
    findingsOfStudies: async (uids) => (await current(db, uids)).flatMap(({ findings }) => findings),
    progressOfStudies: async (uids) => (await current(db, uids)).map(progressOf),
    resultById: async (id) => {
      const rows = await db.selectFrom('imaging_result').selectAll().where('id', '=', id).execute();
      return (await withFindings(db, rows))[0];
    },
    resultOfFinding: async (findingId) => {
      const rows = await db
        .selectFrom('imaging_result')
        .selectAll()
        .where('id', '=', (eb) => eb.selectFrom('imaging_finding').select('result_id').where('id', '=', findingId))
        .execute();
      return (await withFindings(db, rows))[0];
    },
    currentResults: (uids) => current(db, uids),
    historyOf: async (studyUid) => {
      const query = db.selectFrom('imaging_result').selectAll().where('study_uid', '=', studyUid);
      return withFindings(db, await query.orderBy('committed_at').orderBy('pipeline').orderBy('version').execute());
    },
    outputsOf: async (resultId) => (await outputs(db, resultId, 'is')).filter(isObject),
    replacedOutputsOf: async (resultId) => (await outputs(db, resultId, 'is not')).filter(isObject),
    keptOf: (resultId) => outputs(db, resultId, 'is'),
    sheetsOfFindings: async (findingIds) => {
      if (findingIds.length === 0) return [];
      const rows = await db
        .selectFrom('imaging_output as o')
        .innerJoin('imaging_result as r', 'r.id', 'o.result_id')
        .select(['r.id', 'r.study_uid', 'r.pipeline', 'o.path'])
        .where('o.kind', '=', SHEET)
        .where('o.replaced_at', 'is', null)
        .where('o.removed_at', 'is', null)
        .where('r.id', 'in', (eb) =>
          eb
            .selectFrom('imaging_finding')
            .select('result_id')
            .where('id', 'in', [...findingIds]),
        )
        .orderBy('r.pipeline')
        .orderBy('r.id')
        .execute();
      return rows.map(({ id, study_uid, pipeline, path }) => ({ resultId: id, studyUid: study_uid, pipeline, path }));
    },
    renewOutput: async (resultId, { sopInstanceUid, path, bytes, digest }) => {
      await db
        .updateTable('imaging_output')
        .set({ path, bytes, digest, removed_at: null })
        .where('result_id', '=', resultId)
        .where('sop_instance_uid', '=', sopInstanceUid)
        .execute();
    },
    confirmDelivery: async (resultId, { object, destination, confirmedAt }) => {
      await db
        .insertInto('imaging_delivery')
        .values({ result_id: resultId, object, destination, confirmed_at: toIso(confirmedAt) })
        .onConflict((conflict) => conflict.columns(['result_id', 'object', 'destination']).doNothing())
        .execute();
    },
    deliveriesOf: async (resultId) => {
      const query = db.selectFrom('imaging_delivery').selectAll().where('result_id', '=', resultId);
      return (await query.orderBy('destination').orderBy('object').execute()).map((row): Delivery => ({
        object: row.object,
        destination: row.destination,
        confirmedAt: row.confirmed_at.getTime() as Instant,
      }));
    },
    forgetStudies: async (uids) => {
      if (uids.length === 0) return 0;
      const { numDeletedRows } = await db
        .deleteFrom('imaging_result')
        .where('study_uid', 'in', uids)
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  };
}

/** Workers that finish the same study together wait for each other here and not at the unique index. */
async function lockResults(
  tx: Transaction<Schema>,
  { studyUid, pipeline }: Pick<NewResult, 'studyUid' | 'pipeline'>,
): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${studyUid} ${pipeline}`}, 0))`.execute(tx);
}

async function commit(
  tx: Transaction<Schema>,
  result: NewResult,
  outputs: readonly StoredOutput[],
  at: Instant,
): Promise<Committed> {
  const { studyUid, pipeline } = result;
  await lockResults(tx, result);
  const earlier = await tx
    .selectFrom('imaging_result')
    .select(['id', 'version', 'state', 'superseded_at'])
    .where('study_uid', '=', studyUid)
    .where('pipeline', '=', pipeline)
    .orderBy('version', 'desc')
    .execute();
  const id = resultIdOf(result);
  const same = earlier.find((row) => row.id === id);
  const settles = same?.state === 'preliminary' && same.superseded_at === null && result.state !== 'preliminary';
  if (same !== undefined && !settles) return { id, version: same.version, changed: false, replaced: null };
  const version = same?.version ?? (earlier[0]?.version ?? 0) + 1;
  const former = earlier.find((row) => row.superseded_at === null && row.id !== id);
  if (former !== undefined) {
    await tx
      .updateTable('imaging_result')
      .set({ superseded_at: toIso(at), superseded_by: id })
      .where('id', '=', former.id)
      .execute();
  }
  const row = resultRow(result, version, at);
  if (settles) await settle(tx, id, row, at);
  else await tx.insertInto('imaging_result').values(row).execute();
  const findings = findingsOf(result, at).map((finding, position) => findingRow(id, finding, position));
  if (findings.length > 0) await tx.insertInto('imaging_finding').values(findings).execute();
  const rows = outputs.map((output) => outputRow(id, output));
  if (rows.length > 0) await tx.insertInto('imaging_output').values(rows).execute();
  return { id, version, changed: true, replaced: former?.id ?? null };
}

/** The row keeps what hangs on it: deliveries, and the objects of the preliminary result, which were perhaps sent. */
async function settle(
  tx: Transaction<Schema>,
  id: string,
  row: ReturnType<typeof resultRow>,
  at: Instant,
): Promise<void> {
  await tx.updateTable('imaging_result').set(row).where('id', '=', id).execute();
  await tx.deleteFrom('imaging_finding').where('result_id', '=', id).execute();
  await tx
    .updateTable('imaging_output')
    .set({ replaced_at: toIso(at) })
    .where('result_id', '=', id)
    .where('replaced_at', 'is', null)
    .execute();
}

function outputRow(
  resultId: string,
  { kind, sopClassUid, sopInstanceUid, seriesUid, path, bytes, digest }: StoredOutput,
): Insertable<ImagingOutputTable> {
  return {
    result_id: resultId,
    kind,
    sop_class_uid: sopClassUid,
    sop_instance_uid: sopInstanceUid,
    series_uid: seriesUid,
    path,
    bytes,
    digest,
    replaced_at: null,
    removed_at: null,
  };
}

const isObject = (output: StoredOutput): output is ResultOutput => output.kind !== SHEET;

async function outputs(db: Connection, resultId: string, replaced: 'is' | 'is not'): Promise<readonly StoredOutput[]> {
  const rows = await db
    .selectFrom('imaging_output')
    .selectAll()
    .where('result_id', '=', resultId)
    .where('replaced_at', replaced, null)
    .orderBy('kind')
    .orderBy('sop_instance_uid')
    .execute();
  return rows.map((row) => ({
    kind: row.kind as StoredOutput['kind'],
    sopClassUid: row.sop_class_uid,
    sopInstanceUid: row.sop_instance_uid,
    seriesUid: row.series_uid,
    path: row.path,
    bytes: row.bytes,
    digest: row.digest,
  }));
}

async function current(db: Connection, studyUids: readonly string[]): Promise<readonly ImagingResult[]> {
  if (studyUids.length === 0) return [];
  const rows = await db
    .selectFrom('imaging_result')
    .selectAll()
    .where('study_uid', 'in', studyUids)
    .where('superseded_at', 'is', null)
    .orderBy('pipeline')
    .execute();
  const order = (row: ResultRow): number => studyUids.indexOf(row.study_uid);
  return withFindings(
    db,
    rows.toSorted((a, b) => order(a) - order(b)),
  );
}

async function withFindings(db: Connection, results: readonly ResultRow[]): Promise<readonly ImagingResult[]> {
  if (results.length === 0) return [];
  const ids = results.map(({ id }) => id);
  const query = db.selectFrom('imaging_finding').selectAll().where('result_id', 'in', ids);
  const byResult = new Map<string, FindingRow[]>();
  for (const row of await query.orderBy('position').execute()) {
    const list = byResult.get(row.result_id);
    if (list === undefined) byResult.set(row.result_id, [row]);
    else list.push(row);
  }
  return results.map((row) => resultFrom(row, byResult.get(row.id) ?? []));
}

function progressOf({ studyUid, pipeline, state, committedAt, quality }: ImagingResult): ImagingProgress {
  const refused = state === 'refused';
  return {
    studyUid,
    pipeline,
    state: refused ? 'refused' : 'final',
    since: committedAt,
    percent: null,
    reason: refused ? refusalOf(quality) : null,
  };
}
