/** What the first scan must exclude. */
import { currentFindings, hemorrhageDoubt, holds, type StrokeCase } from '../../case/index.ts';
import type { Message } from '../evaluation.ts';
import { computedHemorrhageNote } from '../computed-hemorrhage-note.ts';
import { or } from '../three-valued.ts';
import type { Evaluate } from './rule.ts';
import { openFacts, verdict } from './verdict.ts';

/**
 * On imaging, or as a confirmed diagnosis of this episode. A mere suspicion is settled by imaging without hemorrhage. Blood
 * that the software sees on images that nobody has reported opens the question again: neither contraindicated nor cleared
 * until somebody looked. A person's 'no' on the same images counts, and the difference is noted.
 */
export const acuteHemorrhage: Evaluate = (stroke) => {
  const { facts } = stroke;
  const answer = or(
    holds(facts.hemorrhageOnImaging, (present) => present),
    holds(facts.acuteIntracranialHemorrhage, (events) =>
      events.some(({ active, certainty }) => active && certainty === 'confirmed'),
    ),
  );
  const doubt = answer === true ? null : hemorrhageDoubt(stroke);
  if (doubt?.kind === 'unreported') return verdict(undefined, ['hemorrhageOnImaging'], computedHemorrhageNote(doubt));
  const open = openFacts(facts, ['hemorrhageOnImaging', 'acuteIntracranialHemorrhage']);
  return doubt === null ? verdict(answer, open) : verdict(answer, open, computedHemorrhageNote(doubt));
};

/**
 * The reader's word on extensive clear hypodensity; without it, the recorded extent. An extent computed from the CT never
 * settles it, neither way: it is told, so that the reader looks.
 */
export const extensiveHypodensity: Evaluate = (stroke) => {
  const { facts } = stroke;
  const fact = facts.extensiveHypodensity;
  const answer =
    fact.status === 'unknown'
      ? holds(facts.hypodensityExtent, (extent) => extent === 'over-one-third-mca')
      : holds(fact, (extensive) => extensive);
  return verdict(answer, ['extensiveHypodensity'], answer === undefined ? computedExtent(stroke) : undefined);
};

function computedExtent(stroke: StrokeCase): Message | undefined {
  const found = currentFindings(stroke.imaging, stroke).find(({ kind }) => kind === 'mca-hypodensity-share');
  if (typeof found?.value !== 'number' || found.interval === null) return undefined;
  const { low, high } = found.interval;
  return {
    key: 'hypodensity-extent-computed',
    params: { share: Math.round(found.value), low: Math.round(low), high: Math.round(high) },
  };
}
