/**
 * From the scanner to the card: a second native CT, with a hematoma, is sent by STOW-RS while the hook is called before, during
 * and after. The first CT was read as free of blood, so that thrombolysis was recommended. Every part is the real one: once with
 * a network that sees blood by its density, on a phantom, and once with the shipped network, switched on, on a synthetic head.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Bundle, Patient } from 'fhir/r4.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plus } from '../../src/case/index.ts';
import { exampleStories } from '../../src/demo/example-patients.ts';
import { readNifti } from '../../src/imaging/nifti.ts';
import { ctSeries, type BuiltInstance } from '../support/dicom-files.ts';
import { hemorrhageModelFolder } from '../support/hemorrhage-model.ts';
import { DEEP_LEFT, ellipsoidMl, ncctStudy } from '../support/ncct-study.ts';
import { startService, STORY_TIME, type Answer, type TestService } from '../support/service.ts';
import { stow } from '../support/stow.ts';

const STORY = 'early-large-vessel-occlusion';
const SENDER_TOKEN = 'token-of-the-scanner-that-nobody-else-knows';
const ID = { system: 'urn:oid:1.2.840.99999.7', value: 'MRN-4712' };
const TAGS = {
  PatientID: ID.value,
  PatientBirthDate: '19550312',
  PatientSex: 'F',
  StudyDate: '20261123',
  AcquisitionDate: '20261123',
  ContentDate: '20261123',
  AcquisitionTime: '135500',
  ContentTime: '135500',
};

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

const textOf = ({ cards }: Answer): string =>
  cards.map(({ summary, detail }) => `${summary}\n${detail ?? ''}`).join('\n');

/** A head of the training's generator that no training saw (`random_scans`, seed 777, 31), with 28.0 mL deep in the brain. */
function syntheticStudy(): readonly BuiltInstance[] {
  const { size, affine, values } = readNifti(
    readFileSync(new URL('../fixtures/synthetic-hematoma.nii.gz', import.meta.url)),
  );
  return ctSeries({
    size,
    spacing: [-affine[0], -affine[5], affine[10]],
    origin: [0, 0, 0],
    study: 'synthetic head',
    series: 'native',
    values: (i, j, k) => values[(k * size[1] + j) * size[0] + i] ?? NaN,
    tags: { SeriesDescription: 'HEAD NATIVE', BodyPartExamined: 'HEAD', ConvolutionKernel: 'H30s', KVP: 120, ...TAGS },
  });
}

const SHIPPED = { directory: fileURLToPath(new URL('../../models', import.meta.url)), remove: (): void => undefined };

describe.each([
  {
    network: 'a network that sees blood by its density',
    study: ncctStudy({ bleedings: [DEEP_LEFT], tags: TAGS }),
    models: hemorrhageModelFolder(),
    modelRoles: {},
    ml: ellipsoidMl(DEEP_LEFT),
  },
  {
    network: 'the shipped network',
    study: syntheticStudy(),
    models: SHIPPED,
    modelRoles: { hemorrhage: 'active' as const },
    ml: 28,
  },
])('a native CT with a hematoma on its way to the card: $network', ({ study, models, modelRoles, ml }) => {
  let service: TestService;
  const begun = performance.now();

  beforeAll(async () => {
    service = await startService({
      clock: () => plus(STORY_TIME, Math.round(performance.now() - begun)),
      config: { modelsDirectory: models.directory, modelRoles },
      imaging: {
        quietSeconds: 1,
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

  const look = async (): Promise<Answer> => {
    const answer = await service.open(STORY, { prefetch: 'full' });
    expect(answer.status).toBe(200);
    return answer;
  };

  it('before: both treatments are recommended, and nothing is computed', async () => {
    const text = textOf(await look());
    expect(text).toMatch(/Thrombectomy: recommended/);
    expect(text).not.toMatch(/cannot be decided/);
    expect(text).not.toContain('Computed');
    expect(text).not.toContain('sees blood');
  });

  it('while it arrives: a card says so', async () => {
    const half = Math.floor(study.length / 2);
    expect((await stow(service.url(), study.slice(0, half), SENDER_TOKEN)).status).toBe(200);
    // That nothing is held may be believed for a second more.
    await expect
      .poll(async () => textOf(await look()), { timeout: 60_000, interval: 300 })
      .toMatch(/Computed from the images.*(arriving|waiting|in progress)/);
    expect((await stow(service.url(), study.slice(half), SENDER_TOKEN)).status).toBe(200);
  }, 120_000);

  it('after: in progress, then the volume with its interval, and the recommendation waits for a look at the images', async () => {
    let answer = await look();
    let text = '';
    const states = new Set<string>();
    const until = Date.now() + 600_000;
    while (Date.now() < until && !/intraparenchymal \d/.test(text)) {
      answer = await look();
      text = textOf(answer);
      for (const state of ['arriving since', 'waiting since', 'in progress since']) {
        if (text.includes(state)) states.add(state);
      }
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
    expect([...states]).toContain('in progress since');
    const volume = /intraparenchymal (\d+)(?:\.\d)? mL \((\d+)[^\d]+(\d+)/.exec(text);
    expect(volume, text).not.toBeNull();
    expect(Number(volume?.[1])).toBeGreaterThan(0.75 * ml);
    expect(Number(volume?.[1])).toBeLessThan(1.25 * ml);
    expect(text).toContain('Research use');
    expect(text).toContain('look at the images before a reperfusion treatment');
    const summaries = answer.cards.map(({ summary }) => summary).join('\n');
    expect(summaries).toContain('Software sees blood on CT');
    expect(summaries).toMatch(/Thrombolysis: cannot be decided yet/);
    expect(summaries).not.toMatch(/thrombectomy: recommended/i);
  }, 700_000);
});
