/** The content as the product ships it, loaded once per test file. */
import { fileURLToPath } from 'node:url';
import type { CardContent } from '../../../src/explanation/content/card-content.ts';
import { loadCardContent } from '../../../src/explanation/content/load.ts';

export const CARDS_FOLDER = fileURLToPath(new URL('../../../cards/', import.meta.url));

let loaded: CardContent | undefined;

export function testContent(): CardContent {
  loaded ??= loadCardContent(CARDS_FOLDER);
  return loaded;
}
