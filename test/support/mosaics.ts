/** Siemens mosaics: the images that `mrSeries` makes, put into one picture a moment, with the private elements of the vendor. */
import { mrSeries, type BuiltInstance, type DicomTags, type SeriesOptions } from './dicom-files.ts';

export interface MosaicOptions extends Omit<SeriesOptions, 'step' | 'tags'> {
  /** Slices follow each other against the normal that rows and columns make. */
  readonly reversed?: boolean;
  /** Milliseconds of each slice after the moment began. */
  readonly sliceTimes?: readonly number[];
  /** Further tags of the CSA header, and other values of those that there are. */
  readonly csa?: Readonly<Record<string, readonly string[]>>;
  readonly tags?: DicomTags;
}

/** One instance a moment, or a b-value. */
export function mosaics({
  reversed = false,
  sliceTimes,
  csa = {},
  tags = {},
  ...options
}: MosaicOptions): BuiltInstance[] {
  const { size, spacing = [1, 1, 5], origin = [0, 0, 0], orientation = [1, 0, 0, 0, 1, 0], values = () => 0 } = options;
  const [columns, rows, slices] = size;
  const side = Math.ceil(Math.sqrt(slices));
  // The picture lies around the middle of the first slice.
  const [across, down] = [(spacing[0] * columns * (side - 1)) / 2, (spacing[1] * rows * (side - 1)) / 2];
  const [a, b, c, d, e, f] = orientation;
  const sign = reversed ? -1 : 1;
  const normal = [sign * (b * f - c * e), sign * (c * d - a * f), sign * (a * e - b * d)];
  return mrSeries({
    ...options,
    size: [columns * side, rows * side, 1],
    origin: [origin[0] - across * a - down * d, origin[1] - across * b - down * e, origin[2] - across * c - down * f],
    values: (i, j, _, t) => {
      const k = Math.floor(j / rows) * side + Math.floor(i / columns);
      return k < slices ? values(i % columns, j % rows, k, t) : 0;
    },
    tags: {
      ImageType: ['ORIGINAL', 'PRIMARY', 'M', 'ND', 'MOSAIC'],
      SpacingBetweenSlices: spacing[2],
      '00190010': { vr: 'LO', value: 'SIEMENS MR HEADER' },
      '0019100A': { vr: 'US', value: slices },
      '00290010': { vr: 'LO', value: 'SIEMENS CSA HEADER' },
      '00291010': {
        vr: 'OB',
        value: csaHeader({
          EchoLinePosition: [],
          NumberOfImagesInMosaic: [String(slices)],
          ProtocolSliceNumber: ['0'],
          SliceNormalVector: normal.map((x) => x.toFixed(8)),
          ...(sliceTimes === undefined ? {} : { MosaicRefAcqTimes: sliceTimes.map((ms) => ms.toFixed(8)) }),
          ...csa,
        }),
      },
      ...tags,
    },
  });
}

/** Second edition: a name of 64 bytes, numbers, and six items of which only the first ones hold a text, as scanners write. */
export function csaHeader(tags: Readonly<Record<string, readonly string[]>>): Uint8Array {
  const u32 = (...numbers: readonly number[]): Buffer => Buffer.from(new Uint32Array(numbers).buffer);
  const text = (value: string, size: number): Buffer => {
    const bytes = Buffer.alloc(size);
    bytes.write(value, 'latin1');
    return bytes;
  };
  const entries = Object.entries(tags).map(([name, values]) => {
    const count = Math.max(6, values.length);
    const items = Array.from({ length: count }, (_, at) => {
      const value = values[at];
      if (value === undefined) return u32(0, 0, 77, 0);
      const length = value.length + 1;
      return Buffer.concat([u32(length, length, 77, length), text(value, 4 * Math.ceil(length / 4))]);
    });
    return Buffer.concat([text(name, 64), u32(values.length), text('FD', 4), u32(4, count, 77), ...items]);
  });
  return new Uint8Array(
    Buffer.concat([text('SV10', 4), Buffer.from([4, 3, 2, 1]), u32(entries.length, 77), ...entries]),
  );
}
