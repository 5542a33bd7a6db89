/** Reads the sections of a content file: '## key' starts a section, everything up to the next one is its text. */

export interface Section {
  readonly key: string;
  /** The rest of the heading after the key, if any: '## limits | Limits'. */
  readonly title: string;
  readonly text: string;
}

const HEADING = /^## +([^|\n]+?)(?: *\| *(.+?))? *$/;

/** Text before the first section is a note to the reviewers and is not shown. */
export function parseSections(markdown: string): Section[] {
  const sections: { key: string; title: string; lines: string[] }[] = [];
  for (const line of markdown.split(/\r?\n/)) {
    const heading = HEADING.exec(line);
    if (heading) sections.push({ key: heading[1] ?? '', title: heading[2] ?? '', lines: [] });
    else sections.at(-1)?.lines.push(line);
  }
  return sections.map(({ key, title, lines }) => ({ key, title, text: lines.join('\n').trim() }));
}
