/**
 * One DICOM series may hold several volumes: b 0 beside b 1000, echoes, phases, a localizer of three planes, two kernels.
 * They are told apart by what the headers say and by positions that repeat; what belongs together in time stays together.
 */
import type { InstanceHeader } from '../dicom/instance-header.ts';
import { cross, dot, frameOf, type Slice, slicesOf } from '../volume/slice.ts';
import { secondsOf } from '../volume/time-points.ts';

export interface SubSeries {
  readonly seriesUid: string;
  /** What tells it from the others of its series: 'b 1000', 'phase 2'; empty when it is the whole series. */
  readonly part: string;
  /** Empty for a series without images. */
  readonly slices: readonly Slice[];
  /** Any instance of it. */
  readonly header: InstanceHeader;
  /** Orientations that occur in the whole series. */
  readonly orientations: number;
}

/** This many moments at a position are a course in time; fewer are phases of an examination. */
export const MIN_COURSE = 8;

export function splitSeries(headers: readonly InstanceHeader[]): SubSeries[] {
  const bySeries = groups(headers, ({ seriesUid }) => seriesUid);
  const parts = [...bySeries.values()].flatMap((instances) => {
    const [header] = instances as [InstanceHeader];
    const slices = slicesOf(instances);
    if (slices.length === 0) return [{ seriesUid: header.seriesUid, part: '', slices, header, orientations: 0 }];
    return partsOf(slices);
  });
  return joinedCourses(parts);
}

/** Wide detectors send a perfusion as one series for each moment: many series of the same place at different times. */
function joinedCourses(parts: readonly SubSeries[]): SubSeries[] {
  const alikeParts = [...groups(parts, placeOf).values()];
  return alikeParts.flatMap((members) => {
    const [first, ...others] = members as [SubSeries, ...SubSeries[]];
    const moments = new Set(members.map(({ slices }) => slices[0] && frameOf(slices[0]).acquiredAt));
    const isCourse =
      placeOf(first) !== first.seriesUid && members.length >= MIN_COURSE && moments.size === members.length;
    if (!isCourse) return members;
    const slices = [first, ...others].flatMap((member) => member.slices);
    return [{ ...first, slices, part: `${members.length} series over time` }];
  });
}

/** The same for parts that show one place in one way; the UID for what is no single volume. */
function placeOf({ seriesUid, part, slices }: SubSeries): string {
  const [first] = slices;
  const isWeighted = first !== undefined && frameOf(first).bValue !== null;
  if (first === undefined || isWeighted || part !== '') return part === '' ? seriesUid : `${seriesUid} ${part}`;
  const positions = byPosition(slices);
  if (positions.size !== slices.length || positions.has('nowhere')) return seriesUid;
  const { matrix, kind, echo, kernel } = traitsOf(first, new Planes());
  const plane =
    frameOf(first)
      .orientation?.map((value) => value.toFixed(3))
      .join(' ') ?? '';
  return [first.header.modality, matrix, kind, echo, kernel, plane, ...[...positions.keys()].sort()].join('|');
}

function partsOf(slices: readonly Slice[]): SubSeries[] {
  const planes = new Planes();
  const traits = slices.map((slice) => ({ slice, ...traitsOf(slice, planes) }));
  const differing = TRAITS.filter((trait) => new Set(traits.map((one) => one[trait])).size > 1);
  const groupsByTrait = groups(traits, (one) => differing.map((trait) => one[trait]).join('|'));
  const found = [...groupsByTrait.values()].flatMap((members) => {
    const [first] = members as [(typeof members)[number]];
    const name = differing
      .map((trait) => first[trait])
      .filter((text) => text !== '')
      .join(', ');
    const phases = phasesOf(members.map(({ slice }) => slice));
    return phases.map((phase, at) => ({
      slices: phase,
      part: [name, phases.length > 1 ? `phase ${at + 1}` : ''].filter((text) => text !== '').join(', '),
    }));
  });
  return found.map(({ slices: own, part }) => {
    const [{ header }] = own as [Slice];
    return { seriesUid: header.seriesUid, part, slices: own, header, orientations: planes.count };
  });
}

const TRAITS = ['matrix', 'plane', 'kind', 'bValue', 'echo', 'kernel'] as const;

function traitsOf({ header, frame }: Slice, planes: Planes): Record<(typeof TRAITS)[number], string> {
  const { pixelSpacing, bValue, echoTimeMs, orientation } = frameOf({ header, frame });
  const [rows = 0, columns = 0] = pixelSpacing ?? [];
  const { pixels } = header;
  return {
    matrix: `${pixels?.columns ?? 0}x${pixels?.rows ?? 0}x${pixels?.samplesPerPixel ?? 0} at ${columns.toFixed(2)}x${rows.toFixed(2)} mm`,
    plane: orientation === null ? 'no plane' : `plane ${planes.index(orientation) + 1}`,
    kind: kindsOf({ header, frame }).join(' '),
    // Scanners write 995 or 1005 for single directions of 1000.
    bValue: bValue === null ? '' : `b ${50 * Math.round(bValue / 50)}`,
    echo: header.modality === 'MR' && echoTimeMs !== null ? `echo ${Math.round(echoTimeMs)} ms` : '',
    kernel: header.modality === 'CT' ? (header.convolutionKernel ?? '') : '',
  };
}

