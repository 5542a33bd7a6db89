/** Images of another patient come into a study that has a result: the running service takes the result back. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFindingsStore } from '../../src/imaging/results/findings-store.ts';
import { ctSeries } from '../support/dicom-files.ts';
import { aResult, FOUND_AT } from '../support/imaging-result.ts';
import { startService, type TestService } from '../support/service.ts';
import { stow } from '../support/stow.ts';

const TOKEN = 'token-of-the-scanner-that-nobody-else-knows';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const instance = (tags: Readonly<Record<string, string>>) =>
  ctSeries({ size: [8, 8, 1], tags: { PatientBirthDate: '19440715', ...tags } });

let service: TestService;
beforeAll(async () => {
  service = await startService({
    imaging: { quietSeconds: 600, senders: [{ id: 'scanner', tokenSha256: sha256(TOKEN) }] },
  });
}, 120_000);
afterAll(() => service.close());

it('and everybody who has the result is told', async () => {
  const [own] = instance({ PatientID: 'MRN-1' });
  if (own === undefined) throw new Error('no image');
  expect((await stow(service.url(), [own], TOKEN)).status).toBe(200);
  const study = await service.database.sql.selectFrom('image_study').select('study_uid').executeTakeFirstOrThrow();
  const findings = createFindingsStore(service.database);
  const { id } = await findings.commitResult(aResult({ studyUid: study.study_uid }), [], FOUND_AT);

  expect((await stow(service.url(), instance({ PatientID: 'MRN-9' }), TOKEN)).status).toBe(409);
  const standing = async () => (await findings.currentResults([study.study_uid]))[0];
  await expect.poll(async () => (await standing())?.quality[0]?.code, { timeout: 60_000 }).toBe('study-in-quarantine');
  expect((await findings.resultById(id))?.superseded?.by).toBe((await standing())?.id);
  const recorded = () =>
    service.database.sql
      .selectFrom('audit_record')
      .select('evaluation_id')
      .where('kind', '=', 'imaging-result')
      .execute();
  await expect
    .poll(async () => (await recorded()).map((row) => row.evaluation_id), { timeout: 60_000 })
    .toEqual([(await standing())?.id]);
}, 180_000);
