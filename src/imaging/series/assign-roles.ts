/** Roles of the series of a study, by rules, with the reason; and why every other rule did not hold. */
import { evaluate, evaluatePixels, type Outcome, type PixelFacts, type RoleRule } from './rule.ts';
import { ROLE_RULES } from './role-rules.ts';
import type { SeriesFacts } from './series-facts.ts';
import type { SeriesRole } from './series-role.ts';

export interface SeriesToAssign {
  readonly facts: SeriesFacts;
  /** null: not measured, or not needed ({@link wantsPixels}). */
  readonly pixels: PixelFacts | null;
}

export interface RuleTrial extends Outcome {
  readonly rule: string;
  readonly role: SeriesRole;
}

export interface RoleDecision {
  readonly role: SeriesRole;
  /** Name of the rule that held; null when none did. */
  readonly rule: string | null;
  readonly reason: string;
  /** What was seen that made the rule hold. */
  readonly because: string;
  /** Every rule up to the one that held. */
  readonly trials: readonly RuleTrial[];
}

const NO_RULE = 'no rule holds for it';

/** One decision a series, in the order given. Pure; nothing of the patient is in the words. */
export function assignRoles(
  series: readonly SeriesToAssign[],
  rules: readonly RoleRule[] = ROLE_RULES,
): RoleDecision[] {
  const first = series.map((one) =>
    decide(
      one,
      rules.filter(({ onlyIfNoOther }) => onlyIfNoOther !== true),
    ),
  );
  const present = new Set(first.map(({ role }) => role));
  const second = rules.filter(({ onlyIfNoOther, role }) => onlyIfNoOther === true && !present.has(role));
  return first.map((decision, at) => {
    const given = series[at];
    if (given === undefined || !['other', 'derived'].includes(decision.role)) return decision;
    const again = decide(given, second);
    return again.rule === null ? decision : { ...again, trials: [...decision.trials, ...again.trials] };
  });
}

/** Would the pixels matter? Headers of most series (maps, reformats, localizers) decide alone. */
export function wantsPixels(facts: SeriesFacts, rules: readonly RoleRule[] = ROLE_RULES): boolean {
  for (const { when, confirmedBy, onlyIfNoOther } of rules) {
    if (!evaluate(when, facts).met) continue;
    if (confirmedBy !== undefined) return true;
    if (onlyIfNoOther !== true) {
      // A second choice may still overrule what the headers say.
      return rules.some((rule) => rule.onlyIfNoOther === true && evaluate(rule.when, facts).met);
    }
  }
  return false;
}

function decide({ facts, pixels }: SeriesToAssign, rules: readonly RoleRule[]): RoleDecision {
  const trials: RuleTrial[] = [];
  for (const rule of rules) {
    const outcome = tried(rule, facts, pixels);
    trials.push({ rule: rule.name, role: rule.role, ...outcome });
    if (!outcome.met) continue;
    return { role: rule.role, rule: rule.name, reason: rule.reason, because: outcome.because, trials };
  }
  return { role: 'other', rule: null, reason: NO_RULE, because: '', trials };
}

function tried(rule: RoleRule, facts: SeriesFacts, pixels: PixelFacts | null): Outcome {
  const header = evaluate(rule.when, facts);
  const checks = rule.confirmedBy ?? [];
  if (!header.met || checks.length === 0) return header;
  // A rule that only the pixels make has nothing to say where they were not measured.
  if (pixels === null && rule.role === 'not-a-head') return { met: false, because: 'the pixels were not looked at' };
  const outcomes = checks.map((check) => evaluatePixels(check, pixels));
  const against = outcomes.find(({ met }) => !met);
  if (against !== undefined) return { met: false, because: `the pixels contradict: ${against.because}` };
  return { met: true, because: [header, ...outcomes].map(({ because }) => because).join(', ') };
}

/** The explanation of one series, a line a rule. @param title how the reader knows the series; nothing of the patient */
export function explainRole(title: string, { role, rule, reason, because, trials }: RoleDecision): string {
  const lines = trials
    .filter((trial) => !trial.met)
    .map((trial) => `    not ${trial.rule} (${trial.role}): ${trial.because}`);
  const held = rule === null ? reason : `${reason} [rule ${rule}]`;
  return [`${title}: ${role}`, `    ${held}${because === '' ? '' : `: ${because}`}`, ...lines].join('\n');
}
