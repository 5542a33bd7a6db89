/** Words of quality remarks, for commands. */
import { contentFolder } from '../advisor-parts.ts';
import type { Config } from '../config/index.ts';
import { loadCardContent } from '../explanation/content/load.ts';
import { qualityWords } from '../quality-words.ts';

/** Code → name and how to mend it; the code itself where it has no words. */
export function wordsOf(config: Config): (code: string) => string {
  const words = qualityWords(loadCardContent(contentFolder(config.contentDirectory)));
  return (code) => words[code] ?? code;
}
