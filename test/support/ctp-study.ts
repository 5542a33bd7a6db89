/** A CT perfusion study as a scanner sends it: the phantom of known truth, as DICOM instances. */
import { ctSeries, type BuiltInstance, type DicomTags } from './dicom-files.ts';
import { perfusionPhantom, type Phantom, type PhantomOptions } from './perfusion-phantom.ts';

export interface CtpStudy {
  readonly phantom: Phantom;
  readonly instances: readonly BuiltInstance[];
}

export interface CtpStudyOptions extends PhantomOptions {
  /** Name that the UIDs are made from. */
  readonly study?: string;
  readonly tags?: DicomTags;
}

export function ctpStudy({ study = 'ct perfusion', tags = {}, ...options }: CtpStudyOptions = {}): CtpStudy {
  const phantom = perfusionPhantom(options);
  const { size, affine, frames, times } = phantom.series;
  const [nx, ny, nz] = size;
  const seconds = Array.from(times[0] ?? []);
  // The phantom is right, front and up positive; DICOM is left, back and up.
  const flipped = affine[0] < 0;
  const column = (i: number): number => (flipped ? i : nx - 1 - i);
  const instances = ctSeries({
    size,
    spacing: [Math.abs(affine[0]), affine[5], affine[10]],
    origin: [-(affine[0] * column(0) + affine[3]), -(affine[5] * (ny - 1) + affine[7]), affine[11]],
    times: seconds,
    study,
    series: 'perfusion',
    values: (i, j, k, t) => frames[t]?.[(k * ny + (ny - 1 - j)) * nx + column(i)] ?? -1000,
    tags: {
      SeriesDescription: 'CT Perfusion 4D',
      ContrastBolusAgent: 'iodine',
      BodyPartExamined: 'HEAD',
      KVP: 80,
      NumberOfTemporalPositions: seconds.length,
      ...tags,
    },
  });
  if (nz < 2 || instances.length !== nz * seconds.length) throw new Error('the phantom has no slices or times');
  return { phantom, instances };
}
