/** The full basis of a statement as one HTML page: readable on a phone, printable, without scripts. */
import { ANY_FACTS, factTables } from './fact-tables.ts';
import { aboutSections } from './about-sections.ts';
import { differencesSection, doseSection, scoresSection, targetsSection } from './detail-sections.ts';
import { imagingSection } from './imaging-section.ts';
import { prognosisSection, transformationSection } from './outlook-sections.ts';
import { subtypeSection } from './subtype-section.ts';
import { evaluationsOf, failuresOf } from './evaluations.ts';
import { conclusionText, evaluationSection, evaluationTitle } from './evaluation-section.ts';
import { definitions, html, join, list, section, text, type Html } from './html-parts.ts';
import { BASIS_PAGE_STYLE } from './style.ts';
import type { CardContent, Locale } from '../content/card-content.ts';
import type { EvaluationRecord } from '../evaluation-record.ts';
import { explainContext, type ExplainContext } from '../explain-context.ts';
import { pipelineName } from '../format/finding-text.ts';
import { sourceText } from '../format/messages.ts';

export { BASIS_PAGE_STYLE, BASIS_PAGE_STYLE_HASH } from './style.ts';

/** A contact sheet of a result that the evaluation used. */
export interface BasisPicture {
  /** Address, relative to that of the page. */
  readonly src: string;
  readonly pipeline: string;
}

/**
 * @param record as the audit kept it; times are shown in the zone of its policy
 * @returns a complete HTML document in which everything that came with the record is escaped
 * @throws RangeError when the record's time zone is unknown
 */
export function renderBasisPage(
  record: EvaluationRecord,
  content: CardContent,
  locale: Locale,
  pictures: readonly BasisPicture[] = [],
): string {
  const c = explainContext(record.stroke, record.at, record.policy, content, locale, {
    version: record.versions.service,
  });
  const word = (key: string): string => c.texts.text(`page.${key}`);
  const body = join([
    html(`<h1>${text(word('title'))}</h1><p>${text(word('lead'))}</p>`),
    head(record, c),
    ...(record.changed === undefined || record.changed.length === 0
      ? []
      : [html(`<p class="note">${text(c.texts.text('page.changed', { statements: record.changed.join(', ') }))}</p>`)]),
    ...(record.decisions === null ? [html(`<p class="note">${text(word('no-evaluation'))}</p>`)] : findings(record, c)),
    imagingSection(c),
    picturesSection(pictures, c),
    factTables(ANY_FACTS, c),
    versions(record, c),
    aboutSections(content.about[locale], c),
  ]);
  return [
    '<!doctype html>',
    `<html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">`,
    `<meta name="robots" content="noindex"><title>${text(word('title'))}</title><style>${BASIS_PAGE_STYLE}</style></head>`,
    `<body><main>${body}</main></body></html>`,
  ].join('');
}

function picturesSection(pictures: readonly BasisPicture[], c: ExplainContext): Html {
  if (pictures.length === 0) return html('');
  const pictureOf = ({ src, pipeline }: BasisPicture): Html => {
    const name = text(pipelineName(pipeline, c.f));
    return html(
      `<h3>${name}</h3><p><a href="${text(src)}"><img src="${text(src)}" alt="${name}" loading="lazy"></a></p>`,
    );
  };
  const note = html(`<p class="note">${text(c.texts.text('page.pictures-note'))}</p>`);
  return section('pictures', c.texts.text('page.pictures'), join([note, ...pictures.map(pictureOf)]));
}

function head({ evaluationId, at, policy, stroke }: EvaluationRecord, c: ExplainContext): Html {
  const word = (key: string): string => c.texts.text(`page.${key}`);
  return definitions([
    [word('evaluation'), html(evaluationId === null ? '' : `<span class="ref">${text(evaluationId)}</span>`)],
    [word('evaluated-at'), text(`${c.f.dateTime(at)} (${policy.timeZone})`)],
    [word('patient'), html(`<span class="ref">${text(stroke.patient)}</span>`)],
    [word('guideline-in-use'), text(sourceText(policy.guideline, c.f))],
  ]);
}

function findings(record: EvaluationRecord, c: ExplainContext): Html[] {
  const { decisions } = record;
  if (decisions === null) return [];
  const evaluations = evaluationsOf(decisions);
  const anchor = (index: number): string => `evaluation-${index + 1}`;
  const overview = list([
    ...evaluations.map((evaluation, index) =>
      html(
        `<a href="#${anchor(index)}">${text(evaluationTitle(evaluation, c))}</a>: <strong>${text(conclusionText(evaluation, c))}</strong>`,
      ),
    ),
    ...failuresOf(decisions).map(({ decision, errorId }) =>
      text(c.texts.text('ui.failed-summary', { name: c.texts.text(`decision.${decision}`), id: errorId })),
    ),
  ]);
  return [
    section('conclusions', c.texts.text('page.conclusions'), overview),
    html(`<p class="note">${text(c.texts.text('page.errata'))}</p>`),
    ...evaluations.map((evaluation, index) => evaluationSection(anchor(index), evaluation, c)),
    differencesSection(decisions, c),
    doseSection(decisions, c),
    targetsSection(decisions, c),
    prognosisSection(decisions, c),
    transformationSection(decisions, c),
    subtypeSection(decisions, c),
    scoresSection(decisions, c),
  ];
}

function versions({ versions: v }: EvaluationRecord, c: ExplainContext): Html {
  const word = (key: string): string => c.texts.text(`page.${key}`);
  return section(
    'versions',
    word('versions'),
    definitions([
      [word('version-service'), text(v.service)],
      [word('version-content'), text(v.content)],
    ]),
  );
}
