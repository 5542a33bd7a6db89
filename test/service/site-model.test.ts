/**
 * The path of a site's own model, end to end, with one that was trained on SIMULATED rows by the command of
 * models/training/HEMORRHAGIC_TRANSFORMATION.md: installed → shadow → activated → its statement stands on a card.
 */
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { startService, type TestService } from '../support/service.ts';

const MODELS = fileURLToPath(new URL('../fixtures/models/', import.meta.url));
const NAME = 'simulated-hemorrhage-risk';
const PATIENT = 'early-large-vessel-occlusion';

let service: TestService | null = null;
afterEach(async () => {
  await service?.close();
  service = null;
});

interface Prediction {
  readonly model: string;
  readonly role: string;
  readonly simulated: boolean;
  readonly digest: string;
  readonly probabilities: readonly number[];
}

const payloads = async (kind: string): Promise<readonly Record<string, unknown>[]> => {
  const rows = await service?.database.sql
    .selectFrom('audit_record')
    .select('payload')
    .where('kind', '=', kind)
    .orderBy('sequence')
    .execute();
  return (rows ?? []).map(({ payload }) => JSON.parse(payload) as Record<string, unknown>);
};

/** What the record of the newest hook call says of the model. */
async function recorded(): Promise<Prediction | undefined> {
  const text = JSON.stringify((await payloads('invocation')).at(-1));
  const { record } = JSON.parse(text) as { record: { predictions?: { predictions: readonly Prediction[] } } };
  return record.predictions?.predictions.find(({ model }) => model === NAME);
}

async function cardsWith(config: Readonly<Record<string, unknown>>): Promise<string> {
  service = await startService({ config: { siteModelsDirectory: MODELS, ...config } });
  const { status, cards } = await service.open(PATIENT);
  expect(status).toBe(200);
  return JSON.stringify(cards);
}

describe("a site's own model", () => {
  it('runs in the shadow first: recorded with every evaluation, shown on no card', async () => {
    const cards = await cardsWith({});
    expect(cards.toLowerCase()).not.toContain('simulated');
    const prediction = await recorded();
    expect(prediction).toMatchObject({ role: 'shadow', simulated: true });
    expect(prediction?.probabilities).toHaveLength(2);
    expect(JSON.stringify((await payloads('startup')).at(-1))).toContain(`"role":"shadow"`);
  });

  it('speaks once the configuration activates it, marked as simulated, and the start records the act', async () => {
    const cards = await cardsWith({ modelRoles: { [NAME]: 'active' } });
    expect(cards.toLowerCase()).toContain('simulated');
    expect(await recorded()).toMatchObject({ role: 'active', simulated: true });
    const started = (await payloads('startup')).at(-1) as { models: readonly Record<string, unknown>[] };
    expect(started.models.find(({ name }) => name === NAME)).toMatchObject({
      family: 'hemorrhagic-transformation',
      origin: 'site',
      role: 'active',
      simulated: true,
      state: 'verified',
      manifestDigest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  it('is silent when it is off', async () => {
    const cards = await cardsWith({ modelRoles: { [NAME]: 'off' } });
    expect(cards.toLowerCase()).not.toContain('simulated');
    expect(await recorded()).toBeUndefined();
  });

  it('a role for a model that is not there stops the start', async () => {
    await expect(cardsWith({ modelRoles: { 'simulated-hemorrage-risk': 'active' } })).rejects.toThrow('not installed');
  });
});
