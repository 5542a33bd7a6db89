/**
 * Dice of the ventricles as the network draws them and as the product does with the image, of the heads that
 * `python -m stroke_imaging.head_anatomy evaluate` leaves in its work folder: median of each contrast; of real heads milliliters.
 *
 *     node --import tsx test/support/ventricle-accuracy.ts models/training/work/head-anatomy/shift > models/head-anatomy/ventricles.json
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { maskOf, VENTRICLES } from '../../src/imaging/anatomy/index.ts';
import { ventriclesByImage } from '../../src/imaging/anatomy/ventricles.ts';
import { type NiftiImage, readNifti } from '../../src/imaging/nifti.ts';
import { dice } from './dice.ts';

const folder = process.argv[2] ?? '.';
const read = (head: string, kind: string): NiftiImage =>
  readNifti(readFileSync(join(folder, `${head}-${kind}.nii.gz`)));
const labelsIn = (head: string, kind: string): Uint8Array => Uint8Array.from(read(head, kind).values);
const ventriclesOf = (labels: Uint8Array): Uint8Array => maskOf(labels, VENTRICLES);

interface Drawn {
  readonly network: Uint8Array;
  readonly product: Uint8Array;
}

/** Ventricles of a head as the network draws them, and as the product does. */
function drawn(head: string): Drawn {
  const { values, size, affine } = read(head, 'image');
  const image = Float32Array.from(values, (value) => (Number.isNaN(value) ? 0 : value));
  const covered = Uint8Array.from(values, (value) => (Number.isNaN(value) ? 0 : 1));
  const found = labelsIn(head, 'found');
  const confidence = Float32Array.from(read(head, 'confidence').values);
  const product = ventriclesByImage(found, confidence, { grid: { size, affine }, image, covered });
  return { network: ventriclesOf(found), product: ventriclesOf(product) };
}

/** As numpy's median. */
function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? NaN) + (sorted[Math.floor(half)] ?? NaN)) / 2;
}
const round = (x: number): number => Math.round(x * 1000) / 1000;
const milliliters = (mask: Uint8Array): number => round(mask.reduce((sum, inside) => sum + inside, 0) * 0.027);

const heads = readdirSync(folder).flatMap((name) => /^(.+)-image\.nii\.gz$/.exec(name)?.[1] ?? []);
const dices = new Map<string, { network: number; product: number }[]>();
const real: Record<string, { networkMl: number; productMl: number }> = {};
for (const head of heads) {
  const { network, product } = drawn(head);
  if (!existsSync(join(folder, `${head}-true.nii.gz`))) {
    real[head] = { networkMl: milliliters(network), productMl: milliliters(product) };
    continue;
  }
  const truth = ventriclesOf(labelsIn(head, 'true'));
  const contrast = head.replace(/-\d+$/, '');
  dices.set(contrast, [
    ...(dices.get(contrast) ?? []),
    { network: dice(truth, network), product: dice(truth, product) },
  ]);
}

const contrasts = [...dices].map(([contrast, rows]) => ({
  [contrast]: {
    heads: rows.length,
    network: round(middle(rows.map(({ network }) => network))),
    product: round(middle(rows.map(({ product }) => product))),
    lowest: round(Math.min(...rows.map(({ product }) => product))),
  },
}));
process.stdout.write(`${JSON.stringify({ contrasts: Object.assign({}, ...contrasts) as object, real }, null, 2)}\n`);
