/**
 * Midline shift on the true labels and on those of the network, of the heads that
 * `python -m stroke_imaging.head_anatomy evaluate` leaves in its work folder:
 *
 *     node --import tsx test/support/midline-accuracy.ts models/training/work/head-anatomy/shift > models/head-anatomy/shift.json
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { midlineOfBoth } from '../../src/imaging/anatomy/midline.ts';
import { type NiftiImage, readNifti } from '../../src/imaging/nifti.ts';

/** Signed, to the right, mm, as the mean of one or two labelings; null where it cannot be measured. */
function shiftOf(first: string, second = first): number | null {
  const [a, b] = [first, second].map((file) => readNifti(readFileSync(file))) as [NiftiImage, NiftiImage];
  const grid = { size: a.size, affine: a.affine };
  const shift = midlineOfBoth([Uint8Array.from(a.values), Uint8Array.from(b.values)], grid).midlineShift;
  if (shift === null) return null;
  return shift.at === 'septum-pellucidum' ? shift.septumMm : shift.thirdVentricleMm;
}

const folder = process.argv[2] ?? '.';
const heads = readdirSync(folder).filter((name) => name.endsWith('-true.nii.gz'));
const pairs = heads.map((name) => ({
  truth: shiftOf(join(folder, name)),
  found: shiftOf(join(folder, name.replace('-true', '-found')), join(folder, name.replace('-true', '-mirrored'))),
}));
const differences = pairs.flatMap(({ truth, found }) => (truth === null || found === null ? [] : [found - truth]));
const mean = differences.reduce((sum, x) => sum + x, 0) / differences.length;
const sd = Math.sqrt(differences.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, differences.length - 1));
const absolute = differences.map(Math.abs).toSorted((a, b) => a - b);
const round = (x: number): number => Math.round(x * 100) / 100;
process.stdout.write(
  `${JSON.stringify(
    {
      heads: pairs.length,
      unknown: pairs.filter(({ truth, found }) => truth !== null && found === null).length,
      bias: round(mean),
      sd: round(sd),
      p95: round(absolute[Math.ceil(0.95 * absolute.length) - 1] ?? NaN),
      largestTruth: round(Math.max(...pairs.map(({ truth }) => Math.abs(truth ?? 0)))),
      fiveMillimeters: {
        above: pairs.filter(({ truth }) => Math.abs(truth ?? 0) >= 5).length,
        told: pairs.filter(({ truth, found }) => Math.abs(truth ?? 0) >= 5 && Math.abs(found ?? 0) >= 5).length,
        falselyAbove: pairs.filter(({ truth, found }) => Math.abs(truth ?? 0) < 5 && Math.abs(found ?? 0) >= 5).length,
      },
    },
    null,
    2,
  )}\n`,
);
