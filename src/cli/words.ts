/** Words of images and what was found on them, for commands. */
import { contentFolder } from '../advisor-parts.ts';
import type { Config } from '../config/index.ts';
import { loadCardContent } from '../explanation/content/load.ts';
import type { Locale } from '../explanation/index.ts';
import type { SheetWords } from '../imaging/results/contact-sheet/words.ts';
import { sheetWords } from '../sheet-words.ts';

export const wordsOf = ({ contentDirectory }: Pick<Config, 'contentDirectory'>, locale: Locale): SheetWords =>
  sheetWords(loadCardContent(contentFolder(contentDirectory)).texts[locale]);
