/** What would settle an open conclusion, and which single answer would change the one that stands. */
import type { FactKey } from '../../case/index.ts';
import { concludeThrombolysis } from './conclude.ts';
import type { Conclusion } from './conclude.ts';
import type { RuledResult, ThrombolysisConclusion } from './rule.ts';
import { yesStrength } from './rule.ts';

/** What a stroke team asks for first; facts that are not named come after these, in the order of the table. */
const URGENCY: readonly FactKey[] = [
  'hemorrhageOnImaging',
  'lastKnownWell',
  'witnessedOnset',
  'symptomRecognition',
  'wakeUpStroke',
  'bedtime',
  'wakeTime',
  'nihss',
  'disablingDeficit',
  'bloodPressure',
  'glucose',
  'extensiveHypodensity',
  'directOralAnticoagulant',
  'vitaminKAntagonist',
  'lowMolecularWeightHeparin',
  'unfractionatedHeparin',
  'otherAnticoagulant',
  'inr',
  'platelets',
  'aptt',
  'prothrombinTime',
  'occlusionSite',
  'coreVolume',
  'hypoperfusionVolume',
  'dwiFlairMismatch',
  'dwiLesionUnderOneThirdMca',
  'thrombectomyAccess',
];
const RANK = new Map(URGENCY.map((key, index) => [key, index]));

/** The shortest list of facts that would settle it, most urgent first; empty when it is settled. */
export function settledBy({ deciding }: Conclusion): FactKey[] {
  const needed = new Set<FactKey>();
  const windows: (readonly FactKey[])[] = [];
  for (const { effect, result } of deciding) {
    const facts = factsNeeded(effect.kind, result.status, result.missing ?? []);
    if (effect.kind === 'opens') windows.push(facts);
    else facts.forEach((fact) => needed.add(fact));
  }
  // one window is enough: the one that needs the fewest facts
  const [easiest] = windows.filter((facts) => facts.length > 0).sort((a, b) => a.length - b.length);
  easiest?.forEach((fact) => needed.add(fact));
  return [...needed].sort((a, b) => (RANK.get(a) ?? URGENCY.length) - (RANK.get(b) ?? URGENCY.length));
}

function factsNeeded(
  kind: RuledResult['effect']['kind'],
  status: RuledResult['result']['status'],
  missing: readonly FactKey[],
): readonly FactKey[] {
  if (status === 'unknown') return missing;
  // a gate that is not passed is a step to take, not a fact to look for; contradictory times need to be corrected
  return kind === 'contradiction' ? missing : [];
}

export interface Counterfactual {
  /** The criterion whose other answer would change the conclusion. */
  readonly criterion: string;
  readonly facts: readonly FactKey[];
  /** 'missing': the answer is open. 'changed': the value speaks against it. */
  readonly kind: 'missing' | 'changed';
  readonly becomes: ThrombolysisConclusion;
}

/** Single answers that would turn the conclusion into a stronger yes, given everything else as it stands. */
export function counterfactuals(rows: readonly RuledResult[], current: Conclusion): Counterfactual[] {
  if (current.conclusion === 'recommended') return [];
  const found: Counterfactual[] = [];
  for (const group of groupsToFlip(rows, current)) {
    const [first] = group;
    if (first === undefined) continue;
    const flipped = rows.map((row) => (group.includes(row) ? inFavor(row) : row));
    const { conclusion } = concludeThrombolysis(flipped);
    if (yesStrength(conclusion) <= yesStrength(current.conclusion)) continue;
    const { id, status, missing, data } = first.result;
    const kind = status === 'unknown' ? 'missing' : 'changed';
    found.push({ criterion: id, facts: missing ?? data, kind, becomes: conclusion });
  }
  return found;
}

/** The rows that decided, those on the same facts together, and the windows that a missing fact would open. */
function groupsToFlip(rows: readonly RuledResult[], { deciding, conclusion }: Conclusion): RuledResult[][] {
  const groups = new Map<string, RuledResult[]>();
  const openWindows: RuledResult[][] = [];
  for (const row of rows) {
    if (favorableStatus(row) === undefined) continue;
    if (row.effect.kind === 'opens') openWindows.push([row]);
    else if (deciding.includes(row)) {
      const facts = row.result.data.join();
      groups.set(facts, [...(groups.get(facts) ?? []), row]);
    }
  }
  // with two obstacles, no single answer makes a yes
  if (yesStrength(conclusion) === 0 && groups.size > 1) return [];
  return [...groups.values(), ...openWindows];
}

function inFavor({ effect, result }: RuledResult): RuledResult {
  return { effect, result: { ...result, status: favorableStatus({ effect, result }) ?? result.status } };
}

/** The answer that speaks for treatment; undefined when the row already gives it, or when only time could. */
export function favorableStatus({ effect, result }: RuledResult): 'met' | 'notMet' | undefined {
  const { status } = result;
  if (status === 'notApplicable') return undefined;
  switch (effect.kind) {
    case 'requires':
    case 'gate':
      return status === 'met' ? undefined : 'met';
    case 'opens':
      return status === 'unknown' ? 'met' : undefined;
    case 'informs':
    case 'suspicion':
      return undefined;
    case 'excludes':
    case 'laboratory':
    case 'advises-against':
    case 'contradiction':
    case 'caps':
      return status === 'notMet' ? undefined : 'notMet';
  }
}
