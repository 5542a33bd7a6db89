/** What the hook learns of a patient's images: never those of somebody else, and never silence about those in doubt. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY, HOUR, instantFromEpoch, plus } from '../../src/case/index.ts';
import { noteUnclear, quarantineStudy, receiptStatistics, unclearStudies } from '../../src/imaging/ingest/index.ts';
import { createFindingsStore } from '../../src/imaging/results/findings-store.ts';
import { createJobQueue } from '../../src/jobs/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { ANALYSIS_LANE, ANALYZE_STUDY, analyzeStudyJob } from '../../src/studies/analyze-study-job.ts';
import { createImagingOfPatient, type RecordKeys } from '../../src/studies/imaging-of-patient.ts';
import { emptyDatabase, freshDatabase } from '../support/database.ts';

const NOW = instantFromEpoch(Date.UTC(2026, 10, 23, 14, 0));
const STUDY = '1.2.840.99999.1';
const SYSTEM = 'urn:oid:1.2.840.99999.7';
const keys = (more: Partial<RecordKeys> = {}): RecordKeys => ({
  identifiers: [{ system: SYSTEM, value: 'MRN-1' }],
  birthDate: '1944-07-15',
  sex: 'male',
  studyUids: [],
  ...more,
});

let database: Database;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.close());
beforeEach(() => emptyDatabase(database));

async function hold(patient: { id: string | null; birthDate?: string | null; sex?: string | null }): Promise<void> {
  const at = new Date(NOW - 60_000);
  await database.sql
    .insertInto('image_study')
    .values({
      study_uid: STUDY,
      patient_id: patient.id,
      patient_issuer: null,
      other_patient_ids: '[]',
      birth_date: patient.birthDate ?? null,
      sex: patient.sex ?? null,
      accession_number: null,
      expected_instances: null,
      first_received_at: at,
      last_received_at: at,
      last_used_at: at,
      receipts: 1,
      announced_short: false,
    })
    .execute();
  if (patient.id === null) return;
  await database.sql
    .insertInto('image_patient_id')
    .values({ study_uid: STUDY, patient_id: patient.id, issuer: '' })
    .execute();
}

async function states(record: RecordKeys, missing: string[] = [], unclear: string[] = []): Promise<string[]> {
  const imagingOf = createImagingOfPatient({
    database,
    findings: createFindingsStore(database),
    queue: createJobQueue(database, { clock: () => NOW }),
    domains: { systems: {}, localSystem: null },
    onMissing: (uids) => missing.push(...uids),
    onUnclear: (uids) => unclear.push(...uids),
    clock: () => NOW,
  });
  return (await imagingOf(record)).progress.map(({ state, reason }) =>
    reason === null ? state : `${state}: ${reason}`,
  );
}

describe('images of a patient', () => {
  it('are found by number and birth date, and shown while they arrive', async () => {
    await hold({ id: 'MRN-1', birthDate: '1944-07-15', sex: 'M' });
    expect(await states(keys())).toEqual(['receiving']);
  });

  it('whose number fits and whose birth date nobody gave are in doubt, and that is said', async () => {
    await hold({ id: 'MRN-1' });
    const unclear: string[] = [];
    expect(await states(keys(), [], unclear)).toEqual(['refused: patient-in-doubt']);
    expect(unclear).toEqual([STUDY]);
  });

  it('that were in doubt are listed for a person and counted, from the first time until they are met no more', async () => {
    await hold({ id: 'MRN-1' });
    await noteUnclear(database, [STUDY], NOW);
    await noteUnclear(database, [STUDY], plus(NOW, HOUR));
    const noted = { studyUid: STUDY, since: NOW, lastAt: plus(NOW, HOUR) };
    expect(await unclearStudies(database, plus(NOW, DAY))).toEqual([noted]);
    expect((await receiptStatistics(database, NOW)).unclear).toBe(1);
    expect(await unclearStudies(database, plus(NOW, 8 * DAY))).toEqual([]);
    await quarantineStudy(database, STUDY, 'by-a-person', NOW);
    expect(await unclearStudies(database, NOW)).toEqual([]);
  });

  it('in quarantine are in doubt, and that is said', async () => {
    await hold({ id: 'MRN-1', birthDate: '1944-07-15', sex: 'M' });
    await quarantineStudy(database, STUDY, 'by-a-person', NOW);
    expect(await states(keys())).toEqual(['refused: patient-in-doubt']);
  });

  it('of another patient do not reach a record that names their study by mistake, and stay with their own', async () => {
    await hold({ id: 'MRN-2', birthDate: '1980-01-01', sex: 'F' });
    expect(await states(keys({ studyUids: [STUDY] }))).toEqual(['refused: patient-in-doubt']);
    const own = keys({ identifiers: [{ system: SYSTEM, value: 'MRN-2' }], birthDate: '1980-01-01', sex: 'female' });
    expect(await states(own)).toEqual(['receiving']);
  });

  it.each([
    ['missing-file: a stored image is missing; restore it or send it again', 'failed: images-missing'],
    ['the analysis process ended (SIGKILL)', 'failed: analysis-failed'],
  ])('whose analysis was given up say why: %s', async (lastError, shown) => {
    await hold({ id: 'MRN-1', birthDate: '1944-07-15', sex: 'M' });
    await database.sql.updateTable('image_study').set({ settled_receipts: 1, announced_content: 'c' }).execute();
    const queue = createJobQueue(database, { clock: () => NOW });
    await queue.enqueue({ ...analyzeStudyJob(STUDY), maxAttempts: 1 });
    const { claim, fail, leaseOf } = queue.holder;
    const job = await claim([ANALYSIS_LANE], [ANALYZE_STUDY]);
    if (job === null) throw new Error('no job');
    await fail(leaseOf(job), { reason: lastError, permanent: true });
    expect(await states(keys())).toEqual([shown]);
  });

  it('that nobody sent are asked for, and nothing is said of them', async () => {
    const missing: string[] = [];
    expect(await states(keys({ studyUids: ['1.2.3'] }), missing)).toEqual([]);
    expect(missing).toEqual(['1.2.3']);
  });

  it('that were deleted here are not fetched again, and that is said, also when nothing else is held', async () => {
    await database.sql
      .insertInto('image_tombstone')
      .values({
        sop_instance_uid: `${STUDY}.1.1`,
        study_uid: STUDY,
        series_uid: `${STUDY}.1`,
        path: 'none',
        bytes: 1,
        digest: 'd',
        received_at: new Date(NOW),
        removed_at: new Date(NOW),
        reason: 'asked for',
      })
      .execute();
    const missing: string[] = [];
    expect(await states(keys({ studyUids: [STUDY] }), missing)).toEqual(['refused: images-deleted']);
    expect(missing).toEqual([]);
  });
});
