/**
 * Which slice belongs to which time point of a CT or MR perfusion, and when it was acquired. Each position has times of
 * its own: a shuttle table is at the two ends of its way at different moments, slices of MR are interleaved.
 */
import { ImageRefusal } from '../image-refusal.ts';
import { frameOf, type Slice, sliceName } from './slice.ts';
import type { Stack } from './stack.ts';
import type { GeometryStep } from './volume.ts';

export interface TimePoints {
  /** By position, then by time point; empty: missing; several: duplicates that must be equal. */
  readonly slices: readonly (readonly (readonly Slice[])[])[];
  /** Seconds since the first image, by position and time point; of a missing image the time it should have had. */
  readonly seconds: readonly Float64Array[];
  readonly steps: readonly GeometryStep[];
}

/** Two images of a position that are nearer than this in time are the same moment. */
const SAME_MOMENT_S = 0.02;
const MIN_TIME_POINTS = 3;
const MAX_TIME_POINTS = 1000;
/** Missing images at an end by which a position may be off the others. */
const MAX_SKIP = 20;

interface Timed {
  /** Duplicates together. */
  readonly slices: Slice[];
  readonly index: number | null;
  readonly second: number;
}

/** @throws ImageRefusal 'no-times' | 'too-large' */
export function timePoints(stack: Stack): TimePoints {
  const clock = chosenClock(stack);
  const byPosition = stack.positions.map(({ slices }) => moments(slices, clock.read));
  const most = byPosition.reduce((count, position) => Math.max(count, position.length), 0);
  if (most < MIN_TIME_POINTS) {
    throw new ImageRefusal(
      'no-times',
      `the images show at most ${most} different moments: this is no perfusion series`,
    );
  }
  if (most > MAX_TIME_POINTS) throw new ImageRefusal('too-large', `the series has ${most} time points`);
  const placed = hasIndices(byPosition, most) ? byIndex(byPosition) : byTime(byPosition);
  const start = placed.reduce((first, { seconds }) => seconds.reduce((a, b) => Math.min(a, b), first), Infinity);
  const missing = placed.reduce((sum, { slices }) => sum + slices.filter((at) => at.length === 0).length, 0);
  const steps: GeometryStep[] = [
    { step: 'sorted-by-time', timePoints: placed[0]?.slices.length ?? 0, clock: clock.name },
  ];
  if (missing > 0) steps.push({ step: 'missing-images', count: missing });
  return {
    slices: placed.map(({ slices }) => slices),
    seconds: placed.map(({ seconds }) => seconds.map((second) => second - start)),
    steps,
  };
}

interface Clock {
  readonly name: string;
  readonly read: (slice: Slice) => number | null;
}

/** In the order of trust. A clock that gives (nearly) all images of a position one time tells nothing. */
const CLOCKS: readonly Clock[] = [
  { name: 'acquisition-time', read: (slice) => secondsOf(frameOf(slice).acquiredAt) },
  { name: 'trigger-time', read: (slice) => inSeconds(frameOf(slice).triggerTimeMs) },
  {
    name: 'temporal-index-and-repetition-time',
    read: (slice) => {
      const { temporalIndex, repetitionTimeMs } = frameOf(slice);
      if (temporalIndex === null || repetitionTimeMs === null || slice.header.modality !== 'MR') return null;
      return (temporalIndex * repetitionTimeMs) / 1000;
    },
  },
];

function chosenClock(stack: Stack): Clock {
  const fullest = [...stack.positions].sort((a, b) => b.slices.length - a.slices.length)[0]?.slices ?? [];
  const instances = new Set(fullest.map(({ header, frame }) => `${header.sopInstanceUid} ${frame}`)).size;
  const found = CLOCKS.find(({ read }) => {
    const times = fullest.map(read);
    // Half: an instance may be there twice under two names.
    return times.every((time) => time !== null) && new Set(times).size > instances / 2;
  });
  if (
    found !== undefined &&
    stack.positions.every(({ slices }) => slices.every((slice) => found.read(slice) !== null))
  ) {
    return found;
  }
  const [first] = fullest;
  throw new ImageRefusal(
    'no-times',
    `${first === undefined ? 'the series' : sliceName(first)} and others at its position do not tell when they were acquired: ` +
      'send the series with acquisition times',
  );
}

const inSeconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

/** Seconds on a common clock; the zone is the same in a series and is left out. */
export function secondsOf(written: string | null): number | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(\.\d+)?/.exec(written ?? '');
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 + Number(match[7] ?? 0);
}

function moments(slices: readonly Slice[], read: Clock['read']): Timed[] {
  const timed = slices
    .map((slice) => ({ slice, second: read(slice) ?? NaN, index: frameOf(slice).temporalIndex }))
    .sort((a, b) => a.second - b.second);
  const found: { slices: Slice[]; second: number; index: number | null }[] = [];
  for (const { slice, second, index } of timed) {
    const last = found.at(-1);
    if (last !== undefined && second - last.second < SAME_MOMENT_S && index === last.index) last.slices.push(slice);
    else found.push({ slices: [slice], second, index });
  }
  return found;
}

