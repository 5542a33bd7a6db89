/** What the imaging pipelines say and how far they are, for the cards. Markdown, or '' when there is nothing to say. */
import {
  candidates,
  currentFindings,
  currentProgress,
  exactly,
  HOUR,
  imagingReference,
  type FactKey,
  type FindingKind,
  type ImagingFinding,
  type ImagingProgress,
} from '../../case/index.ts';
import type { ImagingDisagreement } from '../../decisions/stroke-state/index.ts';
import type { ExplainContext } from '../explain-context.ts';
import { findingValue, kindName, pipelineName, progressText, remarkName } from '../format/finding-text.ts';
import { escapeValue } from '../format/markdown.ts';
import { factName } from './blocks.ts';

/** Shown where they are there: on a card 'not detected' five times over is noise. */
const HEMATOMA: readonly FindingKind[] = [
  'intraparenchymal-volume',
  'intraventricular-volume',
  'extra-axial-volume',
  'subarachnoid-volume',
  'hematoma-location',
  'hematoma-side',
  'midline-shift',
  'black-hole-sign',
  'blend-sign',
  'swirl-sign',
  'island-sign',
  'satellite-sign',
  'hypodensity-sign',
  'fluid-level-sign',
  'spot-sign',
];
/** After the volume of the lesion. */
const DIFFUSION: readonly FindingKind[] = [
  'dwi-lesion-side',
  'dwi-lesion-territory',
  'infarct-pattern',
  'dwi-flair-mismatch',
  'flair-signal-ratio',
  'onset-within-4.5-h-by-flair',
];
/** mm; less is within what the anatomy resolves. */
const LEAST_SHIFT = 2;

function isShown({ kind, value, detectionFloor }: ImagingFinding): boolean {
  if (!HEMATOMA.includes(kind)) return true;
  if (value === null || value === 'absent') return false;
  if (kind === 'midline-shift') return Number(value) >= LEAST_SHIFT;
  return typeof value !== 'number' || value >= (detectionFloor ?? 0);
}

/** What is read first; the basis page has all of it. */
const ON_CARD: readonly FindingKind[] = [
  'core-volume',
  'dwi-lesion-volume',
  'tmax-over-6-volume',
  'mismatch-volume',
  'mismatch-ratio',
  'hypoperfusion-intensity-ratio',
  'ischemic-side',
  ...DIFFUSION,
  'aspects',
  'aspects-regions',
  'frank-hypodensity-volume',
  'net-water-uptake',
  'hyperdense-artery',
  'hemorrhage',
  ...HEMATOMA,
];

/** State of the analyses, values with intervals, and where a report says something else. */
export function imagingBlock(disagreements: readonly ImagingDisagreement[], c: ExplainContext): string {
  const findings = currentFindings(c.stroke.imaging, c.stroke);
  const pipelines = [...new Set(findings.map(({ method }) => method.pipeline))];
  return [
    progressLine(pipelines, c),
    ...pipelines.map((pipeline) =>
      valuesLine(
        findings.filter(({ method }) => method.pipeline === pipeline),
        c,
      ),
    ),
    ...disagreements.map((one) => disagreementLine(one, c)),
  ]
    .filter((line) => line !== '')
    .join('\n\n');
}

/** @param told pipelines whose values are shown: that they are done needs no words */
function progressLine(told: readonly string[], c: ExplainContext): string {
  const rows = currentProgress(c.stroke.imaging, c.stroke.asOf).filter(
    ({ state, pipeline }) => state !== 'final' || (pipeline !== null && !told.includes(pipeline)),
  );
  if (rows.length === 0) return '';
  const list = rows.map((row) => escapeValue(rowText(row, c))).join(c.texts.text('ui.semicolon'));
  return c.texts.text('imaging.progress-line', { list });
}

