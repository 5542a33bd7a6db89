/** The cause of the stroke in full: four classifications, how each cause stands, every finding, every examination. */
import type { Decisions } from '../../decisions/decide.ts';
import { isFailed } from '../../decisions/guarded.ts';
import type { Classification, ClassifiedSubtype, FindingResult } from '../../decisions/subtype/index.ts';
import { classText, ocspText } from '../cards/subtype-block.ts';
import type { ExplainContext } from '../explain-context.ts';
import { citationText, messageText } from '../format/messages.ts';
import { evidence } from './evaluation-section.ts';
import { definitions, html, join, list, section, table, text, type Html } from './html-parts.ts';
import { modelSection } from './model-section.ts';

const NONE = html('');
const ORDER = ['met', 'unknown', 'notMet', 'notApplicable'] as const;

export function subtypeSection({ subtype }: Decisions, c: ExplainContext): Html {
  if (isFailed(subtype) || subtype.status !== 'classified') return NONE;
  const word = (key: string): string => c.texts.text(`page.${key}`);
  const { ciss, contradictions, prediction } = subtype;
  return section(
    'subtype',
    c.texts.text('decision.subtype'),
    join([
      subtype.assumesIschemic ? html(`<p class="note">${text(c.texts.text('subtype.if-ischemic'))}</p>`) : NONE,
      table(
        word('subtype-classes'),
        ['subtype-system', 'conclusion', 'subtype-causes', 'decided-by', 'citation'].map(word),
        systems(subtype, c),
      ),
      definitions([
        [
          word('subtype-mechanism'),
          text(ciss.mechanism === null ? '' : c.texts.text(`term.mechanism-${ciss.mechanism}`)),
        ],
        [
          word('subtype-contradictions'),
          list(contradictions.map((message) => text(messageText('note', message, c.f)))),
        ],
      ]),
      table(
        word('subtype-findings'),
        ['status', 'criterion', 'evidence', 'citation'].map(word),
        subtype.findings
          .toSorted((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status))
          .map((finding) => findingRow(finding, c)),
      ),
      table(
        word('subtype-investigations'),
        ['subtype-investigation', 'status', 'why'].map(word),
        subtype.investigations.map(({ id, done, reason }) => [
          text(c.texts.text(`term.investigation-${id}`)),
          text(word(done ? 'subtype-done' : 'subtype-not-done')),
          text(reason === null ? '' : messageText('note', reason, c.f)),
        ]),
      ),
      prediction === null ? NONE : modelSection(prediction.prediction, word('model-subtype'), c),
    ]),
  );
}

function systems({ toast, ccs, ciss, ocsp, findings }: ClassifiedSubtype, c: ExplainContext): Html[][] {
  const absent = new Set<string>(findings.flatMap(({ id, status }) => (status === 'notMet' ? [id] : [])));
  const name = (id: string): string => {
    const finding = c.texts.text(`criterion.${id}`);
    return absent.has(id) ? c.texts.text('block.not-met', { name: finding }) : finding;
  };
  const row = (one: Classification): Html[] => [
    text(c.texts.text(`term.system-${one.system}`)),
    html(`<strong>${text(classText(one, c))}</strong>`),
    list(
      one.causes.map((cause) =>
        text(
          `${c.texts.text(`term.${one.system}-${cause.class}`)}: ${c.texts.text(`page.subtype-cause-${cause.state}`)}`,
        ),
      ),
    ),
    text(one.decidedBy.map(name).join('; ')),
    text(citationText(one.citation, c.f)),
  ];
  return [
    row(toast),
    row(ccs),
    row(ciss),
    [
      text(c.texts.text('term.system-ocsp')),
      html(`<strong>${text(ocspText(ocsp, c))}</strong>`),
      NONE,
      evidence(ocsp.data, c),
      text(citationText(ocsp.citation, c.f)),
    ],
  ];
}

function findingRow({ id, status, data, citation, note, confirm }: FindingResult, c: ExplainContext): Html[] {
  const remarks = [
    note === undefined ? '' : messageText('note', note, c.f),
    confirm === true ? c.texts.text('page.confirm') : '',
  ];
  const remark = remarks.filter((part) => part !== '').join('; ');
  return [
    html(`<span class="${status}">${text(c.texts.text(`status.${status}`))}</span>`),
    html(
      `<strong>${text(c.texts.text(`criterion.${id}`))}</strong><br>${text(c.texts.text(`criterion.${id}.sentence`))}${remark === '' ? '' : `<br><em>${text(remark)}</em>`}`,
    ),
    evidence(data, c),
    text(citationText(citation, c.f)),
  ];
}
