/**
 * Signs in the density of the hematoma. Definitions: reference E. What the papers leave open (least size, how a margin is
 * judged) is this project's choice and named in the settings of each finding.
 */
import { fociBelow, hypodenseFoci, neighbors, type Focus } from './foci.ts';
import { opened } from './opening.ts';
import {
  isDensityAssessable,
  mean,
  NOT_ASSESSABLE,
  quantile,
  regionInSlab,
  round,
  type Hematoma,
  type SignResult,
} from './hematoma.ts';

/** Li 2016, Stroke 47:1777: at least 28 HU darker than the hematoma around it. */
export const BLACK_HOLE_HU = 28;
/** Li 2015, Stroke 46:2119: more than 18 HU between the two parts. */
export const BLEND_HU = 18;
/** Boulouis 2016, JAMA Neurol 73:961 gives no difference: what stands out against noise. Own choice. */
export const HYPODENSITY_HU = 10;
/** Selariu 2012, Acta Radiol 53:815: no brighter than brain. Tolerance: own choice. */
export const SWIRL_TOLERANCE_HU = 5;

const slabsOf = ({ size }: Hematoma): number[] => Array.from({ length: size[2] }, (_, k) => k);
const most = (foci: readonly Focus[], of: (focus: Focus) => number): number => Math.max(0, ...foci.map(of));

/** Binary floating point must not decide at the limit. */
const reaches = (value: number, limit: number): boolean => Math.round((value - limit) * 1000) / 1000 >= 0;
const exceeds = (value: number, limit: number): boolean => Math.round((value - limit) * 1000) / 1000 > 0;

/** A dark area inside the hematoma, apart from its outer border, by 28 HU or more. */
export function blackHoleSign(hematoma: Hematoma): SignResult {
  if (!isDensityAssessable(hematoma)) return NOT_ASSESSABLE(hematoma);
  const enclosed = slabsOf(hematoma).flatMap((k) =>
    hypodenseFoci(hematoma, k, BLACK_HOLE_HU).filter((f) => !f.touchesBorder),
  );
  const differenceHu = most(enclosed, (f) => f.differenceHu);
  return {
    status: reaches(differenceHu, BLACK_HOLE_HU) ? 'present' : 'absent',
    measured: { differenceHu: round(differenceHu), areaMm2: round(most(enclosed, (f) => f.areaMm2)) },
  };
}

/** Any dark area that the hematoma encloses. */
export function hypodensitySign(hematoma: Hematoma): SignResult {
  if (!isDensityAssessable(hematoma)) return NOT_ASSESSABLE(hematoma);
  const differenceHu = most(enclosedFoci(hematoma), (f) => f.differenceHu);
  return {
    status: reaches(differenceHu, HYPODENSITY_HU) ? 'present' : 'absent',
    measured: { differenceHu: round(differenceHu), foci: hypodensities(hematoma).length },
  };
}

/** The areas that make the sign of any hypodensity. */
export const hypodensities = (hematoma: Hematoma): readonly Focus[] =>
  enclosedFoci(hematoma).filter((f) => reaches(f.differenceHu, HYPODENSITY_HU));

const enclosedFoci = (hematoma: Hematoma): readonly Focus[] =>
  slabsOf(hematoma).flatMap((k) => hypodenseFoci(hematoma, k, HYPODENSITY_HU).filter((f) => !f.touchesBorder));

/** Least area of either part of a blend, mm². Own choice. */
const BLEND_MM2 = 50;
/** Rims thinner than twice this are partial volume, mm. */
const RIM_MM = 2.4;
/** Of the difference, how much must lie within two pixels on either side: else it is a slope, no margin. Own choice. */
const MARGIN_SHARE = 0.6;

