/**
 * BLAST-CT (Monteiro 2020, Lancet Digital Health; Apache-2.0) over the brain in a head, where a site installed it: 1 mm even
 * voxels in tiles, then means on the slabs, so that everything behind it is measured as with the product's own network. Every
 * member of its ensemble is a pass: how far they lie apart says how sure it is.
 */
import type { Volume } from '../../../volume/volume.ts';
import { evenVolume } from '../../../volume/even-volume.ts';
import { labelsTo } from '../../../volume/resample.ts';
import { dilated } from '../../perfusion/morphology.ts';
import type { Head } from '../head.ts';
import { meanOf, type Probabilities, type Segmented, type SegmentOptions } from '../segment.ts';
import { CLASSES, labelOfClass, SETTINGS } from '../settings.ts';
import { ontoSlabs } from './onto-slabs.ts';
import { planTiles, seenByTile, type Tiling } from './tiles.ts';

/** Name under which a site installs it (`models/training`, `python -m stroke_imaging.blast_ct convert`). */
export const BLAST_CT_MODEL = 'blast-ct';

/** As in `models/training/stroke_imaging/blast_ct/tiles.py`, with which the graph is converted. */
export const TILING: Tiling = { tile: 45, margin: 40, step: 15 };
const VOXEL_MM = 1;
/** Blood against the skull is looked at, too: beyond the brain, mm. */
const BESIDE_BRAIN_MM = 4;
/** All members on one tile, on a busy machine. */
const TIMEOUT_MS = 300_000;

/** What the classes of BLAST-CT are here, in the order of its output: extra-axial is subdural, epidural and subarachnoid. */
const AS_OURS = ['none', 'intraparenchymal', 'extraAxial', 'edema', 'intraventricular'] as const;

/**
 * @param image that the slabs of `head` were made from
 * @throws InferenceError of the engine; RangeError when the answer has another shape than asked for
 */
export async function segmentBlastCt(
  image: Volume,
  { stack, brain }: Pick<Head, 'stack' | 'brain'>,
  { engine, signal, progress }: Pick<SegmentOptions, 'engine' | 'signal' | 'progress'>,
): Promise<Segmented> {
  const fine = evenVolume(image, VOXEL_MM);
  const near = dilated(brain, stack.size, Math.ceil(BESIDE_BRAIN_MM / SETTINGS.pixelMm));
  const wanted = labelsTo({ size: stack.size, affine: stack.affine, voxels: near }, fine);
  const add = ontoSlabs(fine, stack);
  const tiles = planTiles(wanted, fine.size, TILING);
  const voxels = stack.values.length;
  let passes: Probabilities[] = [];
  let run: Pick<Segmented, 'model' | 'ranOn'> | undefined;
  const { tile, margin } = TILING;
  const width = tile + 2 * margin;
  for (const [number, begin] of tiles.entries()) {
    await progress(number / tiles.length);
    const data = seenByTile(fine, begin, TILING, SETTINGS.outsideHu);
    const answer = await engine.infer(
      {
        model: BLAST_CT_MODEL,
        inputs: [{ name: 'hu', datatype: 'FP32', shape: [1, 1, width, width, width], data }],
        outputs: ['probability'],
      },
      { timeoutMs: TIMEOUT_MS, signal },
    );
    const output = answer.outputs.find(({ name }) => name === 'probability');
    const members = output?.shape[0] ?? 0;
    const plane = tile ** 3;
    if (!(output?.data instanceof Float32Array) || output.data.length !== members * AS_OURS.length * plane) {
      throw new RangeError(`${BLAST_CT_MODEL}: the probabilities are not of the shape that was asked for`);
    }
    if (passes.length === 0) passes = Array.from({ length: members }, () => new Float32Array(CLASSES.length * voxels));
    for (const [member, pass] of passes.entries()) {
      for (const [theirs, ours] of AS_OURS.entries()) {
        if (ours === 'none') continue;
        const from = (member * AS_OURS.length + theirs) * plane;
        const label = labelOfClass(ours);
        const values = output.data.subarray(from, from + plane);
        add({ begin, tile, values }, pass.subarray(label * voxels, (label + 1) * voxels));
      }
    }
    run = { model: answer.model, ranOn: answer.ranOn };
  }
  if (run === undefined) throw new RangeError('a head without brain cannot be segmented');
  passes.forEach((pass) => {
    fillNone(pass, voxels);
  });
  const variants = passes.length > 1 ? 'ensemble members and threshold jitter' : 'threshold jitter';
  return { passes, mean: meanOf(passes), intervalBasis: variants, ...run };
}

/** What is no blood and no edema is nothing: all of it where nobody looked. */
function fillNone(pass: Probabilities, voxels: number): void {
  for (let at = 0; at < voxels; at++) {
    let sum = 0;
    for (let label = 1; label < CLASSES.length; label++) sum += pass[label * voxels + at] ?? 0;
    pass[at] = Math.max(0, 1 - sum);
  }
}
