/** Which earlier studies a new one of the same patient may be compared with, and what is handed over of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openFolderStore, type FolderStore } from '../../src/imaging/ingest/folder-store.ts';
import { NO_DOMAINS } from '../../src/imaging/ingest/same-patient.ts';
import { studyOf } from '../../src/imaging/ingest/study-index.ts';
import { createFindingsStore, type FindingsStore } from '../../src/imaging/results/findings-store.ts';
import type { NewResult } from '../../src/imaging/results/result.ts';
import type { Database } from '../../src/storage/index.ts';
import { priorStudies } from '../../src/studies/prior-studies.ts';
import { emptyDatabase, freshDatabase } from '../support/database.ts';
import { ACQUIRED_AT, aDraft, aResult, FOUND_AT } from '../support/imaging-result.ts';

const [NEW, OLD] = ['1.2.840.99999.20', '1.2.840.99999.10'];
const SEGMENTATION = Buffer.of(1, 2, 3, 4);

let database: Database;
let findings: FindingsStore;
let results: FolderStore;
const directory = mkdtempSync(join(tmpdir(), 'stroke-cds-priors-'));

beforeAll(async () => {
  database = await freshDatabase();
  findings = createFindingsStore(database);
  results = await openFolderStore({ directory });
});
afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  await emptyDatabase(database);
  await findings.forgetStudies([NEW, OLD]);
  await hold(NEW, {});
});

interface Patient {
  readonly id?: string;
  readonly birthDate?: string;
}

async function hold(studyUid: string, { id = 'MRN-1', birthDate = '1955-03-12' }: Patient): Promise<void> {
  const at = new Date(FOUND_AT);
  const study = { study_uid: studyUid, patient_id: id, patient_issuer: null, other_patient_ids: '[]' };
  const received = { first_received_at: at, last_received_at: at, last_used_at: at, receipts: 1 };
  await database.sql
    .insertInto('image_study')
    .values({
      ...{ ...study, ...received, birth_date: birthDate, sex: 'F', accession_number: null },
      ...{ expected_instances: null, announced_short: false },
    })
    .execute();
  await database.sql
    .insertInto('image_patient_id')
    .values({ study_uid: studyUid, patient_id: id, issuer: '' })
    .execute();
  const series = { study_uid: studyUid, series_uid: `${studyUid}.1` };
  await database.sql
    .insertInto('image_series')
    .values({ ...series, modality: 'CT', first_received_at: at })
    .execute();
  await database.sql
    .insertInto('image_instance')
    .values({
      ...{ ...series, sop_instance_uid: `${studyUid}.1.1`, sop_class_uid: '1.2.840.10008.5.1.4.1.1.2' },
      ...{ transfer_syntax_uid: '1.2.840.10008.1.2.1', instance_number: 1, path: `${studyUid}-1`, bytes: 1 },
      ...{ digest: `${studyUid}-d`, content_digest: `${studyUid}-c`, received_at: at, way: 'stow', peer: null },
    })
    .execute();
}

/** @returns id of the result */
async function analyzed(change: Partial<NewResult> = {}, presence = 'present'): Promise<string> {
  const said = {
    ...aResult().said,
    findings: [
      aDraft({ kind: 'hemorrhage', value: presence }),
      aDraft({ kind: 'intraparenchymal-volume', value: 21, interval: { low: 19, high: 24, basis: 'test' } }),
    ],
  };
  const [sopInstanceUid, seriesUid] = ['2.25.11', '2.25.12'];
  const stored = await results.write({ studyUid: OLD, seriesUid, sopInstanceUid }, SEGMENTATION);
  const seg = { kind: 'seg' as const, sopClassUid: '1.2.840.10008.5.1.4.1.1.66.4', sopInstanceUid, seriesUid };
  const result = aResult({ studyUid: OLD, pipeline: 'hemorrhage', said, ...change });
  return (await findings.commitResult(result, [{ ...seg, ...stored }], FOUND_AT)).id;
}

async function priors() {
  const study = await studyOf(database, NEW);
  if (study === null) throw new Error('the study is not held');
  return priorStudies(study, { database, findings, results, domains: NO_DOMAINS });
}

describe('an earlier study with a hemorrhage', () => {
  it('is handed over with its images, its segmentation and its volume', async () => {
    await hold(OLD, {});
    await analyzed();
    const [volume] = (await findings.findingsOfStudies([OLD])).filter(({ kind }) => kind === 'intraparenchymal-volume');
    expect(await priors()).toEqual([
      {
        studyUid: OLD,
        findingId: volume?.id,
        volume: { ml: 21, interval: { low: 19, high: 24, basis: 'test' } },
        method: volume?.method,
        acquiredAt: ACQUIRED_AT,
        paths: [`${OLD}-1`],
        segmentation: SEGMENTATION,
      },
    ]);
  });

  it.each([
    ['of another patient', { id: 'MRN-2' }],
    ['with the number of the patient and another birth date', { birthDate: '1971-01-01' }],
  ] as const)('%s is not', async (_, patient) => {
    await hold(OLD, patient);
    await analyzed();
    expect(await priors()).toEqual([]);
  });

  it.each([
    ['that is preliminary', { state: 'preliminary' }, 'present'],
    ['of another pipeline', { pipeline: 'perfusion' }, 'present'],
    ['that does not say when it was taken', { acquiredAt: null }, 'present'],
    ['that is uncertain', {}, 'uncertain'],
  ] as const)('%s is not', async (_, change, presence) => {
    await hold(OLD, {});
    await analyzed(change, presence);
    expect(await priors()).toEqual([]);
  });

  it('whose images are gone is not', async () => {
    await hold(OLD, {});
    await analyzed();
    await database.sql.deleteFrom('image_instance').where('study_uid', '=', OLD).execute();
    expect(await priors()).toEqual([]);
  });

  it('whose segmentation is gone is not', async () => {
    await hold(OLD, {});
    const [output] = await findings.outputsOf(await analyzed());
    rmSync(join(directory, output?.path ?? 'nothing'));
    expect(await priors()).toEqual([]);
  });
});