/** A darker part beside a brighter one, not enclosed by it, with a margin that the eye sees, by more than 18 HU. */
export function blendSign(hematoma: Hematoma): SignResult {
  if (!isDensityAssessable(hematoma)) return NOT_ASSESSABLE(hematoma);
  const { size, smooth, pixelMm } = hematoma;
  const [nx, ny] = size;
  let best = { differenceHu: 0, marginShare: 0 };
  for (const k of slabsOf(hematoma)) {
    const inSlab = regionInSlab(hematoma, k);
    for (const focus of hypodenseFoci(hematoma, k, BLEND_HU)) {
      if (!focus.touchesBorder) continue;
      const dark = new Uint8Array(nx * ny);
      for (const at of focus.voxels) dark[at - k * nx * ny] = 1;
      const core = opened(dark, nx, ny, RIM_MM / pixelMm);
      const darker = focus.voxels.filter((at) => core[at - k * nx * ny] === 1);
      const brighter = inSlab.filter((at) => dark[at - k * nx * ny] !== 1);
      if (Math.min(darker.length, brighter.length) * pixelMm ** 2 < BLEND_MM2) continue;
      // Medians: the blurred border between the two belongs to neither.
      const [low, high] = [darker, brighter].map((part) =>
        quantile(
          Array.from(part, (at) => smooth[at] ?? NaN),
          0.5,
        ),
      ) as [number, number];
      const near = (of: Int32Array, other: Int32Array): number[] => {
        const others = new Set(other);
        const isNear = (at: number, steps: number): boolean =>
          others.has(at) ||
          (steps > 0 && neighbors(at - k * nx * ny, nx, ny).some((n) => isNear(n + k * nx * ny, steps - 1)));
        return Array.from(of).filter((at) => isNear(at, 3));
      };
      const step = mean(smooth, near(brighter, darker)) - mean(smooth, near(darker, brighter));
      const found = { differenceHu: high - low, marginShare: Number.isNaN(step) ? 0 : step / (high - low) };
      if (found.marginShare >= MARGIN_SHARE && found.differenceHu > best.differenceHu) best = found;
    }
  }
  return {
    status: exceeds(best.differenceHu, BLEND_HU) ? 'present' : 'absent',
    measured: { differenceHu: round(best.differenceHu), marginShare: round(best.marginShare) },
  };
}

/** An area no brighter than brain inside the hematoma, on two slabs one above the other. */
export function swirlSign(hematoma: Hematoma): SignResult {
  const { brainHu, size } = hematoma;
  if (!isDensityAssessable(hematoma) || brainHu === null) return NOT_ASSESSABLE(hematoma);
  const plane = size[0] * size[1];
  const bySlab = slabsOf(hematoma).map((k) => fociBelow(hematoma, k, brainHu + SWIRL_TOLERANCE_HU));
  const pairs = bySlab.flatMap((foci, k) => {
    const above = new Set((bySlab[k + 1] ?? []).flatMap((f) => Array.from(f.voxels, (at) => at - plane)));
    return foci.filter((f) => f.voxels.some((at) => above.has(at)));
  });
  const dark = bySlab.flat().map((f) => f.meanHu);
  return {
    status: pairs.length > 0 ? 'present' : 'absent',
    measured: {
      ...(dark.length === 0 ? {} : { darkestHu: round(Math.min(...dark)) }),
      brainHu: round(brainHu),
      pairs: pairs.length,
    },
  };
}

/** Difference of the two layers, HU; how level the border lies, mm and degrees. Own choices: the definition gives none. */
const LAYER_HU = 10;
const LEVEL_SPREAD_MM = 2;
const LEVEL_DEGREES = 15;
const LEAST_WIDTH_MM = 10;

/**
 * A level border with darker fluid above settled blood. 'Above' is to the front: the patient lies on the back, as in nearly
 * every head CT; the image does not say when it is otherwise.
 */
