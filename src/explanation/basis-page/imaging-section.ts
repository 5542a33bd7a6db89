/** What the imaging pipelines said: every finding with all that limits it, and how far each analysis is. */
import { FINDING_KINDS, imagingReference, type ImagingFinding, type ImagingProgress } from '../../case/index.ts';
import { sideDisagreement } from '../../decisions/stroke-state/index.ts';
import { sideSentence } from '../cards/side-line.ts';
import type { ExplainContext } from '../explain-context.ts';
import {
  amount,
  figureText,
  findingValue,
  intervalBasis,
  kindName,
  pipelineName,
  progressState,
  reasonText,
} from '../format/finding-text.ts';
import { definitions, html, join, list, section, table, text, type Html } from './html-parts.ts';

const FINDING_COLUMNS = ['finding', 'value', 'floor'];
const PROGRESS_COLUMNS = ['study', 'pipeline', 'state'];

/** Empty where the pipelines know nothing of the patient. */
export function imagingSection(c: ExplainContext): Html {
  const { findings, progress } = c.stroke.imaging;
  if (findings.length + progress.length === 0) return html('');
  const word = (key: string): string => c.texts.text(`imaging.${key}`);
  const columns = (names: readonly string[]): string[] => names.map((name) => word(`column.${name}`));
  return section(
    'imaging',
    word('title'),
    join([
      html(`<p class="note">${text(word('lead'))}</p>`),
      sides(c),
      ...together(findings).map((group) => groupOf(group, columns(FINDING_COLUMNS), c)),
      table(
        word('progress-title'),
        columns(PROGRESS_COLUMNS),
        progress.map((row) => progressRow(row, c)),
      ),
    ]),
  );
}

function sides(c: ExplainContext): Html {
  const disagreement = sideDisagreement(c.stroke);
  if (disagreement === null) return html('');
  const said = c.texts.text('imaging.sides-page', { sentence: sideSentence(disagreement, c) });
  return html(`<p><strong>${text(said)}</strong></p>`);
}

const reference = (value: string): Html => html(`<span class="ref">${text(value)}</span>`);
const lines = (...parts: readonly Html[]): Html => html(parts.filter((part) => part !== '').join('<br>'));

/** Findings of one run share method, quality, images and times: those are said once. */
function together(findings: readonly ImagingFinding[]): readonly (readonly [ImagingFinding, ...ImagingFinding[]])[] {
  const groups = new Map<string, [ImagingFinding, ...ImagingFinding[]]>();
  for (const finding of findings) {
    const { method, quality, studyUid, seriesUids, acquiredAt, foundAt } = finding;
    const key = JSON.stringify([method, quality, studyUid, seriesUids, acquiredAt, foundAt]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  return [...groups.values()];
}

function groupOf(group: readonly [ImagingFinding, ...ImagingFinding[]], columns: string[], c: ExplainContext): Html {
  const { f, texts } = c;
  const [first] = group;
  const { quality, studyUid, seriesUids, acquiredAt, foundAt } = first;
  const name = pipelineName(first.method.pipeline, f);
  const word = (key: string): string => texts.text(`imaging.column.${key}`);
  return join([
    table(
      name,
      columns,
      group.map((finding) => findingRow(finding, c)),
    ),
    definitions([
      [word('method'), method(first, c)],
      [
        word('quality'),
        quality.length === 0
          ? text(texts.text('imaging.quality-none'))
          : list(quality.map((remark) => text(remarkText(remark, c)))),
      ],
      [word('images'), lines(reference(studyUid), ...seriesUids.map(reference))],
      [
        word('times'),
        lines(
          text(
            acquiredAt === null
              ? texts.text('imaging.acquired-unknown')
              : texts.text('imaging.acquired', { time: f.dateTime(acquiredAt) }),
          ),
          text(texts.text('imaging.found', { time: f.dateTime(foundAt) })),
        ),
      ],
    ]),
  ]);
}

function findingRow(finding: ImagingFinding, c: ExplainContext): Html[] {
  const { f, texts } = c;
  const { kind, state, interval, detectionFloor } = finding;
  const unit = FINDING_KINDS[kind];
  const basis =
    interval === null
      ? texts.text('imaging.no-interval')
      : texts.text('imaging.interval-basis', { basis: intervalBasis(interval.basis, f) });
  return [
    lines(
      html(`<strong>${text(kindName(finding, f))}</strong>`),
      text(texts.text(`imaging.state.${state}`)),
      reference(imagingReference(finding)),
    ),
    lines(text(findingValue(finding, f)), text(unit === null || finding.value === null ? '' : basis)),
    text(detectionFloor === null || unit === null ? texts.text('imaging.no-floor') : amount(detectionFloor, unit, f)),
  ];
}

function method({ method: { pipeline, version, model, ranOn, settings } }: ImagingFinding, c: ExplainContext): Html {
  const { f, texts } = c;
  const chosen = Object.entries(settings).map(([name, value]) => `${name} ${String(value)}`);
  return lines(
    text(texts.text('imaging.method', { pipeline: pipelineName(pipeline, f), version })),
    text(
      model === null
        ? texts.text('imaging.no-model')
        : texts.text('imaging.model', { name: model.name, version: model.version }),
    ),
    model === null ? html('') : reference(model.digest),
    text(ranOn === null ? '' : texts.text('imaging.ran-on', { place: ranOn })),
    reference(chosen.join(', ')),
  );
}

/** 'limits the value: bolus cut off (38 s after the arterial peak)' */
function remarkText({ code, severity, figures }: ImagingFinding['quality'][number], { f, texts }: ExplainContext) {
  const measured = Object.entries(figures).map(([name, value]) => figureText(name, value, f));
  const reason = reasonText(code, f, severity === 'refuses' ? undefined : 'imaging.remark-other');
  return texts.text('imaging.remark', {
    severity: texts.text(`imaging.severity.${severity}`),
    remark: measured.length === 0 ? reason : texts.text('ui.noted', { value: reason, note: measured.join(', ') }),
  });
}

const progressRow = (row: ImagingProgress, { f }: ExplainContext): Html[] => [
  reference(row.studyUid),
  text(pipelineName(row.pipeline, f)),
  text(progressState(row, f)),
];
