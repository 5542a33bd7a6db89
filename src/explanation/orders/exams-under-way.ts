/** Imaging that exists already is not ordered again: what is missing then is its result. */
import {
  DAY,
  awaitsReader,
  candidates,
  currentProgress,
  type FactKey,
  type ImagingExam,
  type ImagingModality,
  type StrokeCase,
} from '../../case/index.ts';
import { isUncertain } from '../format/borderline-text.ts';
import type { OrderDefinition } from '../content/card-content.ts';

const MODALITIES: Readonly<Record<string, readonly ImagingModality[]>> = {
  'ct-head': ['CT'],
  'cta-head-neck': ['CTA', 'MRA', 'XA'],
  'ct-perfusion': ['CTP', 'MRP'],
  'mri-brain': ['MR'],
};

/** The newest exam of the last day that should give the result of this order, or null. */
export function examFor(order: OrderDefinition, stroke: StrokeCase): ImagingExam | null {
  const modalities = MODALITIES[order.id] ?? [];
  const exams = candidates(stroke.facts.brainImaging).flatMap((known) => known.value);
  const recent = exams.filter(
    ({ modality, at }) => modalities.includes(modality) && (at === null || at.latest > stroke.asOf - DAY),
  );
  return recent.toSorted((a, b) => (b.at?.latest ?? 0) - (a.at?.latest ?? 0))[0] ?? null;
}

/** Ordered or collected, or an exam is there: a second order would only cost time. */
export function isUnderWay(fact: FactKey, order: OrderDefinition, stroke: StrokeCase): boolean {
  const value = stroke.facts[fact];
  if (value.status === 'unknown' && value.why === 'pending') return true;
  // Measured and borderline, or computed and not read: the same examination again would not tell more.
  return (
    isUncertain(fact, stroke.facts) ||
    awaitsReader(fact, stroke.facts) ||
    examFor(order, stroke) !== null ||
    isAnalyzed(order, stroke)
  );
}

/** Orders whose images a pipeline reads. */
const PIPELINES: Readonly<Record<string, string>> = { 'ct-perfusion': 'perfusion' };

/** The images are here, whether or not the record knows of the study. Refused ones may have to be acquired again. */
function isAnalyzed({ id }: OrderDefinition, { imaging, asOf }: StrokeCase): boolean {
  return currentProgress(imaging, asOf).some(
    ({ pipeline, state }) => pipeline === PIPELINES[id] && state !== 'refused' && state !== 'failed',
  );
}