/** An index is used when it tells all moments of the fullest position apart, and runs with time everywhere. */
function hasIndices(byPosition: readonly (readonly Timed[])[], most: number): boolean {
  const all = byPosition.flat();
  const distinct = new Set(all.map(({ index }) => index)).size;
  return (
    distinct >= most &&
    distinct <= 1.5 * most &&
    all.every(({ index }) => index !== null) &&
    byPosition.every((moments) =>
      moments.every(({ index }, at) => at === 0 || (index ?? 0) > (moments[at - 1]?.index ?? 0)),
    )
  );
}

interface Placed {
  readonly slices: readonly (readonly Slice[])[];
  readonly seconds: Float64Array;
}

function byIndex(byPosition: readonly (readonly Timed[])[]): Placed[] {
  const indices = [...new Set(byPosition.flat().map(({ index }) => index ?? 0))].sort((a, b) => a - b);
  const rows = byPosition.map((moments) => indices.map((index) => moments.find((moment) => moment.index === index)));
  const reference = indices.map((_, t) => mean(rows.map((row) => row[t]?.second).filter((s) => s !== undefined)));
  return rows.map((row) => filled(row, reference));
}

/**
 * Times of the fullest position are the frame; the others are laid on it with the one shift of the clock that fits them
 * best, and moments that fit nowhere become time points of their own.
 */
function byTime(byPosition: readonly (readonly Timed[])[]): Placed[] {
  const order = [...byPosition.keys()].sort((a, b) => lengthOf(b) - lengthOf(a));
  function lengthOf(position: number): number {
    return byPosition[position]?.length ?? 0;
  }
  const frame = (byPosition[order[0] ?? 0] ?? []).map(({ second }) => second);
  const offsets = new Map<number, number>();
  for (const position of order) {
    const seconds = (byPosition[position] ?? []).map(({ second }) => second);
    const offset = bestOffset(seconds, frame);
    offsets.set(position, offset);
    const taken = new Set<number>();
    for (const second of seconds) {
      const [at, distance] = nearest(frame, second - offset);
      if (distance <= interval(frame) / 2 && !taken.has(at)) taken.add(at);
      else frame.push(second - offset);
    }
    frame.sort((a, b) => a - b);
  }
  return byPosition.map((moments, position) => {
    const offset = offsets.get(position) ?? 0;
    const row: (Timed | undefined)[] = frame.map(() => undefined);
    for (const moment of moments) {
      const [at] = nearest(frame, moment.second - offset, (index) => row[index] === undefined);
      row[at] = moment;
    }
    return filled(row, frame);
  });
}

function bestOffset(seconds: readonly number[], frame: readonly number[]): number {
  const [first = 0, last = 0] = [seconds[0], seconds.at(-1)];
  const spare = Math.min(MAX_SKIP, frame.length - Math.min(seconds.length, frame.length));
  let best = { offset: 0, cost: Infinity };
  for (let skip = 0; skip <= spare; skip++) {
    for (const offset of [first - (frame[skip] ?? 0), last - (frame[frame.length - 1 - skip] ?? 0)]) {
      const misfit = seconds.map((second) => nearest(frame, second - offset)[1]).sort((a, b) => a - b);
      // The median of the misfit, not its sum: one odd moment must not move all others. The smaller shift wins.
      const cost = (misfit[Math.floor(misfit.length / 2)] ?? 0) + 1e-3 * Math.abs(offset);
      if (cost < best.cost) best = { offset, cost };
    }
  }
  return best.offset;
}

function nearest(
  frame: readonly number[],
  second: number,
  free: (index: number) => boolean = () => true,
): readonly [number, number] {
  let [at, distance] = [0, Infinity];
  frame.forEach((other, index) => {
    const apart = Math.abs(other - second);
    if (apart < distance && free(index)) [at, distance] = [index, apart];
  });
  return [at, distance];
}

/** Median distance of neighboring times. */
function interval(frame: readonly number[]): number {
  const steps = frame.slice(1).map((second, at) => second - (frame[at] ?? 0));
  steps.sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)] ?? 1;
}

/** A missing image gets the time of its time point, moved as the position's other images are. */
function filled(row: readonly (Timed | undefined)[], frame: readonly number[]): Placed {
  const shift = mean(row.flatMap((moment, t) => (moment === undefined ? [] : [moment.second - (frame[t] ?? 0)])));
  return {
    slices: row.map((moment) => moment?.slices ?? []),
    seconds: Float64Array.from(row, (moment, t) => moment?.second ?? (frame[t] ?? 0) + shift),
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
