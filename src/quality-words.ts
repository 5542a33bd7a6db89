/** Words of quality remarks for contact sheets, in English: the fonts that come along have no Chinese. */
import type { CardContent } from './explanation/content/card-content.ts';

const PREFIX = 'quality.';

/** Code → name, with the sentence that says how to mend it. */
export function qualityWords({ texts: { en } }: Pick<CardContent, 'texts'>): Readonly<Record<string, string>> {
  const words: Record<string, string> = {};
  for (const key of en.keys()) {
    if (!key.startsWith(PREFIX) || key.endsWith('.sentence')) continue;
    const mend = `${key}.sentence`;
    words[key.slice(PREFIX.length)] = en.has(mend) ? `${en.text(key)}: ${en.text(mend)}` : en.text(key);
  }
  return words;
}
