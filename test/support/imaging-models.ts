/** Folders with small imaging models for engines. */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openModelRegistry, type InstalledModel, type ModelManifest } from '../../src/inference/index.ts';
import { conv3dOnnx, identityOnnx, loopOnnx, type TinyType } from './tiny-onnx.ts';

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

type Io = Pick<ModelManifest, 'inputs' | 'outputs'>;

export function imagingManifest(name: string, graph: Uint8Array, io: Io): ModelManifest {
  return {
    name,
    version: '1.0.0',
    kind: 'imaging',
    title: `Test model ${name}`,
    licence: 'Apache-2.0',
    files: [{ path: 'model.onnx', sha256: sha256(graph) }],
    ...io,
    opset: 13,
    detectionFloor: [],
    training: { description: 'none', subjects: 0 },
    validation: { description: 'none' },
    limits: ['for tests only'],
  };
}

const OPEN = ['batch', 1, 'slices', 'rows', 'columns'];
const VOLUME = ['slices', 'rows', 'columns'];
export const LOOP_SIZE = 96;
/** The middle of the kernel, and a little of each neighbor. */
export const KERNEL = Array.from({ length: 27 }, (_, i) => (i === 13 ? 0.5 : 0.02));

function io(
  inputs: readonly (readonly [string, ModelManifest['inputs'][number]['type'], readonly (number | string)[]])[],
  outputs: typeof inputs,
): Io {
  const declare = (all: typeof inputs): ModelManifest['inputs'] =>
    all.map(([name, type, shape]) => ({ name, type, shape, unit: '1' }));
  return { inputs: declare(inputs), outputs: declare(outputs) };
}

const identity = (type: TinyType): readonly [Uint8Array, Io] => [
  identityOnnx(type),
  io([['input', type, VOLUME]], [['output', type, VOLUME]]),
];

/** By name: graph and declarations. */
export const TEST_MODELS = {
  'identity-float32': identity('float32'),
  'identity-float16': identity('float16'),
  'identity-int64': identity('int64'),
  'identity-int32': identity('int32'),
  'identity-int16': identity('int16'),
  'identity-uint8': identity('uint8'),
  'identity-bool': identity('bool'),
  conv3d: [conv3dOnnx(KERNEL), io([['input', 'float32', OPEN]], [['output', 'float32', OPEN]])],
  loop: [
    loopOnnx(LOOP_SIZE),
    io(
      [
        ['input', 'float32', [LOOP_SIZE, LOOP_SIZE]],
        ['step', 'float32', [LOOP_SIZE, LOOP_SIZE]],
        ['rounds', 'int64', []],
      ],
      [['output', 'float32', [LOOP_SIZE, LOOP_SIZE]]],
    ),
  ],
} satisfies Record<string, readonly [Uint8Array, Io]>;

export type TestModel = keyof typeof TEST_MODELS;

export interface ModelFolder {
  readonly directory: string;
  readonly models: readonly InstalledModel[];
  readonly remove: () => void;
}

/** Installs models and opens them as the service would. @throws when one of them is not in order */
export async function installImagingModels(...names: readonly TestModel[]): Promise<ModelFolder> {
  const directory = mkdtempSync(join(tmpdir(), 'stroke-cds-imaging-models-'));
  copyFileSync(new URL('../../models/model.schema.json', import.meta.url), join(directory, 'model.schema.json'));
  for (const name of names) {
    const [graph, declared] = TEST_MODELS[name];
    mkdirSync(join(directory, name));
    writeFileSync(join(directory, name, 'model.json'), JSON.stringify(imagingManifest(name, graph, declared)));
    writeFileSync(join(directory, name, 'model.onnx'), graph);
  }
  return {
    directory,
    models: await modelsIn(directory),
    remove: () => {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** @throws when one of them is not in order */
export async function modelsIn(directory: string): Promise<readonly InstalledModel[]> {
  const registry = await openModelRegistry({ directory, providers: ['cpu'] });
  const broken = registry.reports.filter(({ state }) => state !== 'verified');
  if (broken.length > 0) throw new Error(JSON.stringify(broken));
  return registry.imaging;
}
