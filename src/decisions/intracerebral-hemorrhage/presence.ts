import { hemorrhageDoubt, holds } from '../../case/index.ts';
import type { StrokeCase } from '../../case/index.ts';
import type { Criterion } from '../evaluation.ts';
import { exactNumber } from '../scores/case-values.ts';
import { or } from '../three-valued.ts';
import { CONTRAINDICATES_THROMBOLYSIS } from './citations.ts';
import { verdict } from './verdicts.ts';

const WHERE = ['hemorrhageOnImaging', 'acuteIntracranialHemorrhage'] as const;

/**
 * Is there an acute intracranial hemorrhage? Imaging or a confirmed diagnosis says yes; a no needs imaging.
 * An empty list of diagnoses without imaging excludes nothing, nor does a report of images from before those on which the
 * software sees blood.
 */
export function hemorrhagePresent(stroke: StrokeCase): boolean | undefined {
  const { facts } = stroke;
  const seen = holds(facts.hemorrhageOnImaging, (present) => present);
  const diagnosed = holds(facts.acuteIntracranialHemorrhage, (events) => {
    const current = events.filter((event) => event.active);
    if (current.some((event) => event.certainty === 'confirmed')) return true;
    return current.length > 0 ? undefined : false;
  });
  if (or(seen, diagnosed) === true) return true;
  // 'No' needs both: a scan without blood may be older than a suspicion, and an unread list may hold a diagnosis.
  if (seen !== false || diagnosed !== false) return undefined;
  return hemorrhageDoubt(stroke)?.kind === 'unreported' ? undefined : false;
}

/**
 * Every diagnosis of bleeding is a confirmed subarachnoid hemorrhage, and nothing in the record measures or places a
 * hematoma of the brain: the guideline of intracerebral hemorrhage is then not this patient's.
 */
export function isSubarachnoidOnly({ facts }: StrokeCase): boolean {
  const isSubarachnoid = holds(facts.acuteIntracranialHemorrhage, (events) => {
    const current = events.filter((event) => event.active);
    return (
      current.length > 0 &&
      current.every(({ kind, certainty }) => kind === 'subarachnoid-hemorrhage' && certainty === 'confirmed')
    );
  });
  const { hematomaLocation, hematomaVolume } = facts;
  const isNoHematoma =
    hematomaLocation.status === 'unknown' && (hematomaVolume.status === 'unknown' || exactNumber(hematomaVolume) === 0);
  return isSubarachnoid === true && isNoHematoma;
}

export const PRESENCE: Criterion = {
  id: 'intracranial-hemorrhage-present',
  class: 'absolute',
  data: WHERE,
  citation: CONTRAINDICATES_THROMBOLYSIS,
  evaluate: (stroke) => verdict(stroke, WHERE, hemorrhagePresent(stroke)),
};
