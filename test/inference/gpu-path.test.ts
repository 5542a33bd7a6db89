/** The path of a GPU without one: WebGPU on SwiftShader, which computes Vulkan on the processor. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createProcessEngine, type InferenceAnswer, type Provider, type Tensor } from '../../src/inference/index.ts';
import { installImagingModels, type ModelFolder } from '../support/imaging-models.ts';

const DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json';
const LOADERS = ['/usr/lib/x86_64-linux-gnu/libvulkan.so.1', '/usr/lib/aarch64-linux-gnu/libvulkan.so.1'];
const missing = !existsSync(DRIVER) ? 'no SwiftShader of chromium' : LOADERS.some(existsSync) ? null : 'no libvulkan1';

let folder: ModelFolder;
const before = process.env['VK_DRIVER_FILES'];
beforeAll(async () => {
  process.env['VK_DRIVER_FILES'] = DRIVER;
  folder = await installImagingModels('conv3d');
});
afterAll(() => {
  if (before === undefined) delete process.env['VK_DRIVER_FILES'];
  else process.env['VK_DRIVER_FILES'] = before;
  folder.remove();
});

const input: Tensor = {
  name: 'input',
  datatype: 'FP32',
  shape: [1, 1, 4, 8, 8],
  data: Float32Array.from({ length: 256 }, (_, i) => Math.sin(i)),
};

async function infer(...providers: Provider[]): Promise<InferenceAnswer> {
  const engine = createProcessEngine({ models: folder.models, providers });
  try {
    return await engine.infer({ model: 'conv3d', inputs: [input] }, { timeoutMs: 60_000 });
  } finally {
    await engine.close();
  }
}

it.skipIf(missing !== null)(
  `a volume convolved on WebGPU is that of the processor, and says where it ran${missing === null ? '' : ` (${missing})`}`,
  async () => {
    const [gpu, cpu] = [await infer('cuda', 'webgpu', 'cpu'), await infer('cpu')];
    expect([gpu.ranOn, cpu.ranOn]).toEqual(['webgpu', 'cpu']);
    const expected = cpu.outputs[0]?.data ?? [];
    expect(gpu.outputs[0]?.data.length).toBe(256);
    gpu.outputs[0]?.data.forEach((value, i) => {
      expect(Number(value)).toBeCloseTo(Number(expected[i]), 5);
    });
  },
  60_000,
);
