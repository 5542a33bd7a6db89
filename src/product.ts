import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Folder of package.json, with a slash at the end; the same from `src` and from `dist`. */
export const PRODUCT_ROOT = fileURLToPath(new URL('../', import.meta.url));

/** Version of the product, from package.json. */
export const VERSION = (JSON.parse(readFileSync(`${PRODUCT_ROOT}package.json`, 'utf8')) as { version: string }).version;
