/** The connected parts of a lesion, each with what the pattern of the infarcts is told by: size, place, borders. */
import { type BinaryMask, boundingBox, onGrid } from '../binary-mask.ts';
import { type ArterialAtlas, territoryNamed } from './arterial-atlas.ts';
import { components } from './components.ts';
import { largestDiameter } from './diameter.ts';
import { BORDER, ZONE } from './zones.ts';

export interface InfarctPart {
  /** Flat indices on the grid of the atlas. */
  readonly voxels: Int32Array;
  readonly ml: number;
  /** Largest diameter, mm of template space. */
  readonly diameterMm: number;
  readonly side: 'left' | 'right';
  /** Center, mm of template space. */
  readonly center: readonly [number, number, number];
  /** Shares of the part (0 to 1) at the external and at the internal border of the middle cerebral artery. */
  readonly external: number;
  readonly internal: number;
  /** Share that lies in the territory of the middle cerebral artery, lenticulostriate arteries included. */
  readonly mca: number;
  /** Share at the outer surface of the brain, or where cortex lies hidden from it; without brainstem and cerebellum. */
  readonly cortical: number;
}

const CORTICAL_MM = 8;
const VOXEL_ML = 0.001;

/** Parts of at least `leastMl`; smaller ones are noise of the mask more often than infarcts. */
export function infarctParts(mask: BinaryMask, atlas: ArterialAtlas, leastMl: number): readonly InfarctPart[] {
  const voxels = onGrid(mask, atlas);
  const box = boundingBox(voxels, atlas.size);
  if (box === undefined) return [];
  const { sizes, all } = components(voxels, atlas.size, box);
  const ends = sizes.map(
    (
      (sum) => (size: number) =>
        (sum += size)
    )(0),
  );
  return ends
    .map((end, i) => all.subarray(end - (sizes[i] ?? 0), end))
    .filter((part) => part.length * VOXEL_ML >= leastMl)
    .map((part) => partOf(part, atlas));
}

function partOf(voxels: Int32Array, atlas: ArterialAtlas): InfarctPart {
  const [nx, ny] = atlas.size;
  let [external, internal, mca, cortical, left] = [0, 0, 0, 0, 0];
  let [sumI, sumJ, sumK] = [0, 0, 0];
  for (const at of voxels) {
    const border = atlas.border[at] ?? 0;
    const zone = atlas.zones[at] ?? 0;
    const name = territoryNamed(atlas.territory[at] ?? 0);
    if (border === BORDER.external) external++;
    if (border === BORDER.internal) internal++;
    if (name?.startsWith('mca') === true || name?.endsWith('Lenticulostriate') === true) mca++;
    if (isCortical(name, zone, atlas.squaredDepth[at] ?? 0)) cortical++;
    if ((zone & ZONE.left) !== 0) left++;
    sumI += at % nx;
    sumJ += Math.floor(at / nx) % ny;
    sumK += Math.floor(at / (nx * ny));
  }
  const n = voxels.length;
  const { affine } = atlas;
  return {
    voxels,
    ml: n * VOXEL_ML,
    diameterMm: largestDiameter(voxels, atlas.size),
    side: 2 * left >= n ? 'left' : 'right',
    center: [
      (affine[0] * sumI) / n + affine[3],
      (affine[5] * sumJ) / n + affine[7],
      (affine[10] * sumK) / n + affine[11],
    ],
    external: external / n,
    internal: internal / n,
    mca: mca / n,
    cortical: cortical / n,
  };
}

const HIDDEN_CORTEX: readonly (string | undefined)[] = ['mcaInsular', 'pcaTemporal', 'pcaOccipital'];
const NO_CORTEX: readonly (string | undefined)[] = ['basilar', 'superiorCerebellar', 'inferiorCerebellar', undefined];

function isCortical(territory: string | undefined, zone: number, squaredDepth: number): boolean {
  if (NO_CORTEX.includes(territory)) return false;
  const isHidden = HIDDEN_CORTEX.includes(territory) || (zone & ZONE.medialAca) !== 0;
  return isHidden || squaredDepth <= CORTICAL_MM ** 2;
}
