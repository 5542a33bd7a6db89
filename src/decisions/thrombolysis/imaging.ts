/** What the first scan must exclude. */
import { holds } from '../../case/index.ts';
import { or } from '../three-valued.ts';
import type { Evaluate } from './rule.ts';
import { openFacts, verdict } from './verdict.ts';

/** On imaging, or as a confirmed diagnosis of this episode. A mere suspicion is settled by imaging without hemorrhage. */
export const acuteHemorrhage: Evaluate = ({ facts }) => {
  const answer = or(
    holds(facts.hemorrhageOnImaging, (present) => present),
    holds(facts.acuteIntracranialHemorrhage, (events) =>
      events.some(({ active, certainty }) => active && certainty === 'confirmed'),
    ),
  );
  return verdict(answer, openFacts(facts, ['hemorrhageOnImaging', 'acuteIntracranialHemorrhage']));
};

/** The reader's word on extensive clear hypodensity; without it, the recorded extent. */
export const extensiveHypodensity: Evaluate = ({ facts }) => {
  const fact = facts.extensiveHypodensity;
  const answer =
    fact.status === 'unknown'
      ? holds(facts.hypodensityExtent, (extent) => extent === 'over-one-third-mca')
      : holds(fact, (extensive) => extensive);
  return verdict(answer, ['extensiveHypodensity']);
};
