/** The rule without registration against the arterial atlas itself. */
import { beforeAll, expect, it } from 'vitest';
import { readAtlasFile, type LabelVolume } from '../../../../src/imaging/lesion/atlas-file.ts';
import { ATLAS_DIRECTORY } from '../../../../src/imaging/lesion/measure-masks.ts';
import { territoriesOf } from '../../../../src/imaging/pipelines/perfusion/territory.ts';

let atlas: LabelVolume;
beforeAll(async () => {
  atlas = await readAtlasFile(ATLAS_DIRECTORY);
});

/** Supratentorial part of what the atlas gives to arteries whose names begin so. */
function named(prefixes: readonly string[], side: 'left' | 'right'): Uint8Array {
  const ids = new Set(
    atlas.manifest.labels
      .filter((label) => label.side === side && prefixes.some((prefix) => label.territory.startsWith(prefix)))
      .map(({ id }) => id),
  );
  return supratentorial((label) => ids.has(label));
}

function supratentorial(wanted: (label: number) => boolean): Uint8Array {
  const { labels, size, affine } = atlas;
  const plane = size[0] * size[1];
  return labels.map((label, at) => {
    const z = affine[10] * Math.floor(at / plane) + affine[11];
    return z >= 0 && z <= 70 && wanted(label) ? 1 : 0;
  });
}

it.each([
  ['mca', ['mca'], 'left', 'left-carotid'],
  ['mca', ['mca'], 'right', 'right-carotid'],
  ['lenticulostriate', ['lateralLenticulostriate'], 'left', 'left-carotid'],
  ['aca', ['aca'], 'right', 'right-carotid'],
  ['pca', ['pcaOccipital'], 'left', 'vertebrobasilar'],
  ['pca', ['pcaOccipital'], 'right', 'vertebrobasilar'],
] as const)('%s %s on the %s: %s', (_, prefixes, side, territory) => {
  const { size, affine, manifest } = atlas;
  const midline = { point: [manifest.midlineXMm, 0, 0], normal: [1, 0, 0], symmetry: 1 } as const;
  const brain = supratentorial((label) => label > 0);
  expect(territoriesOf(named(prefixes, side), brain, { size, affine }, midline, 0.001)).toEqual([territory]);
});
