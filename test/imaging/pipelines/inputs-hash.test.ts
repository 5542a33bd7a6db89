/** What makes another result of the same images: stored results follow the networks and thresholds that they were made with. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openEngine } from '../../../src/analysis/open-engine.ts';
import { loadConfig } from '../../../src/config/index.ts';
import { PIPELINES } from '../../../src/imaging/pipelines/index.ts';
import { HEMORRHAGE_NETWORKS } from '../../../src/imaging/pipelines/hemorrhage/index.ts';
import type {
  NetworkFigures,
  Pipeline,
  PipelineContext,
  PipelineResult,
} from '../../../src/imaging/pipelines/pipeline.ts';
import { runPipelines } from '../../../src/imaging/pipelines/run-pipelines.ts';
import { registryOptions } from '../../../src/registry-options.ts';
import { hemorrhageModelFolder } from '../../support/hemorrhage-model.ts';

const RESULT = { state: 'final', quality: [], findings: [] } as unknown as PipelineResult;
const PIPELINE: Pipeline = {
  ...{ name: 'hemorrhage', version: '1', priority: 1, accepts: () => true, run: () => Promise.resolve(RESULT) },
  restsOn: ['hemorrhage', 'head-anatomy'],
};
const FIGURES: NetworkFigures = { identity: '1.0.0 abc', thresholds: { blood: 0.5 }, detectionFloors: { volume: 1 } };

async function hash(
  networks: Readonly<Record<string, NetworkFigures>>,
  replaced: readonly string[] = [],
): Promise<string> {
  const context: Partial<PipelineContext> = {
    ...{ signal: new AbortController().signal, progress: () => undefined },
    figuresOf: (name) => networks[name],
  };
  const { runs } = await runPipelines({ series: [], lastKnownWell: null, overrides: {} }, context as PipelineContext, {
    ...{ pipelines: [PIPELINE], content: 'c', replaced: { hemorrhage: replaced }, now: () => 0 },
  });
  return runs[0]?.inputsHash ?? 'none';
}

describe('the same images', () => {
  it.each([
    ['another version or graph of its network', { hemorrhage: { ...FIGURES, identity: '1.1.0 def' } }],
    ['another threshold', { hemorrhage: { ...FIGURES, thresholds: { blood: 0.4 } } }],
    ['another detection floor', { hemorrhage: { ...FIGURES, detectionFloors: { volume: 2 } } }],
    ['a second network that is in use now', { hemorrhage: FIGURES, 'head-anatomy': FIGURES }],
    ['a network that is no longer in use', {}],
  ])('give another result with %s', async (_, networks) => {
    expect(await hash(networks)).not.toBe(await hash({ hemorrhage: FIGURES }));
  });

  it('give the same result with the same networks, whatever else is installed', async () => {
    const again = await hash({ hemorrhage: { ...FIGURES }, 'flair-lesion': FIGURES });
    expect(again).toBe(await hash({ hemorrhage: FIGURES }));
  });

  it('give a result of its own when an older network is back: the one that was replaced stays replaced', async () => {
    const first = await hash({ hemorrhage: FIGURES });
    const back = await hash({ hemorrhage: FIGURES }, [first]);
    expect(back).not.toBe(first);
    expect(await hash({ hemorrhage: FIGURES }, [first])).toBe(back);
    expect(await hash({ hemorrhage: FIGURES }, [first, back])).not.toBe(back);
  });
});

it('every imaging network that can be installed decides the result of some pipeline', () => {
  const models = new URL('../../../models/', import.meta.url);
  const shipped = readdirSync(models).filter((name) => {
    const manifest = new URL(`${name}/model.json`, models);
    return existsSync(manifest) && (JSON.parse(readFileSync(manifest, 'utf8')) as { kind: string }).kind === 'imaging';
  });
  const named = new Set(PIPELINES.flatMap(({ restsOn = [] }) => restsOn));
  expect([...named].toSorted()).toEqual([...new Set([...shipped, ...HEMORRHAGE_NETWORKS])].toSorted());
});

it('an installed network is told by version, graph and thresholds; where it is served, by that version, too', async () => {
  const loaded = loadConfig({}, null);
  if ('problems' in loaded) throw new Error('the defaults have problems');
  const models = hemorrhageModelFolder();
  const figures = async (served: string | null): Promise<NetworkFigures | undefined> => {
    const server = { url: 'https://triton.example.org', fallBackToCpu: false, versions: { hemorrhage: served ?? '' } };
    const engine = await openEngine({
      registry: registryOptions({ ...loaded.config, modelsDirectory: models.directory }),
      ...{ providers: ['cpu'], threads: 1, serverAuthorization: null, server: served === null ? null : server },
    });
    const found = engine.figuresOf('hemorrhage');
    await engine.close();
    return found;
  };
  try {
    const here = await figures(null);
    expect(here?.identity).toMatch(/^1\.0\.0 [0-9a-f]{64}$/);
    const identities = new Set([here?.identity, (await figures('3'))?.identity, (await figures('4'))?.identity]);
    expect(identities.size).toBe(3);
  } finally {
    models.remove();
  }
});
