/**
 * Ventricles with the border that the image shows: the network draws them too round, while fluid differs from brain in every
 * usual contrast. Voxels that touch the ventricles of the network, and those at their border, go to the side they look like.
 */
import type { Point } from '../affine.ts';
import { components } from '../lesion/components.ts';
import { median } from '../pipelines/perfusion/tissue-mask.ts';
import { BRAIN, VENTRICLES } from './labels.ts';
import type { NetworkInput } from './network-input.ts';
import { maskOf } from './regions.ts';

/** Below so many voxels of 27 microliters nothing can be learned about fluid or brain. */
const LEAST_VOXELS = { ventricles: 20, fluid: 10, brain: 20 } as const;
/** Probability of a ventricle from which on a voxel counts as fluid, where the ventricles are too thin to have an inside. */
const SURE = 0.7;
/** Standard deviations of brain, and share of the window, by which fluid must differ: less, and the labels stay as they are. */
const LEAST_CONTRAST = { deviations: 1, window: 0.04 } as const;
/** How far from brain to fluid a voxel must lie to be fluid. Set on 42 random heads, apart from those of the card. */
const SHARE = 0.6;
/** What lies so far beyond brain, away from fluid, in units of their difference, is blood or contrast: a ventricle stays one. */
const FILLED = 0.5;
const DEVIATIONS_OF_MEDIAN = 1.4826;

/**
 * @param labels of the network, on the grid of `input`
 * @param confidence of the labels, 0 to 1
 * @returns labels in which only ventricles and the brain beside them changed; the same ones where fluid does not stand out
 */
export function ventriclesByImage(
  labels: Uint8Array,
  confidence: Float32Array,
  { image, covered, grid: { size } }: NetworkInput,
): Uint8Array {
  const ventricles = maskOf(labels, VENTRICLES);
  const brain = maskOf(labels, BRAIN).map((inside, at) => (ventricles[at] === 1 ? 0 : inside));
  const levels = levelsOf(image, ventricles, brain, confidence, size);
  if (levels === null) return labels;
  const { fluid, sure } = levels;
  const step = fluid - levels.brain;
  /** 0 like brain, 1 like fluid. */
  const likeness = (at: number): number => ((image[at] ?? 0) - levels.brain) / step;
  const near = grown(ventricles, size);
  const wet = near.map((beside, at) =>
    beside === 1 && (ventricles[at] === 1 || brain[at] === 1) && covered[at] === 1 && likeness(at) > SHARE ? 1 : 0,
  );
  const joined = partsWith(wet, sure, size);
  const gained = joined.map((inside, at) => (ventricles[at] === 1 ? 0 : inside));
  const lost = ventricles.map((inside, at) => (inside === 1 && joined[at] === 0 && likeness(at) > -FILLED ? 1 : 0));
  const out = takenOver(labels, gained, ventricles, size);
  return takenOver(out, lost, brain, size);
}

/** Medians of fluid and of the brain around it, and the voxels that are surely fluid; null where the two do not differ. */
function levelsOf(
  image: Float32Array,
  ventricles: Uint8Array,
  brain: Uint8Array,
  confidence: Float32Array,
  size: Point,
): { readonly fluid: number; readonly brain: number; readonly sure: Uint8Array } | null {
  if (count(ventricles) < LEAST_VOXELS.ventricles) return null;
  const inner = ventricles.map((inside, at) =>
    inside === 1 && neighborsOf(at, size, FACES).every((by) => ventricles[by] === 1) ? 1 : 0,
  );
  const sure =
    count(inner) >= LEAST_VOXELS.fluid
      ? inner
      : ventricles.map((inside, at) => (inside === 1 && (confidence[at] ?? 0) > SURE ? 1 : 0));
  const beside = grown(ventricles, size);
  const around = grown(beside, size).map((within, at) => (within === 1 && beside[at] === 0 ? (brain[at] ?? 0) : 0));
  if (count(sure) < LEAST_VOXELS.fluid || count(around) < LEAST_VOXELS.brain) return null;
  const valuesOf = (mask: Uint8Array): Float32Array => image.filter((_, at) => mask[at] === 1);
  const tissue = valuesOf(around);
  const levels = { fluid: median(valuesOf(sure)), brain: median(tissue), sure };
  const deviation = DEVIATIONS_OF_MEDIAN * median(tissue.map((value) => Math.abs(value - levels.brain)));
  const contrast = Math.abs(levels.fluid - levels.brain);
  return contrast < LEAST_CONTRAST.deviations * deviation || contrast < LEAST_CONTRAST.window ? null : levels;
}

/** The parts of a mask (26 neighbors) that hold a voxel of another one. */
function partsWith(mask: Uint8Array, seeds: Uint8Array, size: Point): Uint8Array {
  const out = new Uint8Array(mask.length);
  const { sizes, all } = components(mask, size, { from: [0, 0, 0], to: size });
  let from = 0;
  for (const voxels of sizes) {
    const part = all.subarray(from, from + voxels);
    if (part.some((at) => seeds[at] === 1)) for (const at of part) out[at] = 1;
    from += voxels;
  }
  return out;
}

/** Each voxel of `which` takes the label of the nearest voxel of `givers`, counted in steps through faces. */
function takenOver(labels: Uint8Array, which: Uint8Array, givers: Uint8Array, size: Point): Uint8Array {
  const out = labels.slice();
  const known = givers.slice();
  let open = indices(which);
  for (let left = -1; open.length !== left;) {
    left = open.length;
    const found = open.flatMap((at) => {
      const from = neighborsOf(at, size, FACES).find((by) => known[by] === 1);
      return from === undefined ? [] : [[at, out[from] ?? 0] as const];
    });
    for (const [at, label] of found) [out[at], known[at]] = [label, 1];
    open = open.filter((at) => known[at] !== 1);
  }
  return out;
}

type Steps = readonly Point[];
const ALL: Steps = [-1, 0, 1]
  .flatMap((k) => [-1, 0, 1].flatMap((j) => [-1, 0, 1].map((i): Point => [i, j, k])))
  .filter((step) => step.some((by) => by !== 0));
const FACES: Steps = ALL.filter((step) => step.filter((by) => by !== 0).length === 1);

/** The mask and what touches it. */
function grown(mask: Uint8Array, size: Point): Uint8Array {
  const out = mask.slice();
  for (const at of indices(mask)) for (const by of neighborsOf(at, size, ALL)) out[by] = 1;
  return out;
}

function neighborsOf(at: number, [nx, ny, nz]: Point, steps: Steps): number[] {
  const [i, j, k] = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))];
  return steps.flatMap(([di, dj, dk]) => {
    const [x, y, z] = [i + di, j + dj, k + dk];
    return x < 0 || y < 0 || z < 0 || x >= nx || y >= ny || z >= nz ? [] : [x + nx * (y + ny * z)];
  });
}

const indices = (mask: Uint8Array): number[] => [...mask.keys()].filter((at) => mask[at] === 1);

const count = (mask: Uint8Array): number => mask.reduce((sum, inside) => sum + inside, 0);
