import { candidates, DAY, plus } from '../../case/index.ts';
import type { ImagingExam, ImagingModality, Instant, StrokeCase } from '../../case/index.ts';
import type { StrokeClock } from './clock.ts';

export const IMAGING_GROUPS = ['brain', 'vessels', 'perfusion'] as const;
export type ImagingGroup = (typeof IMAGING_GROUPS)[number];

const MODALITIES: Readonly<Record<ImagingGroup, readonly ImagingModality[]>> = {
  brain: ['CT', 'MR'],
  vessels: ['CTA', 'MRA', 'XA'],
  perfusion: ['CTP', 'MRP'],
};

/** Exams older than this are not of this episode when the clock is unknown. */
const EPISODE = 7 * DAY;

export interface ImagingGroupState {
  readonly group: ImagingGroup;
  /** The furthest that any exam of the group got; 'unknown' when the exams could not be read. */
  readonly state: 'unknown' | 'none' | ImagingExam['state'];
  /** The newest exam in that state. */
  readonly exam: ImagingExam | null;
  /** An exam that is still without images, beside an older one that has them. */
  readonly inProgress: ImagingExam | null;
}

const REACHED: readonly ImagingExam['state'][] = ['reported', 'available', 'registered'];

export function imagingState(stroke: StrokeCase, at: Instant, clock: StrokeClock): ImagingGroupState[] {
  const { brainImaging } = stroke.facts;
  const exams = candidates(brainImaging).flatMap((known) => known.value);
  const ofEpisode = exams.filter((exam) => mayBelong(exam, at, clock));
  return IMAGING_GROUPS.map((group) => {
    const inGroup = ofEpisode
      .filter((exam) => MODALITIES[group].includes(exam.modality))
      .toSorted((a, b) => (b.at?.latest ?? 0) - (a.at?.latest ?? 0));
    const state = REACHED.find((reached) => inGroup.some((exam) => exam.state === reached));
    return {
      group,
      state: state ?? (brainImaging.status === 'unknown' ? 'unknown' : 'none'),
      exam: inGroup.find((exam) => exam.state === state) ?? null,
      inProgress: inGroup.find((exam) => exam.state === 'registered') ?? null,
    };
  });
}

function mayBelong({ at: when }: ImagingExam, at: Instant, clock: StrokeClock): boolean {
  if (when === null) return true;
  const from = clock.status === 'known' ? clock.since.earliest : plus(at, -EPISODE);
  return when.latest >= from;
}
