/** What a system concludes from the findings, and what is to be said about it: reasons, open ends, what would change it. */
import type { Citation } from '../evaluation.ts';
import type { Answer, Answers, FindingId } from './findings.ts';
import type {
  CauseState,
  Classification,
  EvidenceLevel,
  SubtypeSystem,
  WhyUndetermined,
  WouldChange,
} from './subtype.ts';

/** The same findings always give the same conclusion. */
export interface Conclusion<Class extends string> {
  readonly class: Class;
  readonly level: EvidenceLevel | null;
  readonly undetermined: WhyUndetermined | null;
  /** Which causes are shown, excluded or open. */
  readonly causes: Readonly<Partial<Record<Class, Answer>>>;
}

export interface RuleSystem<Class extends string> {
  readonly system: SubtypeSystem;
  readonly citation: Citation;
  readonly classify: (answers: Answers) => Conclusion<Class>;
  /** The findings that speak for or against each cause. */
  readonly findings: Readonly<Partial<Record<Class, readonly FindingId[]>>>;
  /** Findings that a conclusion rests on beside those of its causes. */
  readonly general: readonly FindingId[];
}

/** A smallest set of findings that makes the cause stand as it does; for an open one those that are missing. */
function because<Class extends string>(
  { classify, findings }: RuleSystem<Class>,
  answers: Answers,
  cause: Class,
  answer: Answer,
): readonly FindingId[] {
  const asked = findings[cause] ?? [];
  if (answer === undefined) return asked.filter((id) => answers[id] === undefined);
  const known = asked.filter((id) => answers[id] !== undefined);
  const kept: Record<FindingId, Answer> = { ...answers };
  for (const id of known.toReversed()) {
    kept[id] = undefined;
    if (classify(kept).causes[cause] !== answer) kept[id] = answers[id];
  }
  return known.filter((id) => kept[id] !== undefined);
}

const STATES = new Map<Answer, CauseState<string>['state']>([
  [true, 'shown'],
  [false, 'excluded'],
  [undefined, 'open'],
]);

function causeStates<Class extends string>(
  system: RuleSystem<Class>,
  answers: Answers,
  { causes }: Conclusion<Class>,
): readonly CauseState<Class>[] {
  return (Object.keys(causes) as Class[]).map((cause) => ({
    class: cause,
    state: STATES.get(causes[cause]) ?? 'open',
    because: because(system, answers, cause, causes[cause]),
  }));
}

const asked = <Class extends string>({ findings, general }: RuleSystem<Class>): readonly FindingId[] => [
  ...new Set([...Object.values<readonly FindingId[] | undefined>(findings).flatMap((ids) => ids ?? []), ...general]),
];

/** Every open finding that by itself changes class or level, in either way it can turn out. */
function wouldChange<Class extends string>(
  system: RuleSystem<Class>,
  answers: Answers,
  now: Conclusion<Class>,
): readonly WouldChange<Class>[] {
  const trial: Record<FindingId, Answer> = { ...answers };
  const changes: WouldChange<Class>[] = [];
  for (const finding of asked(system)) {
    if (answers[finding] !== undefined) continue;
    for (const present of [true, false]) {
      trial[finding] = present;
      const then = system.classify(trial);
      const same = then.class === now.class && then.level === now.level && then.undetermined === now.undetermined;
      if (!same) changes.push({ finding, present, class: then.class, level: then.level });
    }
    trial[finding] = undefined;
  }
  return changes;
}

function decidedBy<Class extends string>(
  system: RuleSystem<Class>,
  answers: Answers,
  now: Conclusion<Class>,
  states: readonly CauseState<Class>[],
): readonly FindingId[] {
  if (now.undetermined === 'incomplete-evaluation') return [];
  const wanted = now.undetermined === 'negative-evaluation' ? 'excluded' : 'shown';
  const ids = states.filter(({ state }) => state === wanted).flatMap((state) => state.because);
  const conflict = now.undetermined === 'contradictory' ? system.general.filter((id) => answers[id] === true) : [];
  return [...new Set([...ids, ...conflict])];
}

export function classification<Class extends string>(
  system: RuleSystem<Class>,
  answers: Answers,
): Classification<Class> {
  const now = system.classify(answers);
  const causes = causeStates(system, answers, now);
  return {
    system: system.system,
    class: now.class,
    level: now.level,
    undetermined: now.undetermined,
    causes,
    decidedBy: decidedBy(system, answers, now, causes),
    wouldChange: wouldChange(system, answers, now),
    citation: system.citation,
  };
}
