/** The picture of a computed result, behind the link of the card that used it and nowhere else. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Patient } from 'fhir/r4.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleStories } from '../../src/demo/example-patients.ts';
import { openFolderStore, quarantineStudy } from '../../src/imaging/ingest/index.ts';
import { createFindingsStore, type StoredOutput } from '../../src/imaging/results/findings-store.ts';
import { contentOf } from '../../src/studies/analyze-study-job.ts';
import { ctSeries } from '../support/dicom-files.ts';
import { aResult } from '../support/imaging-result.ts';
import { startService, STORY_TIME, type TestService } from '../support/service.ts';
import { stow } from '../support/stow.ts';

const STORY = 'early-large-vessel-occlusion';
const SENDER_TOKEN = 'token-of-the-scanner-that-nobody-else-knows';
const ID = { system: 'urn:oid:1.2.840.99999.7', value: 'MRN-4711' };
const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from('a picture')]);

const bundle = exampleStories().find((story) => JSON.stringify(story).includes(`Patient/${STORY}`))?.bundle;
const patient = bundle?.entry?.find(({ resource }) => resource?.resourceType === 'Patient')?.resource as Patient;
const slices = ctSeries({
  size: [8, 8, 2],
  tags: { PatientID: ID.value, PatientBirthDate: (patient.birthDate ?? '').replaceAll('-', '') },
});
const studyUid = slices[0]?.studyUid ?? '';

describe('the contact sheet of a result', () => {
  let service: TestService;
  let page = '';
  let link = '';
  let resultId = '';
  beforeAll(async () => {
    service = await startService({
      imaging: {
        patientIds: { localSystem: ID.system },
        senders: [{ id: 'scanner', tokenSha256: createHash('sha256').update(SENDER_TOKEN).digest('hex') }],
      },
    });
    const entry = (bundle?.entry ?? []).map((one) =>
      one.resource === patient ? { ...one, resource: { ...patient, identifier: [ID] } } : one,
    );
    service.fhir.load({ resourceType: 'Bundle', type: 'collection', entry });
    expect((await stow(service.url(), slices, SENDER_TOKEN)).status).toBe(200);
    const store = await openFolderStore({ directory: join(service.config.imaging.directory, 'results') });
    const uids = { studyUid, seriesUid: '2.25.1', sopInstanceUid: '2.25.2' };
    const stored = await store.write(uids, PNG);
    const sheet: StoredOutput = { kind: 'sheet', sopClassUid: '', ...uids, ...stored };
    const content = (await contentOf(service.database, studyUid)) ?? '';
    const result = aResult({ studyUid, content, acquiredAt: STORY_TIME });
    const findings = createFindingsStore(service.database);
    ({ id: resultId } = await findings.commitResult(result, [sheet], STORY_TIME));
    // It is a picture, and goes to no archive and into no chart.
    expect(await findings.outputsOf(resultId)).toEqual([]);
    const { cards } = await service.open(STORY, { prefetch: 'full' });
    link = new URL(cards[0]?.links?.[0]?.url ?? '').pathname;
    page = await (await service.get(link)).text();
  });
  afterAll(() => service.close());

  it('stands on the basis page of the card', () => {
    const [id] = link.split('/').slice(-1);
    expect(page).toContain(`<img src="${String(id)}/sheets/${resultId}"`);
  });

  it('is given to whoever has the link, never to be stored, and that is recorded', async () => {
    const answer = await service.get(`${link}/sheets/${resultId}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(Buffer.from(await answer.arrayBuffer()).equals(PNG)).toBe(true);
    const records = await service.database.sql
      .selectFrom('audit_record')
      .select(['evaluation_id', 'payload'])
      .where('kind', '=', 'contact-sheet-read')
      .execute();
    expect(records).toEqual([{ evaluation_id: link.split('/').at(-1), payload: JSON.stringify({ resultId }) }]);
  });

  it('is not given under another link or name, nor when the patient of the study is in doubt', async () => {
    const other = `/basis/${'0'.repeat(36)}/sheets/${resultId}`;
    expect((await service.get(other)).status).toBe(404);
    expect((await service.get(`${link}/sheets/${'0'.repeat(36)}`)).status).toBe(404);
    await quarantineStudy(service.database, studyUid, 'by-a-person', STORY_TIME);
    expect((await service.get(`${link}/sheets/${resultId}`)).status).toBe(404);
    expect(await (await service.get(link)).text()).not.toContain('<img src="');
  });
});