export function fluidLevelSign(hematoma: Hematoma): SignResult {
  if (!isDensityAssessable(hematoma)) return NOT_ASSESSABLE(hematoma);
  let best: Readonly<Record<string, number>> = {};
  for (const k of slabsOf(hematoma)) {
    const found = levelIn(hematoma, k);
    if (found !== null && (found['differenceHu'] ?? 0) > (best['differenceHu'] ?? 0)) best = found;
  }
  return { status: (best['differenceHu'] ?? 0) >= LAYER_HU ? 'present' : 'absent', measured: best };
}

/** Splits each column of pixels where its front differs most from its back, and asks whether the splits form a level line. */
function levelIn(hematoma: Hematoma, k: number): Readonly<Record<string, number>> | null {
  const { size, smooth, pixelMm } = hematoma;
  const [nx, ny] = size;
  const columns = new Map<number, { j: number; hu: number }[]>();
  for (const at of regionInSlab(hematoma, k)) {
    const i = at % nx;
    columns.set(i, [...(columns.get(i) ?? []), { j: Math.floor(at / nx) % ny, hu: smooth[at] ?? NaN }]);
  }
  const splits = [...columns].flatMap(([i, pixels]) => {
    const split = splitOf(pixels);
    return split === null ? [] : [{ i, ...split }];
  });
  if (splits.length * pixelMm < LEAST_WIDTH_MM || splits.length < 0.6 * columns.size) return null;
  const mi = splits.reduce((s, { i }) => s + i, 0) / splits.length;
  const mj = splits.reduce((s, { j }) => s + j, 0) / splits.length;
  const slope =
    splits.reduce((s, { i, j }) => s + (i - mi) * (j - mj), 0) / splits.reduce((s, { i }) => s + (i - mi) ** 2, 0);
  const spread = Math.sqrt(splits.reduce((s, { i, j }) => s + (j - mj - slope * (i - mi)) ** 2, 0) / splits.length);
  const degrees = Math.abs((Math.atan(slope) * 180) / Math.PI);
  if (spread * pixelMm > LEVEL_SPREAD_MM || degrees > LEVEL_DEGREES) return null;
  return {
    differenceHu: round(splits.reduce((s, { step }) => s + step, 0) / splits.length),
    spreadMm: round(spread * pixelMm),
    degrees: round(degrees),
  };
}

function splitOf(pixels: readonly { j: number; hu: number }[]): { j: number; step: number } | null {
  if (pixels.length < 6) return null;
  const sorted = pixels.toSorted((a, b) => a.j - b.j);
  const total = sorted.reduce((s, { hu }) => s + hu, 0);
  let [front, best] = [0, { j: 0, step: -Infinity, between: -Infinity }];
  for (let n = 1; n < sorted.length; n++) {
    front += sorted[n - 1]?.hu ?? 0;
    const step = (total - front) / (sorted.length - n) - front / n;
    const between = n * (sorted.length - n) * step * Math.abs(step);
    if (n >= 2 && n <= sorted.length - 2 && between > best.between) best = { j: sorted[n]?.j ?? 0, step, between };
  }
  return best.step >= LAYER_HU ? { j: best.j, step: best.step } : null;
}

/** Least of dark spots for a heterogeneous density (grade 3 of 5). */
const DENSITY_GRADES = [1, 2, 2, 3, 4, 5] as const;

/**
 * Heterogeneity of density in the slab of the largest area, after Barras 2009, Stroke 40:1325 (1 homogeneous to 5; 3 and more:
 * three and more dark spots). The paper grades by eye; counting spots is this project's reading of it.
 */
export function densityGrade(hematoma: Hematoma): { readonly grade: number | null; readonly foci: number } {
  if (!isDensityAssessable(hematoma)) return { grade: null, foci: 0 };
  const foci = hypodenseFoci(hematoma, hematoma.largestSlab, HYPODENSITY_HU).filter(
    (f) => reaches(f.differenceHu, HYPODENSITY_HU) && !f.touchesBorder,
  ).length;
  return { grade: DENSITY_GRADES[Math.min(foci, 5)] ?? 5, foci };
}
