import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelManifest } from '../../src/inference/index.ts';
import { auditedModels, openModelRegistry, type ModelRegistry, type Provider } from '../../src/inference/index.ts';
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
    install(manifest({ kind: 'imaging', opset: 13, detectionFloor: [] }));
    const opened = await open();
    expect(opened.imaging.map(({ manifest: { name } }) => name)).toEqual(['tiny']);
    expect(opened.get('tiny')).toMatchObject({ session: null, report: { state: 'verified', provider: null } });
  });
});

describe('the manifest of an imaging model', () => {
  const imaging = (changes: object = {}): object => ({
    ...manifest({ kind: 'imaging', opset: 17 }),
    detectionFloor: [{ finding: 'hemorrhage', value: 1, unit: 'mL', basis: 'recall 0.9 on 100 scans' }],
    inputs: [
      {
        name: 'image',
        type: 'float16',
        shape: ['batch', 1, 'slices', 512, 512],
        unit: "[hnsf'U]",
        image: {
          modality: 'CT',
          axes: ['batch', 'channel', 'slice', 'row', 'column'],
          orientation: 'SPL',
          spacing: [5, null, null],
          intensity: { kind: 'window', unit: "[hnsf'U]", low: 0, high: 80, to: [0, 1] },
        },
      },
    ],
    ...changes,
  });
  const state = async (content: object): Promise<string | undefined> => {
    install(content);
    return (await open()).reports[0]?.state;
  };

  it('says the space and the window of its input and what it cannot see', async () => {
    expect(await state(imaging())).toBe('verified');
  });

  it.each([
    ['without its opset', { opset: undefined }],
    ['without a word on what it cannot see', { detectionFloor: undefined }],
    [
      'with a spacing of zero',
      {
        inputs: [
          {
            name: 'i',
            type: 'float32',
            shape: [1],
            unit: '1',
            image: {
              modality: 'CT',
              axes: ['row', 'column'],
              orientation: 'SPL',
              spacing: [0, 1, 1],
              intensity: { kind: 'none' },
            },
          },
        ],
      },
    ],
    [
      'with a window that has no ends',
      {
        inputs: [
          {
            name: 'i',
            type: 'float32',
            shape: [1],
            unit: '1',
            image: {
              modality: 'CT',
              axes: ['row', 'column'],
              orientation: 'SPL',
              spacing: [1, 1, 1],
              intensity: { kind: 'window' },
            },
          },
        ],
      },
    ],
  ])('is refused %s', async (_name, changes) => {
    expect(await state(imaging(changes))).toBe('invalid-manifest');
  });
});

describe('roles', () => {
  const family: Partial<ModelManifest> = {
    family: 'hemorrhagic-transformation',
    preference: 1,
    classes: ['absent', 'present'],
    role: 'active',
  };
  const openWith = async (options: Partial<Parameters<typeof openModelRegistry>[0]>): Promise<ModelRegistry> => {
    registry = await openModelRegistry({ directory, providers: ['cpu'], ...options });
    return registry;
  };
  /** The site's directory, with one model in it. */
  const site = (content: ModelManifest): string => {
    const own = join(directory, 'site');
    mkdirSync(join(own, content.name), { recursive: true });
    writeFileSync(join(own, content.name, 'model.json'), JSON.stringify(content));
    writeFileSync(join(own, content.name, 'model.onnx'), GRAPH);
    return own;
  };

  it('a shipped model has the role of its manifest; one without a family has none', async () => {
    install(manifest(family));
    expect((await open()).reports).toMatchObject([{ role: 'active', origin: 'shipped', family: family.family }]);
    install();
    expect((await open()).reports).toMatchObject([{ role: null, family: null }]);
  });

  it('a model of the site begins in the shadow, whatever its manifest claims', async () => {
    const siteDirectory = site(manifest({ ...family, name: 'ours' }));
    const { reports, get } = await openWith({ siteDirectory });
    expect(reports).toMatchObject([{ name: 'ours', origin: 'site', role: 'shadow', state: 'verified' }]);
    expect(get('ours')?.folder).toBe(join(siteDirectory, 'ours'));
  });

  it('the configuration activates it, or switches a shipped one off', async () => {
    install(manifest(family));
    const siteDirectory = site(manifest({ ...family, name: 'ours' }));
    const { reports, get, summary } = await openWith({ siteDirectory, roles: { ours: 'active', tiny: 'off' } });
    expect(reports).toMatchObject([
      { name: 'tiny', role: 'off', state: 'verified', provider: null },
      { name: 'ours', role: 'active', provider: 'cpu' },
    ]);
    expect(get('tiny')).toBeUndefined();
    expect(summary).toBe('2 of 2 models verified');
  });

  it('a role for a model that is not there stops the start: it is most likely a mistyped name', async () => {
    install(manifest(family));
    await expect(openWith({ roles: { tini: 'off' } })).rejects.toThrow("'tini'");
  });

  it('a simulated model is refused as active in production, and may run in the shadow', async () => {
    const siteDirectory = site(manifest({ ...family, name: 'simulated-ours', simulated: true }));
    const active = { siteDirectory, roles: { 'simulated-ours': 'active' } as const };
    const refused = await openWith({ ...active, refuseSimulated: true });
    expect(refused.reports).toMatchObject([
      { state: 'refused', reason: expect.stringContaining('simulated') as string },
    ]);
    expect(refused.get('simulated-ours')).toBeUndefined();
    await refused.close();
    const development = await openWith(active);
    expect(development.get('simulated-ours')).toBeDefined();
    await development.close();
    const shadow = await openWith({ siteDirectory, refuseSimulated: true });
    expect(shadow.reports).toMatchObject([{ state: 'verified', role: 'shadow', simulated: true }]);
  });

  it('a model of the site cannot take the name of a shipped one', async () => {
    install(manifest(family));
    const { reports } = await openWith({ siteDirectory: site(manifest(family)) });
    expect(reports).toMatchObject([
      { origin: 'shipped', state: 'verified' },
      { origin: 'site', state: 'invalid-manifest', reason: 'a shipped model has this name' },
    ]);
  });

  it('the audit record of a start names role and digests, so that an activation can be traced', async () => {
    install(manifest(family));
    const { reports } = await openWith({ roles: { tiny: 'shadow' } });
    const text = JSON.stringify(manifest(family));
    expect(auditedModels(reports)).toEqual([
      {
        name: 'tiny',
        version: '1.0.0',
        family: 'hemorrhagic-transformation',
        origin: 'shipped',
        role: 'shadow',
        simulated: false,
        state: 'verified',
        digest: sha256(GRAPH),
        manifestDigest: createHash('sha256').update(text).digest('hex'),
      },
    ]);
  });
});
