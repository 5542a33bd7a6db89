/** The subtype as the audit record keeps it: classes with their weight and the findings behind them. */
import { isFailed, type Decisions } from '../decisions/decide.ts';
import type { Classification, FindingId } from '../decisions/subtype/index.ts';

interface StoredClassification {
  readonly class: string;
  readonly level: string | null;
  readonly undetermined: string | null;
  readonly decidedBy: readonly FindingId[];
}

export type StoredSubtype =
  | { readonly failed: string }
  | { readonly notApplicable: string }
  | {
      readonly toast: StoredClassification;
      readonly ccs: StoredClassification;
      readonly ciss: StoredClassification & { readonly mechanism: string | null };
      readonly ocsp: string;
      readonly contradictions: readonly string[];
      readonly nextBestTest: string | null;
    };

const stored = ({ class: name, level, undetermined, decidedBy }: Classification): StoredClassification => ({
  class: name,
  level,
  undetermined,
  decidedBy,
});

export function storeSubtype(outcome: Decisions['subtype']): StoredSubtype {
  if (isFailed(outcome)) return { failed: outcome.errorId };
  if (outcome.status === 'not-applicable') return { notApplicable: outcome.why };
  const { toast, ccs, ciss, ocsp, contradictions, nextBestTest } = outcome;
  return {
    toast: stored(toast),
    ccs: stored(ccs),
    ciss: { ...stored(ciss), mechanism: ciss.mechanism },
    ocsp: ocsp.class,
    contradictions: contradictions.map(({ key }) => key),
    nextBestTest: nextBestTest?.id ?? null,
  };
}
