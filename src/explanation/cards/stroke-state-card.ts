/** Where the case stands: the clock first, then the values that decide, the images and what disagrees. */
import {
  MINUTE,
  PIPELINE_OF_FACT,
  candidates,
  currentFindings,
  isImagingReference,
  type FactKey,
  type TimeSpan,
} from '../../case/index.ts';
import type { StrokeState } from '../../decisions/stroke-state/index.ts';
import type { CardDraft } from '../card-draft.ts';
import type { ExplainContext } from '../explain-context.ts';
import { blocks, escapeValue } from '../format/markdown.ts';
import { closingLine, conflictBlock, evidenceBlock } from './blocks.ts';
import { imagingBlock } from './imaging-block.ts';
import { sideLine } from './side-line.ts';
import { fitSummary } from './summary.ts';

/** In the sentence: the values that a stroke team asks for first. */
const IN_SUMMARY: readonly FactKey[] = ['bloodPressure', 'glucose'];
const ROWS = 8;
/** Older values of these change within hours and are called out. */
const STALE_AFTER_MINUTES: Partial<Record<FactKey, number>> = { bloodPressure: 60, glucose: 240, nihss: 120 };

export interface StateExtras {
  /** What the blood pressure and glucose targets are, as Markdown; '' when none apply. */
  readonly targets: string;
  /** The outlook in one line, when it has no card of its own; '' otherwise. */
  readonly outlook: string;
}

export function strokeStateCard(state: StrokeState, { targets, outlook }: StateExtras, c: ExplainContext): CardDraft {
  const keys = state.values.map(({ fact }) => fact);
  return {
    topic: 'stroke-state',
    summary: summary(state, c),
    indicator: 'info',
    detail: blocks([
      clockLines(state, c),
      evidenceBlock(keys, c, ROWS),
      nihssChange(state, c),
      staleLine(state, c),
      conflictBlock(state.conflicts, c),
      imagingLine(state, c),
      sideLine(state.sideDisagreement, c),
      imagingBlock(state.imagingDisagreements, c),
      targets,
      outlook,
      closingLine(
        keys,
        c,
        currentFindings(c.stroke.imaging, c.stroke).flatMap(({ acquiredAt }) => acquiredAt ?? []),
      ),
    ]),
    suggestions: [],
  };
}

function summary(state: StrokeState, c: ExplainContext): string {
  const parts = [nihssText(state, c), ...IN_SUMMARY.map((key) => shortValue(key, c))].filter((part) => part !== '');
  const clock = clockText(state, c);
  const separator = c.texts.text('ui.comma');
  const withParts = (count: number): string =>
    c.texts.text('stroke-state.summary', {
      clock,
      values: parts
        .slice(0, count)
        .map((part) => separator + part)
        .join(''),
    });
  return fitSummary([3, 2, 1, 0].map(withParts));
}

function clockText({ clock: { zero } }: StrokeState, c: ExplainContext): string {
  if (zero.status === 'unknown')
    return c.texts.text(`stroke-state.clock.${isUnread(zero.why, c) ? 'not-read' : zero.why}`);
  return c.texts.text(`stroke-state.clock.${zero.basis}`, {
    time: c.f.span(zero.since),
    ago: c.f.duration(c.at - zero.since.earliest),
  });
}

/** Nobody can say that it is not recorded where the record could not be read. */
function isUnread(why: string, { stroke: { facts } }: ExplainContext): boolean {
  return (
    why === 'no-time' &&
    [facts.lastKnownWell, facts.witnessedOnset].some(
      (fact) => fact.status === 'unknown' && (fact.why === 'not-read' || fact.why === 'incomplete'),
    )
  );
}

function clockLines(state: StrokeState, c: ExplainContext): string {
  const { clock } = state;
  const lines = [c.texts.text('stroke-state.clock.line', { clock: clockText(state, c) })];
  const arrival = clock.times.find((time) => time.fact === 'arrival')?.times[0];
  if (arrival)
    lines.push(
      c.texts.text('stroke-state.clock.arrival', {
        time: c.f.span(arrival),
        ago: c.f.duration(c.at - arrival.latest),
      }),
    );
  const { wakeUpStroke } = c.stroke.facts;
  if (wakeUpStroke.status === 'known' && wakeUpStroke.value) lines.push(c.texts.text('stroke-state.clock.wake-up'));
  if (clock.nextEdge)
    lines.push(
      c.texts.text('stroke-state.edge', {
        name: c.texts.text(`stroke-state.edge.${clock.nextEdge.id}`),
        time: c.f.time(clock.nextEdge.at),
        left: c.f.duration(clock.nextEdge.at - c.at),
      }),
    );
  else if (clock.edges.length > 0) lines.push(c.texts.text('stroke-state.edge.passed'));
  return lines.join(' ');
}

