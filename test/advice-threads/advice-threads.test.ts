import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adviseOnRecord } from '../../src/advice.ts';
import { openAdviceThreads, type AdviceThreads } from '../../src/advice-threads/pool.ts';
import { composeAdvisorParts } from '../../src/advisor-parts.ts';
import { createAuditLog } from '../../src/audit/index.ts';
import { canonicalText } from '../../src/audit/canonical-text.ts';
import { loadConfig } from '../../src/config/index.ts';
import { exampleStories } from '../../src/demo/example-patients.ts';
import { recordsFromResources, resourcesOf } from '../../src/fhir/offline-records.ts';
import type { PatientRecord } from '../../src/fhir/record.ts';
import { openModels } from '../../src/models.ts';
import { registryOptions } from '../../src/registry-options.ts';
import { startService, STORY_TIME, type TestService } from '../support/service.ts';

const loaded = loadConfig({}, null);
if ('problems' in loaded) throw new Error('the defaults are a configuration');
const { config } = loaded;
const stories = exampleStories();
const silent = { error: () => undefined, warn: () => undefined };

function recordOf({ bundle }: (typeof stories)[number]): PatientRecord {
  const [record] = recordsFromResources(resourcesOf(bundle), 0);
  if (record === undefined) throw new Error('the bundle holds no patient');
  return record;
}

describe('advice from threads', () => {
  const problems: object[] = [];
  let threads: AdviceThreads;
  beforeAll(async () => {
    threads = await openAdviceThreads({
      count: 2,
      thread: { config, models: registryOptions(config) },
      here: () => Promise.reject(new Error('computed here')),
      log: { error: (details) => problems.push(details) },
    });
  });
  afterAll(() => threads.close());

  it('is what the service computes by itself, for every example patient at once, record included', async () => {
    const { registry, predict } = await openModels(registryOptions(config), silent);
    const parts = { ...composeAdvisorParts(config, silent), ...(predict === undefined ? {} : { predict }) };
    const asked = stories.map(async (story) => {
      const record = recordOf(story);
      const here = await adviseOnRecord(record, STORY_TIME, 'en', parts);
      const there = await threads.advise(record, STORY_TIME, 'en');
      expect(there.cards).toEqual(JSON.parse(JSON.stringify(here.cards)));
      expect(there.isStrokeCase).toBe(here.isStrokeCase);
      expect(there.degradations).toEqual(here.degradations);
      expect(canonicalText({ record: there.record })).toBe(canonicalText({ record: here.record }));
    });
    await Promise.all(asked);
    await registry.close();
    expect(problems).toEqual([]);
  }, 30_000);
});

it('a thread asks the service for what imaging found, and says so when it cannot be had', async () => {
  const story = stories.find(({ id }) => id === 'early-large-vessel-occlusion');
  if (story === undefined) throw new Error('the story is there');
  const problems: object[] = [];
  const patients: string[] = [];
  const threads = await openAdviceThreads({
    count: 1,
    thread: { config, models: registryOptions(config) },
    imagingOf: ({ patientId }) => {
      patients.push(patientId);
      return Promise.reject(new Error('the database is away'));
    },
    here: () => Promise.reject(new Error('computed here')),
    log: { error: (details) => problems.push(details) },
  });
  const { degradations } = await threads.advise(recordOf(story), STORY_TIME, 'en');
  await threads.close();
  expect(patients).toEqual(['early-large-vessel-occlusion']);
  expect(degradations).toContainEqual(expect.objectContaining({ where: 'imagingFindings' }));
  expect(problems).toContainEqual(expect.objectContaining({ decision: 'imaging' }));
}, 20_000);

it('a thread that cannot start stops the start, and says why', async () => {
  const wrong = { ...config, contentDirectory: '/nowhere' };
  const opening = openAdviceThreads({
    count: 1,
    thread: { config: wrong, models: registryOptions(config) },
    here: () => Promise.reject(new Error('computed here')),
    log: silent,
  });
  await expect(opening).rejects.toThrow();
});

it('without a thread left the service computes by itself', async () => {
  const threads = await openAdviceThreads({
    count: 1,
    thread: { config, models: registryOptions(config) },
    here: () => Promise.reject(new Error('computed here')),
    log: silent,
  });
  await threads.close();
  const [story] = stories;
  if (story === undefined) throw new Error('there are stories');
  await expect(threads.advise(recordOf(story), STORY_TIME, 'en')).rejects.toThrow('computed here');
});

describe('the service with threads', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService({ config: { adviceThreads: 1 } });
  });
  afterAll(() => service.close());

  it('answers with cards whose basis can be read and whose record verifies', async () => {
    const { status, cards } = await service.open('early-large-vessel-occlusion', { prefetch: 'full' });
    expect(status).toBe(200);
    expect(cards.map(({ source }) => source.topic?.code)).toEqual(
      expect.arrayContaining(['strokeState', 'thrombolysis']),
    );
    const basis = cards[0]?.links?.find(({ type }) => type === 'absolute')?.url ?? '';
    const page = await service.get(new URL(basis).pathname);
    expect(page.status).toBe(200);
    const audit = createAuditLog(service.database);
    expect((await audit.verify()).ok).toBe(true);
    await audit.close();
  });
});
