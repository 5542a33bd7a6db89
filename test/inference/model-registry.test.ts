import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelManifest } from '../../src/inference/index.ts';
import { openModelRegistry, type ModelRegistry, type Provider } from '../../src/inference/index.ts';
import { tinyOnnx } from '../support/tiny-onnx.ts';

let directory: string;
let registry: ModelRegistry | null = null;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'stroke-cds-models-'));
  copyFileSync(new URL('../../models/model.schema.json', import.meta.url), join(directory, 'model.schema.json'));
});
afterEach(async () => {
  await registry?.close();
  rmSync(directory, { recursive: true, force: true });
});

const GRAPH = tinyOnnx([1, -2, 0.5]);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function manifest(changes: Partial<ModelManifest> = {}): ModelManifest {
  return {
    name: 'tiny',
    version: '1.0.0',
    kind: 'tabular',
    title: 'Tiny test model',
    licence: 'Apache-2.0',
    files: [{ path: 'model.onnx', sha256: sha256(GRAPH) }],
    inputs: [{ name: 'features', type: 'float32', shape: ['batch', 3], unit: '1', range: [-10, 10] }],
    outputs: [{ name: 'probability', type: 'float32', shape: ['batch', 1], unit: '1', range: [0, 1] }],
    training: { description: 'none', subjects: 0 },
    validation: { description: 'none' },
    limits: ['for tests only'],
    ...changes,
  };
}

function install(content: unknown = manifest(), graph: Uint8Array | null = GRAPH): void {
  mkdirSync(join(directory, 'tiny'), { recursive: true });
  writeFileSync(join(directory, 'tiny', 'model.json'), JSON.stringify(content));
  if (graph !== null) writeFileSync(join(directory, 'tiny', 'model.onnx'), graph);
}

async function open(providers: readonly Provider[] = ['cpu']): Promise<ModelRegistry> {
  registry = await openModelRegistry({ directory, providers });
  return registry;
}

describe('a model is not run when', () => {
  it.each<[string, () => void, string, string]>([
    [
      'a file was changed',
      () => {
        install(manifest(), tinyOnnx([1, -2, 0.6]));
      },
      'damaged',
      'digest',
    ],
    [
      'a file is missing',
      () => {
        install(manifest(), null);
      },
      'missing-file',
      'model.onnx',
    ],
    [
      'the manifest is incomplete',
      () => {
        install({ name: 'tiny' });
      },
      'invalid-manifest',
      'version',
    ],
    [
      'the manifest names a path outside',
      () => {
        install(manifest({ files: [{ path: '../x.onnx', sha256: sha256(GRAPH) }] }));
      },
      'invalid-manifest',
      'path',
    ],
    [
      'the name is another one',
      () => {
        install(manifest({ name: 'other' }));
      },
      'invalid-manifest',
      'folder',
    ],
    [
      'an input is declared wrongly',
      () => {
        install(manifest({ inputs: [{ name: 'features', type: 'float32', shape: ['batch', 4], unit: '1' }] }));
      },
      'unloadable',
      'shape',
    ],
    [
      'an output is undeclared',
      () => {
        install(manifest({ outputs: [{ name: 'risk', type: 'float32', shape: ['batch', 1], unit: '1' }] }));
      },
      'unloadable',
      "'probability' is not declared",
    ],
    [
      'the graph is no graph',
      () => {
        const junk = new Uint8Array([1, 2, 3]);
        install(manifest({ files: [{ path: 'model.onnx', sha256: sha256(junk) }] }), junk);
      },
      'unloadable',
      'cpu',
    ],
  ])('%s', async (_when, prepare, state, reason) => {
    prepare();
    const { reports, get, summary } = await open();
    expect(reports).toMatchObject([{ name: 'tiny', state, reason: expect.stringContaining(reason) as string }]);
    expect(get('tiny')).toBeUndefined();
    expect(summary).toBe('0 of 1 models verified');
  });
});

describe('the model registry', () => {
  it('is complete without any model, and says so', async () => {
    expect(await open()).toMatchObject({ reports: [], summary: 'no model installed' });
    const nowhere = await openModelRegistry({ directory: join(directory, 'nowhere'), providers: ['cpu'] });
    expect(nowhere.summary).toBe('no model installed');
  });

  it('loads a verified model and computes what the graph says', async () => {
    install();
    const model = (await open()).get('tiny');
    expect(model?.report).toMatchObject({
      state: 'verified',
      provider: 'cpu',
      digest: sha256(GRAPH),
      version: '1.0.0',
    });
    const output = await model?.session?.run({ features: new Tensor('float32', [1, 0.5, 2], [1, 3]) });
    expect(Number(output?.['probability']?.data[0])).toBeCloseTo(1 / (1 + Math.exp(-1)), 6);
  });

  it('reports the provider that really loaded, after one that is not there', async () => {
    install();
    const [report] = (await open(['cuda', 'cpu'])).reports;
    if (report?.provider === 'cuda') return;
    expect(report).toMatchObject({ state: 'verified', provider: 'cpu', failedProviders: [{ provider: 'cuda' }] });
  });

  it('checks an imaging model but does not load it in the service', async () => {
    install(manifest({ kind: 'imaging' }));
    expect((await open()).get('tiny')).toMatchObject({ session: null, report: { state: 'verified', provider: null } });
  });
});