/** Values of ImageType that say what an image is; the others (filters, normalization) do not part a series. */
const KINDS =
  /^(ORIGINAL|DERIVED|SECONDARY|LOCALIZER|MPR|.*MIP|PROJECTION IMAGE|VRT|3D|REFORMATTED|ADC.*|FA|EADC|EXP_ADC|TRACEW?|.*_TRACE|B0|P|PHASE.*|R|I|REAL|IMAGINARY|PERFUSION.*|R?CBF|R?CBV|MTT|TTP|TMAX|.*MAP)$/;

/** What the image type says, of the frame where it says it for itself. */
export function kindsOf(slice: Slice): string[] {
  const { frameType } = frameOf(slice);
  const type = frameType !== undefined && frameType.length > 0 ? frameType : slice.header.imageType;
  return [...new Set(type.map((value) => value.toUpperCase()).filter((value) => KINDS.test(value)))].sort();
}

const MAX_PLANES = 50;

/** Planes that occur, within two degrees. */
class Planes {
  readonly #found: (readonly number[])[] = [];

  get count(): number {
    return this.#found.length;
  }

  index(orientation: readonly number[]): number {
    const at = this.#found.findIndex((other) => alike(other, orientation));
    if (at >= 0) return at;
    // A series in which every image lies differently is no volume: building it says so.
    if (this.#found.length < MAX_PLANES) this.#found.push(orientation);
    return this.#found.length - 1;
  }
}

function alike(a: readonly number[], b: readonly number[]): boolean {
  const part = (from: number): number =>
    [0, 1, 2].reduce((sum, at) => sum + (a[from + at] ?? 0) * (b[from + at] ?? 0), 0);
  return part(0) > 0.9994 && part(3) > 0.9994;
}

/** Slices by position: millimeters along the normal, in tenths. */
export function byPosition(slices: readonly Slice[]): Map<string, Slice[]> {
  return groups(slices, (slice) => {
    const { position, orientation: o } = frameOf(slice);
    if (position === null || o === null) return 'nowhere';
    return (10 * dot(position, cross([o[0], o[1], o[2]], [o[3], o[4], o[5]]))).toFixed(0);
  });
}

/** A few images at each position are phases, told apart by acquisition, temporal index or time; otherwise one group. */
function phasesOf(slices: readonly Slice[]): Slice[][] {
  const whole = [[...slices]];
  const positions = [...byPosition(slices).values()];
  const most = positions.reduce((count, here) => Math.max(count, here.length), 0);
  const isDiffusion = slices.some((slice) => frameOf(slice).bValue !== null);
  // Directions of diffusion belong together.
  if (most === 1 || most >= MIN_COURSE || isDiffusion) return whole;
  const ways: ((slice: Slice) => number | null)[] = [
    ({ header }) => header.acquisitionNumber,
    (slice) => frameOf(slice).temporalIndex,
    (slice) => frameOf(slice).triggerTimeMs,
  ];
  for (const way of ways) {
    const phases = [...groups(slices, (slice) => String(way(slice))).entries()].sort(
      ([a], [b]) => Number(a) - Number(b),
    );
    const isWhole = phases.every(([, phase]) => phase.length >= 0.6 * positions.length && everyPositionOnce(phase));
    if (phases.length > 1 && phases.length <= most && isWhole) return phases.map(([, phase]) => phase);
  }
  return byRankInTime(positions) ?? whole;
}

const everyPositionOnce = (slices: readonly Slice[]): boolean =>
  [...byPosition(slices).values()].every((here) => here.length === 1);

function byRankInTime(positions: readonly Slice[][]): Slice[][] | undefined {
  const phases: Slice[][] = [];
  for (const here of positions) {
    const timed = here.map((slice) => ({ slice, second: secondsOf(frameOf(slice).acquiredAt) ?? NaN }));
    timed.sort((a, b) => a.second - b.second);
    // Images of one moment are duplicates or contradictions: building the volume says which.
    const isClear = timed.every(({ second }, at) => at === 0 || second - (timed[at - 1]?.second ?? NaN) > 0.5);
    if (timed.length > 1 && !isClear) return undefined;
    timed.forEach(({ slice }, at) => (phases[at] ??= []).push(slice));
  }
  return phases.every((phase) => phase.length >= 0.6 * positions.length) ? phases : undefined;
}

function groups<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const item of items) {
    const name = key(item);
    const members = found.get(name);
    if (members === undefined) found.set(name, [item]);
    else members.push(item);
  }
  return found;
}
