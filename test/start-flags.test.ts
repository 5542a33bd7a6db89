/** Node takes these flags on its command line only, so they stand in four places: they are the same in all. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const FLAGS = /--m(?:in|ax)-semi-space-size=\d+/g;

it.each(['package.json', 'src/cli.ts', 'docker/Dockerfile', 'docker/compose.yaml'])(
  '%s starts the service with the young space that was measured',
  (file) => {
    const text = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
    expect(text.match(FLAGS)).toEqual(['--min-semi-space-size=32', '--max-semi-space-size=64']);
  },
);
