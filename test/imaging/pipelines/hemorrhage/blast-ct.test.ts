import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { transform, type Affine, type Point } from '../../../../src/imaging/affine.ts';
import { ontoSlabs } from '../../../../src/imaging/pipelines/hemorrhage/blast-ct/onto-slabs.ts';
import { BLAST_CT_MODEL, TILING } from '../../../../src/imaging/pipelines/hemorrhage/blast-ct/segment-blast-ct.ts';
import { planTiles, seenByTile } from '../../../../src/imaging/pipelines/hemorrhage/blast-ct/tiles.ts';
import { hemorrhagePipeline } from '../../../../src/imaging/pipelines/hemorrhage/index.ts';
import type { PipelineResult } from '../../../../src/imaging/pipelines/pipeline.ts';
import { evenVolume } from '../../../../src/imaging/volume/even-volume.ts';
import { slabStack } from '../../../../src/imaging/volume/slab-stack.ts';
import type { Volume } from '../../../../src/imaging/volume/volume.ts';
import { InferenceError, type InferenceEngine } from '../../../../src/inference/engine.ts';
import { DEEP_LEFT, ellipsoidMl, ncctSeries } from '../../../support/ncct-study.ts';
import { volumeByDensityOnnx } from '../../../support/tiny-onnx.ts';

// Whole heads on a machine under load.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const SMALL = { tile: 6, margin: 4, step: 3 };

function ellipsoid([nx, ny, nz]: Point, inside: (p: Point) => boolean): Uint8Array {
  return Uint8Array.from({ length: nx * ny * nz }, (_, at) =>
    inside([at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))]) ? 1 : 0,
  );
}

describe('tiles', () => {
  const size: Point = [31, 40, 22];
  const wanted = ellipsoid(size, ([i, j, k]) => Math.hypot((i - 16) / 11, (j - 21) / 15, (k - 10) / 8) < 1);

  it('cover every wanted voxel once, begin on multiples of the step and leave the rest out', () => {
    const tiles = planTiles(wanted, size, SMALL);
    const covered = new Uint8Array(wanted.length);
    for (const [x, y, z] of tiles) {
      expect([x % 3, y % 3, z % 3]).toEqual([0, 0, 0]);
      for (let k = z; k < Math.min(z + 6, size[2]); k++) {
        for (let j = y; j < Math.min(y + 6, size[1]); j++) {
          for (let i = x; i < Math.min(x + 6, size[0]); i++) {
            const at = (k * size[1] + j) * size[0] + i;
            covered[at] = (covered[at] ?? 0) + 1;
          }
        }
      }
    }
    expect(Math.max(...covered)).toBe(1);
    expect(wanted.every((one, at) => one === 0 || covered[at] === 1)).toBe(true);
    // Of the 6 × 7 × 4 tiles of the whole volume.
    expect(tiles.length).toBeLessThan(110);
    expect(planTiles(new Uint8Array(wanted.length), size, SMALL)).toEqual([]);
  });

  it('see what lies around them; beyond the volume its border goes on, and gaps are air', () => {
    const values = Float32Array.from({ length: 1000 }, (_, at) => at);
    values[0] = NaN;
    const seen = seenByTile({ values, size: [10, 10, 10] }, [3, 0, 6], SMALL, -1000);
    const at = (i: number, j: number, k: number): number | undefined => seen[(k * 14 + j) * 14 + i];
    expect(at(4, 4, 4)).toBe(603);
    expect(at(4, 0, 4)).toBe(603);
    expect(at(13, 4, 4)).toBe(609);
    expect(at(4, 4, 13)).toBe(903);
    expect(seenByTile({ values, size: [10, 10, 10] }, [0, 0, 0], SMALL, -1000)[0]).toBe(-1000);
  });
});

describe('fine voxels onto slabs', () => {
  // Right, front and up positive; slices of 2.5 mm, of which two are a slab.
  const affine: Affine = [-0.8, 0, 0, 40, 0, -0.8, 0, 30, 0, 0, 2.5, -20];
  const size: Point = [90, 70, 16];
  const linear = ([x, y, z]: Point): number => 0.5 + x / 200 + y / 150 - z / 100;
  const volume: Volume = {
    ...{ size, affine, unit: 'HU' },
    values: Float32Array.from({ length: 90 * 70 * 16 }, (_, at) =>
      linear(transform(affine, [at % 90, Math.floor(at / 90) % 70, Math.floor(at / 6300)])),
    ),
  };
  const slabs = slabStack(volume, { pixelMm: 1.2, slabMm: 5, outside: 0 });
  const fine = evenVolume(volume, 1);
  const onto = (of: (value: number) => number): Float32Array => {
    const [nx, ny, nz] = fine.size;
    const sum = new Float32Array(slabs.values.length);
    const add = ontoSlabs(fine, slabs);
    for (const begin of planTiles(new Uint8Array(nx * ny * nz).fill(1), fine.size, { ...SMALL, tile: 15 })) {
      add({ begin, tile: 15, values: seenByTile(fine, begin, { ...SMALL, tile: 15, margin: 0 }, 0).map(of) }, sum);
    }
    return sum;
  };

  it('give the mean over each voxel: the same as of the image itself', () => {
    const [nx, ny, nz] = slabs.size;
    onto((value) => value).forEach((value, at) => {
      const [i, j, k] = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))];
      const isRim = i < 2 || j < 2 || k < 1 || i > nx - 3 || j > ny - 3 || k > nz - 2;
      // 0.2 mm along the steepest axis.
      if (!isRim) expect(Math.abs(value - (slabs.values[at] ?? NaN))).toBeLessThan(0.002);
    });
  });

  it('are worth one altogether, at the border as well', () => {
    for (const value of onto(() => 1)) expect(value).toBeCloseTo(1, 4);
  });
});

