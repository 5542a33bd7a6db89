/** What an interval of a finding spans is said in the reader's language: every basis that a pipeline names has its words. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { NETWORK_SETTINGS } from '../../src/imaging/pipelines/diffusion/network-lesion.ts';

const PIPELINES = 'src/imaging/pipelines';
const NAMED =
  /\b(?:basis|intervalBasis|variants|\w*BASIS)\s*[:=]\s*(?:[^'`\n]*\? )?(['`])([a-zA-Z][^'`]+)\1(?: : '([^']+)')?/g;

const bases = readdirSync(PIPELINES, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => [...readFileSync(`${PIPELINES}/${file}`, 'utf8').matchAll(NAMED)])
  .flatMap(([, , first, second]) => [first, second])
  .filter((text) => text !== undefined)
  .map((text) =>
    text
      .replace('${NETWORK_SETTINGS.lowestProbability}', String(NETWORK_SETTINGS.lowestProbability))
      .replace('${NETWORK_SETTINGS.highestProbability}', String(NETWORK_SETTINGS.highestProbability)),
  )
  .filter((text) => !text.includes('${'));

it('is looked for where pipelines name it', () => {
  expect(bases).toEqual(
    expect.arrayContaining([
      'noise and threshold jitter, 90 %',
      'threshold jitter',
      `probability from ${NETWORK_SETTINGS.lowestProbability} to ${NETWORK_SETTINGS.highestProbability}`,
    ]),
  );
});

it.each(['en', 'zh-CN'])('in %s', (locale) => {
  const words = JSON.parse(readFileSync(`cards/terms/${locale}/imaging.json`, 'utf8')) as Record<string, string>;
  const key = (basis: string): string =>
    `basis.${basis
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replace(/-$/, '')}`;
  expect(bases.filter((basis) => words[key(basis)] === undefined)).toEqual([]);
});