function nihssText({ deficit: { nihss } }: StrokeState, c: ExplainContext): string {
  if (nihss.status !== 'known') return '';
  const { total, isLowerBound } = nihss.value;
  return c.texts.text(isLowerBound ? 'stroke-state.nihss-at-least' : 'stroke-state.nihss', { total });
}

function nihssChange({ deficit: { nihssChange: change } }: StrokeState, c: ExplainContext): string {
  if (change === null || change === 0) return '';
  return c.texts.text('stroke-state.nihss-change', { change: change > 0 ? `+${change}` : `−${-change}` });
}

function shortValue(key: FactKey, c: ExplainContext): string {
  if (c.stroke.facts[key].status !== 'known') return '';
  const { label, value } = c.fact(key);
  const short = c.texts.has(`short.${key}`) ? c.texts.text(`short.${key}`) : label;
  // In the sentence one unit is enough.
  return `${short} ${value.replace(/ ?[(（][^()（）]*[)）]$/, '')}`;
}

function staleLine(state: StrokeState, c: ExplainContext): string {
  const old = state.values.filter(
    ({ fact, ageMinutes }) => ageMinutes !== null && ageMinutes > (STALE_AFTER_MINUTES[fact] ?? Infinity),
  );
  if (old.length === 0) return '';
  const items = old.map(({ fact, ageMinutes }) =>
    c.texts.text('stroke-state.stale-item', {
      name: escapeValue(c.texts.text(`fact.${fact}`)),
      age: c.f.duration((ageMinutes ?? 0) * MINUTE),
    }),
  );
  return c.texts.text('stroke-state.stale', { list: items.join(c.texts.text('ui.comma')) });
}

const IMAGING_FINDINGS: Readonly<Record<StrokeState['imaging'][number]['group'], readonly FactKey[]>> = {
  brain: ['hemorrhageOnImaging', 'aspects', 'pcAspects', 'dwiFlairMismatch', 'extensiveHypodensity'],
  vessels: ['occlusionSite'],
  perfusion: ['coreVolume', 'hypoperfusionVolume'],
};

/** A pipeline has or had images of the group. */
function hasAnalysis(group: keyof typeof IMAGING_FINDINGS, c: ExplainContext): boolean {
  const pipelines = new Set(IMAGING_FINDINGS[group].map((key) => PIPELINE_OF_FACT[key]));
  const { progress, findings } = c.stroke.imaging;
  return (
    progress.some(({ pipeline }) => pipeline !== null && pipelines.has(pipeline)) ||
    findings.some(({ method }) => pipelines.has(method.pipeline))
  );
}

/** The newest of these facts that a person recorded, or null when there is none. */
function newestFinding(keys: readonly FactKey[], c: ExplainContext): { readonly at: TimeSpan | null } | null {
  const known = keys
    .flatMap((key) => candidates<unknown>(c.stroke.facts[key]))
    .filter(({ sources }) => !sources.some(({ reference }) => isImagingReference(reference)));
  return known.toSorted((a, b) => (b.at?.latest ?? 0) - (a.at?.latest ?? 0))[0] ?? null;
}

function imagingLine(state: StrokeState, c: ExplainContext): string {
  const items = state.imaging.map(({ group, state: reached, exam }) => {
    // Findings without a report are what counts, wherever they were entered.
    const finding = reached === 'reported' ? null : newestFinding(IMAGING_FINDINGS[group], c);
    // That nothing is recorded would contradict what is said of the analysis next.
    const isAnalyzed = (reached === 'none' || reached === 'unknown') && hasAnalysis(group, c);
    const open = isAnalyzed ? 'unreported' : reached;
    const values = {
      name: c.texts.text(`stroke-state.imaging.${group}`),
      state: c.texts.text(`stroke-state.imaging.state.${finding === null ? open : 'recorded'}`),
    };
    const when = finding === null ? (exam?.at ?? null) : finding.at;
    return when === null
      ? c.texts.text('stroke-state.imaging.item', values)
      : c.texts.text('stroke-state.imaging.item-at', { ...values, time: c.f.span(when) });
  });
  return c.texts.text('stroke-state.imaging', { list: items.join(c.texts.text('ui.semicolon')) });
}
