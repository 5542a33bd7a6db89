/** Does a slice show a head? Measured on the pixels of one axial slice, whatever its header says. */

export interface SlicePixels {
  /** Row by row; padding NaN. */
  readonly values: Float32Array;
  readonly columns: number;
  readonly rows: number;
  /** Millimeters between rows, then between columns. */
  readonly pixelSpacing: readonly [number, number];
}

export interface CtSlice {
  /** A skull all around, of the size of a head, with soft tissue inside. */
  readonly isHead: boolean;
  /** Across the body, left to right of the image. */
  readonly widthMm: number;
  /** Share of the inside of the skull that is as bright as contrast in vessels; null where there is no brain. */
  readonly vesselShare: number | null;
  /** Spread of HU in the inside, between the quartiles; water in a phantom has little but noise. */
  readonly insideSpreadHu: number | null;
  /** Share of the directions from the middle in which bone is met near the surface. */
  readonly skullShare: number;
  /** Inside of the skull, with a margin. */
  readonly insideMm2: number;
  /** A sample of the pixels of the inside. */
  readonly inside: Float32Array;
  /** Column and row of the middle of the skull, from its inner wall. */
  readonly middle: readonly [number, number];
}

const DIRECTIONS = 72;
const BODY_HU = -300;
const BONE_HU = 250;
/** Bone of the skull begins at most so far below the surface (scalp, ears, muscles of the temple). */
const SCALP_MM = 28;
/** The inner table is passed with this margin before anything counts as inside. */
const MARGIN_MM = 6;
const SAMPLE_MM = 0.9;
const CONTRAST_HU = [150, 600] as const;
/** Adult and child; the caps near the vertex are smaller and count by their ring of bone alone. */
const HEAD_WIDTH_MM = [60, 220] as const;
const HEAD_DEPTH_MM = [60, 270] as const;

export function ctSlice(slice: SlicePixels): CtSlice {
  const body = bodyBox(slice);
  if (body === undefined) {
    const inside = new Float32Array();
    return {
      isHead: false,
      widthMm: 0,
      vesselShare: null,
      insideSpreadHu: null,
      skullShare: 0,
      insideMm2: 0,
      inside,
      middle: [0, 0],
    };
  }
  const skull = skullRadii(slice, body);
  const skullShare = skull.filter((radius) => radius !== undefined).length / DIRECTIONS;
  const inside = insideOf(slice, body, skull);
  const soft = inside.values.filter((hu) => hu > -10 && hu < 100).length / Math.max(1, inside.values.length);
  const isSized = within(body.widthMm, HEAD_WIDTH_MM) && within(body.depthMm, HEAD_DEPTH_MM);
  const isHead = isSized && skullShare >= 0.6 && inside.areaMm2 >= 2000 && soft >= 0.5;
  const isBrain = isHead && inside.areaMm2 >= 5000 && soft >= 0.85;
  const bright = inside.values.filter((hu) => hu >= CONTRAST_HU[0] && hu <= CONTRAST_HU[1]).length;
  return {
    isHead,
    widthMm: body.widthMm,
    vesselShare: isBrain ? bright / inside.values.length : null,
    insideSpreadHu: inside.values.length < 100 ? null : quartileSpread(inside.values),
    skullShare,
    insideMm2: inside.areaMm2,
    inside: inside.values,
    middle: middleOf(slice, body, skull),
  };
}

const within = (value: number, [low, high]: readonly [number, number]): boolean => value >= low && value <= high;

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly widthMm: number;
  readonly depthMm: number;
}

/**
 * The box of the largest part of the slice above a threshold, on a grid of about 2 mm. Head holder and table are
 * other parts, or thin.
 */
export function bodyBox(slice: SlicePixels, threshold: number = BODY_HU): Box | undefined {
  const [betweenRows, betweenColumns] = slice.pixelSpacing;
  const step = Math.max(1, Math.round(2 / Math.min(betweenRows, betweenColumns)));
  const [nx, ny] = [Math.floor(slice.columns / step), Math.floor(slice.rows / step)];
  const set = new Uint8Array(nx * ny);
  for (let j = 0; j < ny; j++) {
    for (let i = 0; i < nx; i++) {
      if ((slice.values[j * step * slice.columns + i * step] ?? NaN) > threshold) set[i + nx * j] = 1;
    }
  }
  const part = largestPart(set, nx, ny);
  if (part === undefined || part.count * (step * betweenRows) * (step * betweenColumns) < 1500) return undefined;
  return {
    left: part.left * step,
    right: part.right * step,
    top: part.top * step,
    bottom: part.bottom * step,
    widthMm: (part.right - part.left + 1) * step * betweenColumns,
    depthMm: (part.bottom - part.top + 1) * step * betweenRows,
  };
}

function largestPart(
  set: Uint8Array,
  nx: number,
  ny: number,
): { count: number; left: number; right: number; top: number; bottom: number } | undefined {
  const seen = new Uint8Array(set.length);
  const queue = new Int32Array(set.length);
  let best: { count: number; left: number; right: number; top: number; bottom: number } | undefined;
  for (let start = 0; start < set.length; start++) {
    if (set[start] !== 1 || seen[start] === 1) continue;
    const part = { count: 0, left: nx, right: 0, top: ny, bottom: 0 };
    let [head, tail] = [0, 0];
    queue[tail++] = start;
    seen[start] = 1;
    while (head < tail) {
      const at = queue[head++] ?? 0;
      const [i, j] = [at % nx, Math.floor(at / nx)];
      part.count++;
      part.left = Math.min(part.left, i);
      part.right = Math.max(part.right, i);
      part.top = Math.min(part.top, j);
      part.bottom = Math.max(part.bottom, j);
      for (const [di, dj] of NEIGHBORS) {
        const [x, y] = [i + di, j + dj];
        const next = x + nx * y;
        if (x < 0 || y < 0 || x >= nx || y >= ny || set[next] !== 1 || seen[next] === 1) continue;
        seen[next] = 1;
        queue[tail++] = next;
      }
    }
    if (part.count > (best?.count ?? 0)) best = part;
  }
  return best;
}

