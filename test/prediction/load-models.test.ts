import { afterEach, expect, it } from 'vitest';
import { installModels, statisticsOf, type InstalledModels, type TestModel } from '../support/additive-models.ts';

let installed: InstalledModels | null = null;
afterEach(async () => {
  await installed?.remove();
  installed = null;
});

async function load(...models: readonly TestModel[]) {
  installed = await installModels(models);
  return installed.models;
}

it.each(['cumulative-logit', 'softmax', 'logit'] as const)(
  'uses a model whose graph computes what its statistics say: %s',
  async (link) => {
    const models = await load({ name: 'discharge-mrs-a', statistics: statisticsOf({ link }) });
    expect(models.unusable).toEqual([]);
    expect(models.usable.map(({ name }) => name)).toEqual(['discharge-mrs-a']);
  },
);

it('never uses a model whose explanation would not be what the graph computes', async () => {
  const statistics = statisticsOf();
  const graphOf = { ...statistics, intercepts: statistics.intercepts.map((a) => a + 1e-5) };
  const models = await load({ name: 'discharge-mrs-a', statistics, graphOf });
  expect(models.usable).toEqual([]);
  expect(models.unusable).toMatchObject([{ name: 'discharge-mrs-a', family: 'discharge-mrs', why: 'disagrees' }]);
});
