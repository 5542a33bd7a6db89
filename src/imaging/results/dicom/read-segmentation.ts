/** A segmentation of our own read back: for each segment, the pixels that it marks on the instances of its source series. */
import { item, items, number, numbers, text, uid } from '../../dicom/elements.ts';
import { openInstance } from '../../dicom/open-instance.ts';
import { ImageRefusal } from '../../image-refusal.ts';

export interface ReadSegmentation {
  readonly sourceSeriesUid: string;
  /** Label ('edema') → SOP Instance UID and frame of a source slice ('1.2.3 1') → pixels, row by row, 1 inside. */
  readonly segments: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;
}

const TAGS = {
  rows: 'x00280010',
  columns: 'x00280011',
  frames: 'x00280008',
  type: 'x00620001',
  segments: 'x00620002',
  segmentNumber: 'x00620004',
  trackingId: 'x00620020',
  perFrame: 'x52009230',
  identification: 'x0062000a',
  referencedSegment: 'x0062000b',
  derivation: 'x00089124',
  sourceImage: 'x00082112',
  instance: 'x00081155',
  frame: 'x00081160',
  referencedSeries: 'x00081115',
  series: 'x0020000e',
} as const;

export const sliceKey = ({
  sopInstanceUid,
  frame,
}: {
  readonly sopInstanceUid: string;
  readonly frame: number;
}): string => `${sopInstanceUid} ${String(frame)}`;

/** @throws ImageRefusal where it is none of ours */
export function readSegmentation(instance: Uint8Array): ReadSegmentation {
  const { dataSet, bytes, pixelData } = openInstance(instance);
  const [rows, columns, frames] = [
    number(dataSet, TAGS.rows, 'US'),
    number(dataSet, TAGS.columns, 'US'),
    number(dataSet, TAGS.frames, 'IS'),
  ];
  const sourceSeriesUid = uid(item(dataSet, TAGS.referencedSeries) ?? dataSet, TAGS.series);
  const perFrame = items(dataSet, TAGS.perFrame);
  if (
    rows === null ||
    columns === null ||
    sourceSeriesUid === null ||
    pixelData === undefined ||
    text(dataSet, TAGS.type) !== 'BINARY' ||
    frames !== perFrame.length ||
    pixelData.length * 8 < frames * rows * columns ||
    pixelData.dataOffset + pixelData.length > bytes.length
  ) {
    throw new ImageRefusal('damaged', 'this is no binary segmentation as the software writes them');
  }
  // 'hemorrhage edema': the pipeline, then the label.
  const labels = new Map(
    items(dataSet, TAGS.segments).map((segment) => [
      number(segment, TAGS.segmentNumber, 'US'),
      text(segment, TAGS.trackingId)?.split(' ').at(-1),
    ]),
  );
  const bits = bytes.subarray(pixelData.dataOffset, pixelData.dataOffset + pixelData.length);
  const segments = new Map<string, Map<string, Uint8Array>>();
  perFrame.forEach((groups, at) => {
    const label = labels.get(number(item(groups, TAGS.identification) ?? groups, TAGS.referencedSegment, 'US'));
    const source = item(item(groups, TAGS.derivation), TAGS.sourceImage);
    const sopInstanceUid = source === undefined ? null : uid(source, TAGS.instance);
    if (label === undefined || source === undefined || sopInstanceUid === null) {
      throw new ImageRefusal('damaged', 'a frame of the segmentation names no segment or no image');
    }
    const slices = segments.get(label) ?? new Map<string, Uint8Array>();
    const key = sliceKey({ sopInstanceUid, frame: numbers(source, TAGS.frame, 'IS')[0] ?? 1 });
    slices.set(key, unpacked(bits, at * rows * columns, rows * columns));
    segments.set(label, slices);
  });
  return { sourceSeriesUid, segments };
}

/** One bit a pixel, lowest bit first (PS3.5 section 8.1.1). */
const unpacked = (bits: Uint8Array, from: number, count: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, at) => ((bits[(from + at) >> 3] ?? 0) >> ((from + at) & 7)) & 1);