const NEIGHBORS = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const;

const center = (box: Box): readonly [number, number] => [(box.left + box.right) / 2, (box.top + box.bottom) / 2];

/** Per direction the radius in mm at which the skull ends inwards; undefined where no bone lies near the surface. */
function skullRadii(slice: SlicePixels, box: Box): (number | undefined)[] {
  const reach = Math.hypot(box.widthMm, box.depthMm) / 2;
  return Array.from({ length: DIRECTIONS }, (_, d) => {
    let surface: number | undefined;
    let inBone = false;
    for (let radius = reach; radius > 4; radius--) {
      const hu = along(slice, box, d, radius);
      if (surface === undefined) {
        if (hu > BODY_HU && along(slice, box, d, radius - 3) > BODY_HU) surface = radius;
        continue;
      }
      if (hu > BONE_HU) inBone = true;
      // Two millimeters below bone: air cells and diploe do not end the skull.
      else if (inBone && along(slice, box, d, radius - 1) <= BONE_HU && along(slice, box, d, radius - 2) <= BONE_HU) {
        return radius;
      }
      if (!inBone && surface - radius > SCALP_MM) return undefined;
    }
    return undefined;
  });
}

function along(
  { values, columns, rows, pixelSpacing }: SlicePixels,
  box: Box,
  direction: number,
  radius: number,
): number {
  const angle = (2 * Math.PI * direction) / DIRECTIONS;
  const [x, y] = center(box);
  const column = Math.round(x + (radius * Math.cos(angle)) / pixelSpacing[1]);
  const row = Math.round(y + (radius * Math.sin(angle)) / pixelSpacing[0]);
  if (column < 0 || row < 0 || column >= columns || row >= rows) return -1000;
  const value = values[row * columns + column] ?? NaN;
  return Number.isNaN(value) ? -1000 : value;
}

function insideOf(
  { values, columns, pixelSpacing }: SlicePixels,
  box: Box,
  skull: readonly (number | undefined)[],
): { values: Float32Array; areaMm2: number } {
  const [x, y] = center(box);
  // A sample is enough: pixels of about a millimeter.
  const step = Math.max(1, Math.round(SAMPLE_MM / Math.max(...pixelSpacing)));
  const found = new Float32Array(
    Math.ceil((box.bottom - box.top + 1) / step) * Math.ceil((box.right - box.left + 1) / step),
  );
  let count = 0;
  for (let row = box.top; row <= box.bottom; row += step) {
    for (let column = box.left; column <= box.right; column += step) {
      const [dx, dy] = [(column - x) * pixelSpacing[1], (row - y) * pixelSpacing[0]];
      const turn = (Math.atan2(dy, dx) / (2 * Math.PI) + 1) % 1;
      const at = Math.floor(turn * DIRECTIONS);
      // Between two directions the nearer wall counts; where one has none there is no inside.
      const [a, b] = [skull[at % DIRECTIONS], skull[(at + 1) % DIRECTIONS]];
      if (a === undefined || b === undefined || Math.hypot(dx, dy) > Math.min(a, b) - MARGIN_MM) continue;
      const value = values[row * columns + column] ?? NaN;
      if (!Number.isNaN(value)) found[count++] = value;
    }
  }
  return { values: found.slice(0, count), areaMm2: count * step * step * pixelSpacing[0] * pixelSpacing[1] };
}

/** Opposite walls are equally far from it. */
function middleOf(
  { pixelSpacing }: SlicePixels,
  box: Box,
  skull: readonly (number | undefined)[],
): readonly [number, number] {
  const [x, y] = center(box);
  let [dx, dy, pairs] = [0, 0, 0];
  for (let d = 0; d < DIRECTIONS / 2; d++) {
    const [there, back] = [skull[d], skull[d + DIRECTIONS / 2]];
    if (there === undefined || back === undefined) continue;
    const angle = (2 * Math.PI * d) / DIRECTIONS;
    // Each diameter tells the shift along itself; over all directions half of it counts twice.
    dx += (there - back) * Math.cos(angle);
    dy += (there - back) * Math.sin(angle);
    pairs++;
  }
  if (pairs === 0) return [x, y];
  return [x + dx / pairs / pixelSpacing[1], y + dy / pairs / pixelSpacing[0]];
}

function quartileSpread(values: Float32Array): number {
  const sorted = values.slice().sort();
  return (sorted[Math.floor(0.75 * sorted.length)] ?? 0) - (sorted[Math.floor(0.25 * sorted.length)] ?? 0);
}

/** MR: the outline alone. A head is an ellipse of its size; chest and abdomen are wider, limbs smaller. */
export function isMrHead(slice: SlicePixels): boolean {
  const sample = slice.values.filter((value, at) => at % 7 === 0 && value > 0).sort();
  const bright = sample[Math.floor(0.98 * sample.length)] ?? 0;
  const box = bodyBox(slice, 0.12 * bright);
  if (box === undefined) return false;
  return within(box.widthMm, [80, 230]) && within(box.depthMm, [90, 270]) && box.depthMm / box.widthMm > 0.75;
}
