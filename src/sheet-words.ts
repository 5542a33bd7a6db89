/** The words of contact sheets and of `analyze`, from the texts of one locale. */
import { FINDING_KINDS, instantFromEpoch, shownFigure, type ImagingFinding, type Unit } from './case/index.ts';
import type { Texts } from './explanation/content/card-content.ts';
import { formatsFor } from './explanation/format/formats.ts';
import {
  amount,
  figureText,
  findingValue,
  intervalBasis,
  kindName,
  pipelineName,
} from './explanation/format/finding-text.ts';
import type { FindingLine, SheetWords } from './imaging/results/contact-sheet/words.ts';

export function sheetWords(texts: Texts): SheetWords {
  // Sheets are kept: their times are written in full, in UTC, and not by these formats.
  const f = formatsFor(texts, 'UTC', instantFromEpoch(0));
  const figure = (value: number, unit: Unit | null): string =>
    unit === null ? f.number(value) : amount(value, unit, f);
  const below = (key: string): string => texts.text(`sheet.${key}`);

  const line = ({ value, interval, detectionFloor, state, kind }: ImagingFinding): Omit<FindingLine, 'name'> | null => {
    const unit: Unit | null = FINDING_KINDS[kind];
    if (value === null) {
      return {
        value: '—',
        detail: texts.text(state === 'refused' ? 'imaging.state.refused' : 'imaging.not-computable'),
      };
    }
    if (typeof value !== 'number') return null;
    if (detectionFloor !== null && value < detectionFloor) {
      return { value: `< ${figure(detectionFloor, unit)}`, detail: below('below-floor') };
    }
    const low = (x: number): string => f.number(unit === null ? x : shownFigure(x, unit));
    const detail = interval === null ? '' : `${low(interval.low)} – ${figure(interval.high, unit)}`;
    return { value: figure(value, unit), detail };
  };

  const problem = (code: string): string => (texts.has(`quality.${code}`) ? texts.text(`quality.${code}`) : code);

  return {
    text: (key, values) => texts.text(`sheet.${key}`, values),
    named: (group, name) => {
      const key = `sheet.${group}.${name.toLowerCase().replaceAll(' ', '-')}`;
      return texts.has(key) ? texts.text(key) : name;
    },
    pipeline: (name) => pipelineName(name, f),
    finding: (finding) => ({
      name: kindName(finding, f),
      ...(line(finding) ?? { value: findingValue(finding, f), detail: '' }),
    }),
    basis: (basis) => intervalBasis(basis, f),
    figure: (name, value) => figureText(name, value, f),
    problem,
    remark: (code) => {
      const [what, mend] = [problem(code), `quality.${code}.sentence`];
      return texts.has(mend) ? texts.text('sheet.mend', { what, mend: texts.text(mend) }) : what;
    },
  };
}