/** Done, and no value is shown: its images are of another day, or of a scanner whose clock is wrong. */
function rowText(row: ImagingProgress, c: ExplainContext): string {
  const { studyUid, pipeline, state } = row;
  const found = c.stroke.imaging.findings.find((one) => one.studyUid === studyUid && one.method.pipeline === pipeline);
  const acquiredAt = found?.acquiredAt ?? null;
  if (state !== 'final' || acquiredAt === null) return progressText(row, c.f);
  return c.texts.text('imaging.other-time', {
    pipeline: pipelineName(pipeline, c.f),
    time: c.f.span(exactly(acquiredAt)),
  });
}

function valuesLine(findings: readonly ImagingFinding[], c: ExplainContext): string {
  const [first] = findings;
  const shown = ON_CARD.flatMap((kind) => findings.find((finding) => finding.kind === kind && isShown(finding)) ?? []);
  if (first === undefined || shown.length === 0) return '';
  const values = shown.map((finding) => {
    const value = { name: kindName(finding, c.f), value: findingValue(finding, c.f) };
    return escapeValue(c.texts.text('imaging.value-of', value));
  });
  const list = values.join(c.texts.text('ui.separator'));
  const isPreliminary = shown.some(({ state }) => state === 'preliminary');
  const line = c.texts.text(first.acquiredAt === null ? 'imaging.values-undated' : 'imaging.values', {
    pipeline: pipelineName(first.method.pipeline, c.f),
    time: first.acquiredAt === null ? '' : c.f.time(first.acquiredAt),
    list: isPreliminary ? c.texts.text('imaging.preliminary', { list }) : list,
  });
  return [line, imageAgeLine(shown, c), limitsLine(shown, c)].filter((part) => part !== '').join(' ');
}

/** Older images are called out: an infarct grows within hours. */
const OLD_AFTER = 2 * HOUR;

/** That the images are hours old, or were taken before the patient arrived; '' where neither is so. */
export function imageAgeLine(findings: readonly ImagingFinding[], c: ExplainContext): string {
  const times = findings.flatMap(({ acquiredAt }) => (acquiredAt === null ? [] : [acquiredAt]));
  const [oldest] = times.toSorted((a, b) => a - b);
  if (oldest === undefined) return '';
  const arrivals = candidates(c.stroke.facts.arrival).map(({ value }) => value.earliest);
  const reasons = [
    ...(c.at - oldest >= OLD_AFTER ? [c.texts.text('imaging.age.old', { age: c.f.duration(c.at - oldest) })] : []),
    ...(arrivals.length > 0 && arrivals.every((arrival) => oldest < arrival)
      ? [c.texts.text('imaging.age.before-arrival')]
      : []),
  ];
  if (reasons.length === 0) return '';
  return c.texts.text('imaging.age.line', { time: c.f.time(oldest), list: reasons.join(c.texts.text('ui.separator')) });
}

/** The findings that these facts were taken from. */
export function findingsBehind(keys: readonly FactKey[], c: ExplainContext): readonly ImagingFinding[] {
  const references = new Set(
    keys.flatMap((key) =>
      candidates<unknown>(c.stroke.facts[key]).flatMap(({ sources }) => sources.map(({ reference }) => reference)),
    ),
  );
  return c.stroke.imaging.findings.filter((finding) => references.has(imagingReference(finding)));
}

function limitsLine(findings: readonly ImagingFinding[], c: ExplainContext): string {
  const remarks = findings.flatMap(({ quality }) => quality.filter(({ severity }) => severity === 'limits'));
  const names = [...new Set(remarks.map(({ code }) => escapeValue(remarkName(code, c.f))))];
  return names.length === 0
    ? ''
    : c.texts.text('imaging.limits', { list: names.slice(0, 3).join(c.texts.text('ui.separator')) });
}

function disagreementLine({ fact, recorded, computed }: ImagingDisagreement, c: ExplainContext): string {
  const { value, time } = c.fact(fact);
  const at = (text: string, when: string): string =>
    escapeValue(when === '' ? text : c.texts.text('imaging.at', { value: text, time: when }));
  const images = computed.acquiredAt === null ? '' : c.f.time(computed.acquiredAt);
  return c.texts.text('imaging.differs', {
    name: escapeValue(factName(fact, c)),
    recorded: at(value, recorded.at === null ? '' : time),
    computed: at(findingValue(computed, c.f), images),
  });
}
