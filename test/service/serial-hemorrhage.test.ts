/**
 * Native CTs of one patient whose hematoma grows, sent by STOW-RS: the later one first, then the earlier one, then a third.
 * The card states the change against the first scan of the episode, whichever came first. Every part is the real one but the
 * network, which sees blood by its density.
 */
import { createHash } from 'node:crypto';
import type { Bundle, Patient } from 'fhir/r4.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plus } from '../../src/case/index.ts';
import { exampleStories } from '../../src/demo/example-patients.ts';
import type { BuiltInstance } from '../support/dicom-files.ts';
import { hemorrhageModelFolder } from '../support/hemorrhage-model.ts';
import { DEEP_LEFT, ellipsoidMl, ncctStudy, type Bleeding } from '../support/ncct-study.ts';
import { startService, STORY_TIME, type TestService } from '../support/service.ts';
import { stow } from '../support/stow.ts';

const STORY = 'hemorrhage-on-warfarin';
const SENDER_TOKEN = 'token-of-the-scanner-that-nobody-else-knows';
const ID = { system: 'urn:oid:1.2.840.99999.7', value: 'MRN-5190' };

function storyWithIdentifier(): Bundle {
  const story = exampleStories().find(({ bundle }) => JSON.stringify(bundle).includes(`Patient/${STORY}`));
  if (story === undefined) throw new Error(`there is no story ${STORY}`);
  const entry = (story.bundle.entry ?? []).map((one) => {
    const { resource } = one;
    if (resource?.resourceType !== 'Patient') return one;
    const patient: Patient = { ...(resource as Patient), identifier: [ID] };
    return { ...one, resource: patient };
  });
  return { ...story.bundle, entry };
}

/** @param time HHMM of the day of the story */
function scanAt(time: string, bleeding: Bleeding, moved: readonly [number, number, number]): readonly BuiltInstance[] {
  const day = '20261123';
  return ncctStudy({
    bleedings: [bleeding],
    moved,
    study: `native ct at ${time}`,
    tags: {
      ...{ PatientID: ID.value, PatientBirthDate: '19520211', PatientSex: 'F' },
      ...{ StudyDate: day, AcquisitionDate: day, ContentDate: day },
      ...{ AcquisitionTime: `${time}00`, ContentTime: `${time}00` },
    },
  });
}

const GROWN: Bleeding = { ...DEEP_LEFT, half: [18, 30, 22] };
const GROWN_AGAIN: Bleeding = { ...DEEP_LEFT, half: [19, 32, 24] };

describe('native CTs of one patient', () => {
  const first = scanAt('1230', DEEP_LEFT, [0, 0, 0]);
  const second = scanAt('1330', GROWN, [5, -4, 0]);
  const third = scanAt('1350', GROWN_AGAIN, [-3, 2, 0]);
  const models = hemorrhageModelFolder();
  let service: TestService;
  const begun = performance.now();

  beforeAll(async () => {
    service = await startService({
      clock: () => plus(STORY_TIME, Math.round(performance.now() - begun)),
      config: { modelsDirectory: models.directory },
      imaging: {
        quietSeconds: 3,
        pipelinesOff: ['early-ischemia'],
        senders: [{ id: 'scanner', tokenSha256: createHash('sha256').update(SENDER_TOKEN).digest('hex') }],
        patientIds: { localSystem: ID.system },
      },
    });
    service.fhir.load(storyWithIdentifier());
  }, 240_000);
  afterAll(async () => {
    await service.close();
    models.remove();
  });

  const cards = async (): Promise<string> => {
    const answer = await service.open(STORY, { prefetch: 'full' });
    expect(answer.status).toBe(200);
    return answer.cards.map(({ summary, detail }) => `${summary}\n${detail ?? ''}`).join('\n');
  };
  const send = async (study: readonly BuiltInstance[]): Promise<void> => {
    expect((await stow(service.url(), study, SENDER_TOKEN)).status).toBe(200);
  };
  const seen = async (text: RegExp): Promise<string> => {
    await expect.poll(cards, { timeout: 600_000, interval: 1_000 }).toMatch(text);
    return cards();
  };
  /** How many results each study had. */
  const results = async (): Promise<number[]> => {
    const rows = await service.database.sql.selectFrom('imaging_result').select('study_uid').execute();
    return [first, second, third].map(
      (study) => rows.filter(({ study_uid }) => study_uid === study[0]?.studyUid).length,
    );
  };
  const growthIn = (text: string): number => Number(/ h \((\d+(?:\.\d)?) mL, \d+ %\)/.exec(text)?.[1]);

  it('the later one alone is no course', async () => {
    await send(second);
    expect(await seen(/intraparenchymal \d/)).not.toMatch(/Two scans|Active bleeding/);
  }, 700_000);

  it('the earlier one, which comes after it, is laid under it: the card says how much has grown', async () => {
    await send(first);
    const text = await seen(/in 1 h .*scans were laid on each other/);
    expect(text).toContain('Active bleeding suspected (computed):** growth');
    const growth = ellipsoidMl(GROWN) - ellipsoidMl(DEEP_LEFT);
    expect(growthIn(text)).toBeGreaterThan(0.7 * growth);
    expect(growthIn(text)).toBeLessThan(1.3 * growth);
    expect(await results()).toEqual([1, 2, 0]);
  }, 700_000);

  it('a third is compared with the first', async () => {
    await send(third);
    const text = await seen(/in 1\.3 h .*scans were laid on each other/);
    const growth = ellipsoidMl(GROWN_AGAIN) - ellipsoidMl(DEEP_LEFT);
    expect(growthIn(text)).toBeGreaterThan(0.7 * growth);
    expect(growthIn(text)).toBeLessThan(1.3 * growth);
  }, 700_000);

  it('nothing is analyzed without end', async () => {
    const open = async () =>
      service.database.sql.selectFrom('job').select('id').where('state', 'in', ['queued', 'running']).execute();
    await expect.poll(open, { timeout: 60_000, interval: 500 }).toEqual([]);
    expect(await results()).toEqual([1, 2, 1]);
  }, 120_000);
});
