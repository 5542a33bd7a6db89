/** The shipped head-anatomy network on images that no expert has labeled: what must hold all the same. */
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { transform } from '../../../src/imaging/affine.ts';
import {
  type Anatomy,
  headAnatomy,
  INTRACRANIAL,
  labelOf,
  labelsOn,
  maskOf,
  rightOfPlane,
  type SidedStructure,
} from '../../../src/imaging/anatomy/index.ts';
import { TEMPLATE_CENTERS } from '../../../src/imaging/anatomy/template-centers.ts';
import { readNifti } from '../../../src/imaging/nifti.ts';
import { buildVolume } from '../../../src/imaging/volume/build-volume.ts';
import type { Volume } from '../../../src/imaging/volume/volume.ts';
import { inProcessEngine } from '../../support/in-process-engine.ts';
import { geHeadCt, hasGeHeadCt, readingFrom } from '../../support/ge-head-ct.ts';

const MODEL = new URL('../../../models/head-anatomy/', import.meta.url);
const TEMPLATE = new URL('../../../../shared/data/ct-template/scct.nii.gz', import.meta.url);
if (!existsSync(TEMPLATE)) process.stdout.write('skipped: ../shared/data/ct-template is not beside the checkout\n');
const SLOW = 600_000;

const engine = inProcessEngine();
afterAll(() => engine.close());

/** mm */
function centerOf({ labels, grid }: Anatomy, label: number): readonly [number, number, number] {
  const [nx, ny] = grid.size;
  const sum = [0, 0, 0];
  let count = 0;
  labels.forEach((found, at) => {
    if (found !== label) return;
    const place = transform(grid.affine, [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))]);
    place.forEach((mm, axis) => (sum[axis] = (sum[axis] ?? 0) + mm));
    count++;
  });
  return sum.map((mm) => mm / count) as unknown as readonly [number, number, number];
}

function flippedRows({ size, values, ...volume }: Volume, axis: 1 | 2): Volume {
  const [nx, ny, nz] = size;
  const out = new Float32Array(values.length);
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const from = nx * (axis === 1 ? ny - 1 - j + ny * k : j + ny * (nz - 1 - k));
      out.set(values.subarray(from, from + nx), nx * (j + ny * k));
    }
  }
  return { ...volume, size, values: out };
}

describe('labels.json of the model', () => {
  it('has the numbers, sides and centers that the product uses', () => {
    const rows = JSON.parse(readFileSync(new URL('labels.json', MODEL), 'utf8')) as {
      label: number;
      structure: string;
      side: 'left' | 'right' | null;
      centerMm?: [number, number, number];
      ml?: number;
    }[];
    for (const { label, structure, side } of rows) {
      const number = side === null ? labelOf(structure as 'pons') : labelOf(structure as SidedStructure, side);
      expect(number).toBe(label);
    }
    const centers = rows.filter(({ label }) => label >= 3).map(({ label, centerMm, ml }) => ({ label, centerMm, ml }));
    expect(TEMPLATE_CENTERS).toEqual(centers);
  });
});

