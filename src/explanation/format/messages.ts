/** Messages of the decisions ('note', 'action') in the words of the reader. Plain text; the caller escapes it. */
import type { Citation, Message } from '../../decisions/evaluation.ts';
import type { MessageValues } from '../content/message.ts';
import type { Formats } from './formats.ts';

/** @param more values besides those of the message */
export function messageText(group: 'note' | 'action', message: Message, f: Formats, more: MessageValues = {}): string {
  const key = `${group}.${message.key}`;
  const values = { ...messageValues(message, f), ...more };
  // A text that names a value has a plain form for the case that there is none.
  const isComplete = [...f.texts.placeholders(key)].every((name) => values[name] !== undefined);
  return f.texts.text(!isComplete && f.texts.has(`${key}.plain`) ? `${key}.plain` : key, values);
}

/** Numbers stay numbers (plurals need them), instants become times of the site. */
function messageValues(message: Message, f: Formats): MessageValues {
  const values: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(message.params ?? {}))
    values[name] =
      typeof value === 'object' ? f.time(value.instant) : typeof value === 'number' ? f.number(value) : value;
  return { ...values, ...inSiUnits(message, f) };
}

/** Glucose and fibrinogen are decided in mg/dL; part of the world reads them in mmol/L and g/L. */
function inSiUnits({ params }: Message, f: Formats): MessageValues {
  const values: Record<string, string> = {};
  if (typeof params?.['glucose'] === 'number') values['glucoseMmol'] = f.number(round1(params['glucose'] / 18.016));
  if (typeof params?.['fibrinogen'] === 'number')
    values['fibrinogenGramPerL'] = f.number(round1(params['fibrinogen'] / 100));
  return values;
}

const round1 = (value: number): number => Math.round(value * 10) / 10;

/** 'AHA/ASA 2026, 4.6.1 rec. 1; COR 1, LOE A; published erratum not yet checked'. */
export function citationText(citation: Citation, f: Formats): string {
  const { texts } = f;
  const source = sourceText(citation.source, f);
  const parts = [
    citation.section === undefined
      ? source
      : texts.text('block.citation-section', { source, section: sectionText(citation.section, f) }),
  ];
  const strength = strengthText(citation, f);
  if (strength !== '') parts.push(strength);
  if (citation.grade === 'R') parts.push(texts.text('block.recalled'));
  if (citation.grade === 'X') parts.push(texts.text('block.sources-conflict'));
  if (citation.errataChecked === false) parts.push(texts.text('block.erratum'));
  return parts.join(texts.text('ui.semicolon'));
}

/** 'COR 3: Harm, LOE B-R' with the words in the reader's language; '' where there is no class. */
export function strengthText({ cor, loe }: Pick<Citation, 'cor' | 'loe'>, f: Formats): string {
  if (cor === undefined) return '';
  const word = (group: 'cor' | 'loe', printed: string): string => {
    const key = `${group}.${printed.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;
    return f.texts.has(key) ? f.texts.text(key) : printed;
  };
  return loe === undefined
    ? f.texts.text('block.citation-cor', { cor: word('cor', cor) })
    : f.texts.text('block.citation-strength', { cor: word('cor', cor), loe: word('loe', loe) });
}

/** '4.6.1 rec. 2', 'Table 8, absolute': the few words between the numbers are those of the locale. */
function sectionText(section: string, f: Formats): string {
  if (f.texts.locale === 'en') return section;
  const whole = `section.${section.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;
  if (f.texts.has(whole)) return f.texts.text(whole);
  return section.replaceAll(/[A-Za-z][A-Za-z.-]+ ?/g, (word) => {
    const key = `section.${word.trim().toLowerCase().replaceAll('.', '')}`;
    return f.texts.has(key) ? f.texts.text(key) : word;
  });
}

export function sourceText(source: string, f: Formats): string {
  const key = `guideline.${source.toLowerCase().replaceAll(/[ /]/g, '-')}`;
  return f.texts.has(key) ? f.texts.text(key) : source;
}

/** Abbreviations and symbols keep their capitals. */
export function inSentence(text: string): string {
  return /^(?!Tmax)[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
