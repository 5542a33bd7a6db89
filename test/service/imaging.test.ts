/**
 * From the scanner to the card: a CT perfusion study is sent by STOW-RS while the hook is called before, during and after.
 * Every part is the real one; the study is the phantom of known truth.
 */
import { createHash } from 'node:crypto';
import type { Bundle, Patient } from 'fhir/r4.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plus } from '../../src/case/index.ts';
import { exampleStories } from '../../src/demo/example-patients.ts';
import { ctpStudy } from '../support/ctp-study.ts';
import { startService, STORY_TIME, type Answer, type TestService } from '../support/service.ts';
import { stow } from '../support/stow.ts';

const STORY = 'late-window-with-perfusion';
const SENDER_TOKEN = 'token-of-the-scanner-that-nobody-else-knows';
const ID = { system: 'urn:oid:1.2.840.99999.7', value: 'MRN-4711' };
const TAGS = {
  PatientID: ID.value,
  PatientBirthDate: '19440715',
  PatientSex: 'M',
  AcquisitionDate: '20261123',
  ContentDate: '20261123',
  StudyDate: '20261123',
};

/** The story without the perfusion values that somebody entered, and with the identifier that the images carry. */
function storyToMeasure(): Bundle {
  const story = exampleStories().find(({ bundle }) => JSON.stringify(bundle).includes(`Patient/${STORY}`));
  if (story === undefined) throw new Error(`there is no story ${STORY}`);
  const measured = /core-volume|hypoperfusion-volume|mismatch/;
  const entry = (story.bundle.entry ?? []).flatMap((one) => {
    const { resource } = one;
    if (resource?.resourceType === 'Observation' && measured.test(JSON.stringify(resource))) return [];
    if (resource?.resourceType !== 'Patient') return [one];
    const patient: Patient = { ...(resource as Patient), identifier: [ID] };
    return [{ ...one, resource: patient }];
  });
  return { ...story.bundle, entry };
}

const textOf = ({ cards }: Answer): string =>
  cards.map(({ summary, detail }) => `${summary}\n${detail ?? ''}`).join('\n');

describe('a CT perfusion study on its way to the card', () => {
  const study = ctpStudy({ radii: [20, 32, 37], tags: TAGS });
  let service: TestService;
  const begun = performance.now();

  beforeAll(async () => {
    service = await startService({
      clock: () => plus(STORY_TIME, Math.round(performance.now() - begun)),
      imaging: {
        quietSeconds: 1,
        senders: [{ id: 'scanner', tokenSha256: createHash('sha256').update(SENDER_TOKEN).digest('hex') }],
        patientIds: { localSystem: ID.system },
      },
    });
    service.fhir.load(storyToMeasure());
  });
  afterAll(() => service.close());

  const look = async (): Promise<Answer> => {
    const answer = await service.open(STORY, { prefetch: 'full' });
    expect(answer.status).toBe(200);
    return answer;
  };

  it('says nothing of computed images before any came', async () => {
    expect(textOf(await look())).not.toContain('Computed from the images');
  });

  it('takes no image from a sender that it does not know', async () => {
    expect((await stow(service.url(), study.instances.slice(0, 1), 'some other token')).status).toBe(401);
  });

  it('acknowledges every instance, and a card shows that they arrive', async () => {
    const half = Math.floor(study.instances.length / 2);
    expect((await stow(service.url(), study.instances.slice(0, half), SENDER_TOKEN)).status).toBe(200);
    // That nothing is held may be believed for a second more.
    await expect
      .poll(async () => textOf(await look()), { timeout: 60_000, interval: 300 })
      .toMatch(/Computed from the images.*(arriving|waiting|in progress)/);
    expect((await stow(service.url(), study.instances.slice(half), SENDER_TOKEN)).status).toBe(200);
  });

  it('shows the analysis in progress, then its volumes with intervals, and uses them', async () => {
    let text = '';
    const states = new Set<string>();
    const until = Date.now() + 600_000;
    while (Date.now() < until && !/core \d/.test(text)) {
      text = textOf(await look());
      for (const state of ['arriving since', 'waiting since', 'in progress since']) {
        if (text.includes(state)) states.add(state);
      }
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect([...states]).toContain('in progress since');
    const core = /core (\d+)(?:\.\d)? mL \((\d+)[^\d]+(\d+)/.exec(text);
    expect(core, text).not.toBeNull();
    const [low, high] = [Number(core?.[2]), Number(core?.[3])];
    expect(low - 1).toBeLessThanOrEqual(study.phantom.coreMl);
    expect(high + 1).toBeGreaterThanOrEqual(study.phantom.coreMl);
    expect(text).toContain('Research use');
  }, 650_000);

  it('the same study again changes nothing, and logs hold nothing of the patient', async () => {
    const before = textOf(await look());
    expect((await stow(service.url(), study.instances.slice(0, 5), SENDER_TOKEN)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const computed = (text: string): string[] => text.split('\n').filter((line) => line.includes('Computed'));
    expect(computed(textOf(await look()))).toEqual(computed(before));
    expect(service.logs()).not.toContain(ID.value);
    expect(service.logs()).not.toContain('19440715');
  });

  it('the result stands in the audit record, once', async () => {
    const recorded = async (): Promise<(string | null)[]> =>
      (
        await service.database.sql
          .selectFrom('audit_record')
          .select('evaluation_id')
          .where('kind', '=', 'imaging-result')
          .execute()
      ).map((row) => row.evaluation_id);
    const [standing] = await service.database.sql
      .selectFrom('imaging_result')
      .select('id')
      .where('superseded_at', 'is', null)
      .execute();
    await expect.poll(recorded, { timeout: 20_000 }).toContain(standing?.id);
    // On a slow machine the first half was analyzed alone: another result, also once.
    const ids = await recorded();
    expect(new Set(ids).size).toBe(ids.length);
  });
});