describe.skipIf(!existsSync(TEMPLATE))('the average head of the CT template', () => {
  // Read in the tests: what stands here runs where the file is missing, too.
  const averageHead = (): Volume => {
    const image = readNifti(readFileSync(TEMPLATE));
    const values = Float32Array.from(image.values, (stored) => {
      const c = image.slope * stored + image.intercept;
      return c < 900 ? c - 1024 : c < 3100 ? (c - 2264) / 11 : c - 3024;
    });
    return { size: image.size, affine: image.affine, values, unit: 'HU' };
  };

  it(
    'has its structures where the template has them, left on the left',
    async () => {
      const volume = averageHead();
      const anatomy = await headAnatomy(volume, 'ct', engine);
      expect(anatomy.quality).toEqual([]);
      for (const structure of ['lentiform', 'thalamus', 'm1', 'm3', 'm5', 'superiorCerebellum', 'pca'] as const) {
        for (const side of ['left', 'right'] as const) {
          const label = labelOf(structure, side);
          const [x, y, z] = centerOf(anatomy, label);
          const wanted = TEMPLATE_CENTERS.find((row) => row.label === label)?.centerMm ?? [0, 0, 0];
          expect(Math.hypot(x - wanted[0], y - wanted[1], z - wanted[2]), `${structure} ${side}`).toBeLessThan(8);
          expect(Math.sign(x)).toBe(side === 'left' ? -1 : 1);
        }
      }
      const origin = transform(anatomy.toTemplate ?? volume.affine, [0, 0, 0]);
      expect(Math.hypot(...origin)).toBeLessThan(6);
      expect(anatomy.midlineShift?.mm ?? NaN).toBeLessThan(2.5);
      expect(
        Math.abs(rightOfPlane(anatomy.midline ?? { point: [99, 0, 0], normal: [1, 0, 0], spreadMm: 0 }, [0, 0, 20])),
      ).toBeLessThan(2.5);
    },
    SLOW,
  );

  it.each([
    ['upside down', 2],
    ['back to front', 1],
  ] as const)(
    'is not taken as it lies when it is %s',
    async (_, axis) => {
      const { quality } = await headAnatomy(flippedRows(averageHead(), axis), 'ct', engine);
      expect(quality.map(({ code }) => code)).toContain('head-upside-down');
      expect(quality.some(({ severity }) => severity === 'refuses')).toBe(true);
    },
    SLOW,
  );
});

describe('what is no head', () => {
  it.each(['ct', 'mr'] as const)(
    'is refused (%s)',
    async (modality) => {
      const size = [60, 60, 40] as const;
      const values = new Float32Array(60 * 60 * 40);
      for (let at = 0, seed = 7; at < values.length; at++) {
        seed = (seed * 16_807) % 2_147_483_647;
        const [x, z] = [(at % 60) - 30, Math.floor(at / 3600) - 20];
        // A cylinder that lies across.
        values[at] = x * x + z * z < 225 ? 40 + (seed % 10) : modality === 'ct' ? -1000 : 0;
      }
      const volume: Volume = {
        size,
        affine: [-3, 0, 0, 90, 0, -3, 0, 90, 0, 0, 3, -60],
        values,
        unit: modality === 'ct' ? 'HU' : 'signal',
      };
      const { quality } = await headAnatomy(volume, modality, engine);
      expect(quality.some(({ severity }) => severity === 'refuses')).toBe(true);
    },
    SLOW,
  );
});

describe.skipIf(!hasGeHeadCt)('a real head CT beside the checkout (../shared/data/ge-head-ct)', () => {
  it(
    'has a brain of the size of one, fluid in its ventricles, and a plane that follows the turned head',
    async () => {
      const files = geHeadCt();
      const slices = files.map(({ header }) => ({ header, frame: 0 }));
      const { image } = await buildVolume(slices, readingFrom(files), { unit: 'HU' });
      const anatomy = await headAnatomy(image, 'ct', engine);
      expect(anatomy.quality.filter(({ severity }) => severity === 'refuses')).toEqual([]);
      expect(anatomy.brainMl).toBeGreaterThan(1000);
      expect(anatomy.brainMl).toBeLessThan(1600);
      const labels = labelsOn(anatomy, image);
      const ventricles = maskOf(labels, ['lateralVentricle']);
      const inside = image.values.filter((_, at) => ventricles[at] === 1).toSorted();
      const skull = image.values.filter((_, at) => labels[at] === labelOf('headTissue')).toSorted();
      expect(inside[inside.length >> 1] ?? NaN).toBeLessThan(22);
      const brain = maskOf(labels, INTRACRANIAL);
      const tissue = image.values.filter((_, at) => brain[at] === 1).toSorted();
      expect(tissue[tissue.length >> 1] ?? NaN).toBeGreaterThan(20);
      expect(tissue[tissue.length >> 1] ?? NaN).toBeLessThan(50);
      expect(skull.length).toBeGreaterThan(0);
      const normal = anatomy.midline?.normal ?? [1, 0, 0];
      const degrees = Math.abs((Math.atan2(normal[1], normal[0]) * 180) / Math.PI);
      // Read on the images: the nose points about ten degrees aside.
      expect(degrees).toBeGreaterThan(5);
      expect(degrees).toBeLessThan(17);
    },
    SLOW,
  );
});