describe('a hemorrhage measured with BLAST-CT', () => {
  let session: InferenceSession;
  const asked: string[] = [];
  const engine: InferenceEngine = {
    infer: async ({ model, inputs }) => {
      asked.push(model);
      const [input] = inputs;
      if (model !== BLAST_CT_MODEL || input === undefined) throw new InferenceError('unknown-model', model);
      const hu = new OrtTensor('float32', input.data as Float32Array, input.shape);
      const { probability } = await session.run({ hu });
      if (!(probability?.data instanceof Float32Array)) throw new Error('no answer');
      const { data, dims } = probability;
      return {
        model: { name: model, version: '2.0.0', digest: 'test' },
        outputs: [{ name: 'probability', datatype: 'FP32', shape: dims, data }],
        ranOn: 'cpu',
        milliseconds: 1,
      };
    },
    close: () => Promise.resolve(),
  };
  const ventricle = { at: [-12, 0, 10], half: [8, 24, 12], hu: 80 } as const;
  const surface = { at: [0, -70, 20], half: [22, 7, 22], hu: 102 } as const;
  let result: PipelineResult;

  beforeAll(async () => {
    session = await InferenceSession.create(volumeByDensityOnnx(TILING), { intraOpNumThreads: 1, logSeverityLevel: 3 });
    result = await hemorrhagePipeline().run(
      {
        series: [ncctSeries({ bleedings: [DEEP_LEFT, ventricle, surface], noiseHu: 1 })],
        lastKnownWell: null,
        overrides: {},
      },
      {
        engine,
        figuresOf: (network) =>
          network === BLAST_CT_MODEL ? { identity: '1', thresholds: {}, detectionFloors: {} } : undefined,
        progress: () => undefined,
        signal: new AbortController().signal,
      },
    );
  });

  afterAll(async () => {
    await session.release();
  });

  const valueOf = (kind: string): number => Number(result.findings.find((one) => one.kind === kind)?.value);

  it('asks that network alone of the two, and names it', () => {
    expect(result.state).toBe('final');
    expect(asked).not.toContain('hemorrhage');
    expect(result.model).toMatchObject({ name: 'blast-ct', version: '2.0.0' });
  });

  it('finds each kind of blood with its volume, on the right side', () => {
    expect(result.findings.find(({ kind }) => kind === 'hemorrhage')?.value).toBe('present');
    for (const [kind, blood, least] of [
      ['intraparenchymal-volume', DEEP_LEFT, 0.85],
      // Thin: the graph drops voxels that are mixed with what lies beside them.
      ['intraventricular-volume', ventricle, 0.7],
      ['extra-axial-volume', surface, 0.7],
    ] as const) {
      expect(valueOf(kind) / ellipsoidMl(blood)).toBeGreaterThan(least);
      expect(valueOf(kind) / ellipsoidMl(blood)).toBeLessThan(1.2);
    }
    expect(result.findings.find(({ kind }) => kind === 'hematoma-side')?.value).toBe('left');
    expect(valueOf('hematoma-shape-grade')).toBe(1);
  });

  it('says nothing of subarachnoid blood, not even that there is none, and says why', () => {
    expect(result.findings.map(({ kind }) => kind)).not.toContain('subarachnoid-volume');
    expect(result.quality).toContainEqual(expect.objectContaining({ code: 'subarachnoid-not-told-apart' }));
    for (const { quality } of result.findings) {
      expect(quality.map(({ code }) => code)).toContain('subarachnoid-not-told-apart');
    }
  });

  it('spans the members with its interval', () => {
    const interval = result.findings.find(({ kind }) => kind === 'intraparenchymal-volume')?.interval;
    expect(interval?.basis).toBe('ensemble members and threshold jitter');
    // The less certain member is cut a little further inside.
    expect(interval?.low).toBeLessThan(valueOf('intraparenchymal-volume'));
  });
});
