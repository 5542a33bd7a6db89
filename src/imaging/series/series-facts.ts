/** What rules may ask of a series: its headers in a handful of texts, sets and numbers. */
import { Temporal } from 'temporal-polyfill';
import { instantFromEpoch, parseInstant, type Instant } from '../../case/index.ts';
import { cross, frameOf, type Slice } from '../volume/slice.ts';
import { secondsOf } from '../volume/time-points.ts';
import { byPosition, kindsOf, type SubSeries } from './split-series.ts';

/** Free text of the scanner, in lower case with plain spaces; empty when not told. */
export type TextField = 'description' | 'study' | 'kernel' | 'sequence' | 'manufacturer';
export type SetField = 'modality' | 'imageType' | 'plane' | 'bodyPart' | 'contrast' | 'color' | 'rescaleType';
export type HeaderNumber =
  | 'images'
  | 'positions'
  | 'imagesPerPosition'
  | 'orientationsInSeries'
  | 'gapMm'
  | 'thicknessMm'
  | 'coverageMm'
  | 'durationS'
  | 'bValue'
  | 'echoTimeMs'
  | 'repetitionTimeMs'
  | 'inversionTimeMs';

export interface SeriesFacts {
  readonly texts: Readonly<Record<TextField, string>>;
  /** In capitals; 'contrast' is GIVEN or NOT TOLD, 'color' is COLOR or GRAY, 'plane' AXIAL, CORONAL, SAGITTAL. */
  readonly sets: Readonly<Record<SetField, readonly string[]>>;
  /** null: not told. */
  readonly numbers: Readonly<Record<HeaderNumber, number | null>>;
}

export function seriesFacts({ header, slices, orientations }: SubSeries): SeriesFacts {
  const positions = [...byPosition(slices).entries()]
    .filter(([key]) => key !== 'nowhere')
    .map(([key, here]) => ({ mm: Number(key) / 10, here }))
    .sort((a, b) => a.mm - b.mm);
  const gaps = positions.slice(1).map(({ mm }, at) => mm - (positions[at]?.mm ?? 0));
  const first = slices[0] === undefined ? undefined : frameOf(slices[0]);
  const seconds = slices.map((slice) => secondsOf(frameOf(slice).acquiredAt)).filter((second) => second !== null);
  return {
    texts: {
      // The protocol is often one for the whole examination: it speaks only where the series does not.
      description: plain(header.seriesDescription ?? header.protocolName),
      study: plain(header.studyDescription),
      kernel: plain(header.convolutionKernel),
      sequence: plain([header.sequenceName, ...header.scanningSequence, ...header.sequenceVariant].join(' ')),
      manufacturer: plain(header.manufacturer),
    },
    sets: {
      modality: [header.modality.toUpperCase()],
      imageType: [
        ...new Set([...header.imageType.map((value) => value.toUpperCase()), ...slices.slice(0, 1).flatMap(kindsOf)]),
      ],
      plane: slices[0] === undefined ? [] : planeOf(slices[0]),
      bodyPart: header.bodyPart === null ? [] : [header.bodyPart.toUpperCase().replace(/[\s_-]/g, '')],
      contrast: [isContrast(header.contrastAgent) ? 'GIVEN' : 'NOT TOLD'],
      color: [(header.pixels?.samplesPerPixel ?? 1) > 1 ? 'COLOR' : 'GRAY'],
      rescaleType: header.rescaleType === null ? [] : [header.rescaleType.toUpperCase()],
    },
    numbers: {
      images: slices.length,
      positions: positions.length,
      imagesPerPosition: positions.length === 0 ? null : median(positions.map(({ here }) => here.length)),
      orientationsInSeries: orientations,
      gapMm: gaps.length === 0 ? null : median(gaps),
      thicknessMm: first?.sliceThickness ?? null,
      coverageMm: positions.length === 0 ? null : (positions.at(-1)?.mm ?? 0) - (positions[0]?.mm ?? 0),
      durationS: seconds.length === 0 ? null : spread(seconds),
      bValue: first?.bValue ?? null,
      echoTimeMs: first?.echoTimeMs ?? null,
      repetitionTimeMs: first?.repetitionTimeMs ?? null,
      inversionTimeMs: first?.inversionTimeMs ?? null,
    },
  };
}

/**
 * Earliest acquisition of the slices; null where the images tell no zone and none is given.
 * @param zone of the scanner's clock: an IANA name ('Europe/Berlin') or an offset ('+01:00')
 */
export function acquiredAt(slices: readonly Slice[], zone: string | null): Instant | null {
  const told = slices.map((slice) => frameOf(slice).acquiredAt).filter((written) => written !== null);
  const [first] = told.sort();
  if (first === undefined) return null;
  return parseInstant(first) ?? (zone === null ? null : inZone(first, zone));
}

/** A local time that the clock change skips or repeats is taken as the earlier offset has it. */
function inZone(written: string, zone: string): Instant | null {
  try {
    return instantFromEpoch(Temporal.PlainDateTime.from(written).toZonedDateTime(zone).epochMilliseconds);
  } catch {
    return null;
  }
}

function plain(text: string | null): string {
  return (text ?? '')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[_^*,;|]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Some scanners write that none was given. */
const isContrast = (agent: string | null): boolean =>
  agent !== null && agent.trim() !== '' && !/^(no|none|n|non|without|0|unknown|null|w\/?o)\b/i.test(agent.trim());

/** The plane whose normal is nearest; a head CT tilted by 30° is still axial. */
function planeOf(slice: Slice): string[] {
  const o = frameOf(slice).orientation;
  if (o === null) return [];
  const normal = cross([o[0], o[1], o[2]], [o[3], o[4], o[5]]).map(Math.abs);
  const [x = 0, y = 0, z = 0] = normal;
  const largest = Math.max(x, y, z);
  if (largest < 0.75) return ['OBLIQUE'];
  return [largest === z ? 'AXIAL' : largest === y ? 'CORONAL' : 'SAGITTAL'];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
}

function spread(values: readonly number[]): number {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return high - low;
}
