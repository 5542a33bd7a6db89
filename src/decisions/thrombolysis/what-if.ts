/** What the conclusion would be: once pressure and glucose are corrected, and if the open relative facts are reassuring. */
import type { FactKey } from '../../case/index.ts';
import type { CriterionStatus } from '../evaluation.ts';
import { concludeThrombolysis } from './conclude.ts';
import type { Conclusion } from './conclude.ts';
import { yesStrength } from './rule.ts';
import type { RuledResult, ThrombolysisConclusion } from './rule.ts';

export interface IfReassuring {
  readonly conclusion: ThrombolysisConclusion;
  /** The open facts that it hangs on. */
  readonly facts: readonly FactKey[];
}

const failsGate = ({ effect, result }: RuledResult): boolean => effect.kind === 'gate' && result.status === 'notMet';

/** Relative contraindications that hold back only because nobody knows. */
const isOpenCap = ({ effect, result }: RuledResult): boolean =>
  effect.kind === 'caps' && effect.whenUnknown === 'caps' && result.status === 'unknown';

const withStatus = ({ effect, result }: RuledResult, status: CriterionStatus): RuledResult => ({
  effect,
  result: { ...result, status },
});

/** The rows and their conclusion with every gate passed; null when none has to be corrected. */
function corrected(rows: readonly RuledResult[], { conclusion }: Conclusion) {
  if (conclusion !== 'undecided' || !rows.some(failsGate)) return null;
  const passed = rows.map((row) => (failsGate(row) ? withStatus(row, 'met') : row));
  return { rows: passed, conclusion: concludeThrombolysis(passed).conclusion };
}

export function whatIf(
  rows: readonly RuledResult[],
  current: Conclusion,
): { readonly afterCorrection: ThrombolysisConclusion | null; readonly ifReassuring: IfReassuring | null } {
  const after = corrected(rows, current);
  return {
    afterCorrection: after?.conclusion ?? null,
    ifReassuring: ifReassuring(after ?? { rows, conclusion: current.conclusion }),
  };
}

function ifReassuring(basis: {
  readonly rows: readonly RuledResult[];
  readonly conclusion: ThrombolysisConclusion;
}): IfReassuring | null {
  const strength = yesStrength(basis.conclusion);
  if (strength === 0) return null;
  const open = basis.rows.filter(isOpenCap);
  if (open.length === 0) return null;
  const rows = basis.rows.map((row) => (isOpenCap(row) ? withStatus(row, 'notMet') : row));
  const { conclusion } = concludeThrombolysis(rows);
  if (yesStrength(conclusion) <= strength) return null;
  return { conclusion, facts: [...new Set(open.flatMap(({ result }) => result.missing ?? []))] };
}
