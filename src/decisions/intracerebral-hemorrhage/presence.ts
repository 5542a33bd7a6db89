import { hemorrhageDoubt, holds } from '../../case/index.ts';
import type { StrokeCase } from '../../case/index.ts';
import type { Criterion } from '../evaluation.ts';
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

export const PRESENCE: Criterion = {
  id: 'intracranial-hemorrhage-present',
  class: 'absolute',
  data: WHERE,
  citation: CONTRAINDICATES_THROMBOLYSIS,
  evaluate: (stroke) => verdict(stroke, WHERE, hemorrhagePresent(stroke)),
};
