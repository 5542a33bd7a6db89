/** Pieces of the page. Every text goes through `escapeHtml`; only `Html` values are inserted as they are. */
import { escapeHtml } from '../format/html.ts';

declare const htmlBrand: unique symbol;
/** Markup that is safe to insert. */
export type Html = string & { readonly [htmlBrand]: true };

export const html = (markup: string): Html => markup as Html;
export const text = (value: string): Html => html(escapeHtml(value));
export const join = (parts: readonly Html[], between = ''): Html => html(parts.join(between));

export function section(id: string, title: string, body: Html): Html {
  return html(`<section id="${escapeHtml(id)}"><h2>${escapeHtml(title)}</h2>${body}</section>`);
}

export function list(items: readonly Html[]): Html {
  return html(items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`);
}

/** The header cells name the columns for screen readers and, on a phone, stand before each value. */
export function table(caption: string, head: readonly string[], rows: readonly (readonly Html[])[]): Html {
  if (rows.length === 0) return html('');
  const columns = head.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('');
  const body = rows.map((cells) => `<tr>${cells.map((cell, i) => cellOf(head[i] ?? '', cell)).join('')}</tr>`);
  return html(
    `<table><caption>${escapeHtml(caption)}</caption><thead><tr>${columns}</tr></thead><tbody>${body.join('')}</tbody></table>`,
  );
}

/** One child per cell: on a phone the label stands beside it. A cell without a value is not shown there. */
function cellOf(name: string, cell: Html): string {
  return `<td data-label="${escapeHtml(name)}">${cell === '' ? '' : `<div>${cell}</div>`}</td>`;
}

export function definitions(entries: readonly (readonly [string, Html])[]): Html {
  const items = entries.filter(([, value]) => value !== '');
  if (items.length === 0) return html('');
  return html(`<dl>${items.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${value}</dd>`).join('')}</dl>`);
}
