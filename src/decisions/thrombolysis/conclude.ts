/**
 * From the statuses of the criteria to one conclusion. Total, pure, and ordered so that
 * an absolute contraindication is never outvoted and nothing unknown helps towards a yes.
 */
import type { Citation, Strength } from '../evaluation.ts';
import { yesStrength } from './rule.ts';
import type { RuledResult, ThrombolysisConclusion, Yes } from './rule.ts';

export interface Conclusion {
  readonly conclusion: ThrombolysisConclusion;
  /** Ids of the criteria that made it so. */
  readonly decidedBy: readonly string[];
  readonly strength: Strength | null;
  readonly citation: Citation | null;
  /** The same rows, for the functions that ask what would settle or change it. */
  readonly deciding: readonly RuledResult[];
}

/**
 * 1. an exclusion that is met: contraindicated
 * 2. a rule of no benefit that is met, a deficit that is not disabling: not recommended
 * 3. clock times that contradict each other: undecided
 * 4. every window closed: not recommended
 * 5. an exclusion, a gate, the deficit or every remaining window open, or a gate not passed: undecided
 * 6. else the best open window, lowered to what relative contraindications and missing laboratory results leave of it
 */
export function concludeThrombolysis(rows: readonly RuledResult[]): Conclusion {
  const excluded = rows.filter(isExclusion);
  if (excluded.length > 0) return settled('contraindicated', excluded);
  const against = rows.filter(isAgainst);
  if (against.length > 0) return settled('not-recommended', against.sort(adviceFirst));
  const contradictions = rows.filter(
    ({ effect, result }) => effect.kind === 'contradiction' && result.status === 'met',
  );
  if (contradictions.length > 0) return undecided(contradictions);

  const windows = rows.filter(({ effect }) => effect.kind === 'opens');
  const openWindows = windows.filter(({ result }) => result.status === 'met');
  const possibleWindows = windows.filter(({ result }) => result.status === 'unknown');
  if (openWindows.length === 0 && possibleWindows.length === 0) {
    const closed = windows.filter(({ result }) => result.status === 'notMet');
    return allClosed(closed.length > 0 ? closed : windows);
  }
  const labsMayFollow = rows.some(({ effect, result }) => effect.kind === 'suspicion' && result.status === 'notMet');
  const blocking = rows.filter((row) => blocks(row, labsMayFollow));
  if (openWindows.length === 0) blocking.push(...possibleWindows);
  if (blocking.length > 0) return undecided(blocking);
  return yes(openWindows, rows, labsMayFollow);
}

function isExclusion({ effect, result }: RuledResult): boolean {
  return (effect.kind === 'excludes' || effect.kind === 'laboratory') && result.status === 'met';
}

function isAgainst({ effect, result }: RuledResult): boolean {
  return (
    (effect.kind === 'advises-against' && result.status === 'met') ||
    (effect.kind === 'requires' && result.status === 'notMet')
  );
}

/** The recommendation against it speaks before the requirement that is not fulfilled. */
const adviceFirst = (a: RuledResult, b: RuledResult): number =>
  Number(b.effect.kind === 'advises-against') - Number(a.effect.kind === 'advises-against');

function blocks({ effect, result }: RuledResult, labsMayFollow: boolean): boolean {
  const { status } = result;
  switch (effect.kind) {
    case 'gate':
      return status === 'notMet' || status === 'unknown';
    case 'laboratory':
      return status === 'unknown' && !(labsMayFollow && result.awaited === true);
    case 'excludes':
    case 'requires':
    case 'suspicion':
    case 'contradiction':
      return status === 'unknown';
    case 'advises-against':
    case 'caps':
      return status === 'unknown' && effect.whenUnknown === 'undecided';
    case 'opens':
    case 'informs':
      return false;
  }
}

/** The yes that this row leaves at most; undefined when it leaves everything. */
function capOf({ effect, result }: RuledResult): Yes | undefined {
  if (effect.kind === 'laboratory') return result.status === 'unknown' ? 'reasonable' : undefined;
  if (effect.kind !== 'caps') return undefined;
  const binds = result.status === 'met' || (result.status === 'unknown' && effect.whenUnknown === 'caps');
  return binds ? effect.at : undefined;
}

/** A rule that was only recalled, or whose copies conflict, never carries more than 'may be considered'. */
function allowedBy({ effect, result }: RuledResult): Yes {
  if (effect.kind !== 'opens') return 'may-be-considered';
  const { grade } = result.citation;
  return grade === 'R' || grade === 'X' ? 'may-be-considered' : effect.conclusion;
}

function yes(openWindows: readonly RuledResult[], rows: readonly RuledResult[], labsMayFollow: boolean): Conclusion {
  const [best] = [...openWindows].sort((a, b) => yesStrength(allowedBy(b)) - yesStrength(allowedBy(a)));
  if (best === undefined) return undecided([]);
  const atMost = allowedBy(best);
  const caps = rows.filter((row) => {
    const cap = capOf(row);
    return cap !== undefined && yesStrength(cap) < yesStrength(atMost);
  });
  const conclusion = caps.reduce<Yes>((least, row) => {
    const cap = capOf(row) ?? least;
    return yesStrength(cap) < yesStrength(least) ? cap : least;
  }, atMost);
  const binding = caps.filter((row) => capOf(row) === conclusion);
  const [first] = binding;
  if (first === undefined) return of(conclusion, [best], best.result.citation);
  // the recommendation on laboratory results is the one that speaks when only they are missing
  const onlyLabs = labsMayFollow && binding.every(({ effect }) => effect.kind === 'laboratory');
  const speaks = onlyLabs ? rows.find(({ effect }) => effect.kind === 'suspicion') : undefined;
  return of(conclusion, [best, ...binding], (speaks ?? first).result.citation);
}

function settled(conclusion: 'contraindicated' | 'not-recommended', deciding: readonly RuledResult[]): Conclusion {
  return of(conclusion, deciding, deciding[0]?.result.citation ?? null);
}

/** The strength of a window speaks for treatment inside it; a closed window has none against. */
function allClosed(deciding: readonly RuledResult[]): Conclusion {
  const [first] = deciding;
  if (first === undefined) return of('not-recommended', deciding, null);
  const { source, section, locator, doi, grade, errataChecked } = first.result.citation;
  return of('not-recommended', deciding, {
    source,
    grade,
    ...(section === undefined ? {} : { section }),
    ...(locator === undefined ? {} : { locator }),
    ...(doi === undefined ? {} : { doi }),
    ...(errataChecked === undefined ? {} : { errataChecked }),
  });
}

function undecided(deciding: readonly RuledResult[]): Conclusion {
  return { conclusion: 'undecided', decidedBy: idsOf(deciding), strength: null, citation: null, deciding };
}

function of(
  conclusion: ThrombolysisConclusion,
  deciding: readonly RuledResult[],
  citation: Citation | null,
): Conclusion {
  return { conclusion, decidedBy: idsOf(deciding), strength: strengthOf(citation), citation, deciding };
}

function strengthOf(citation: Citation | null): Strength | null {
  if (citation?.cor === undefined) return null;
  return citation.loe === undefined ? { cor: citation.cor } : { cor: citation.cor, loe: citation.loe };
}

function idsOf(rows: readonly RuledResult[]): string[] {
  return rows.map(({ result }) => result.id);
}
