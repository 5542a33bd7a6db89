/** Labels of a head in CT or MR by the head-anatomy network, and what follows from them. */
import type { QualityRemark } from '../../case/index.ts';
import { type InferenceAnswer, InferenceError, type InferenceEngine, type Tensor } from '../../inference/engine.ts';
import { determinant } from '../affine.ts';
import { ImageRefusal } from '../image-refusal.ts';
import { largestPart } from '../pipelines/perfusion/morphology.ts';
import type { Grid } from '../volume/volume.ts';
import type { HeadAnatomy } from './anatomy.ts';
import { BRAIN, labelOf, labelsOf, VENTRICLES } from './labels.ts';
import { midlinePlane, midlineShift } from './midline.ts';
import { type NetworkInput, networkInput } from './network-input.ts';
import { anatomyRemark } from './quality.ts';
import { maskOf } from './regions.ts';
import { fitToTemplate, type TemplateFit } from './template-fit.ts';

export const HEAD_ANATOMY_MODEL = 'head-anatomy';
const TIMEOUT_MS = 60_000;

/** mL of brain below which the image is no head, or shows too little of one. */
const LEAST_BRAIN_ML = 250;
/** mL of brain of an adult whose whole head was covered. */
const WHOLE_BRAIN_ML = 800;
/** Mean probability of the labels over the brain: below the first one the labels are doubtful, below the second useless. */
export const CONFIDENCE = { doubtful: 0.7, useless: 0.5 } as const;
/** So much more confident must the turned image be before the image counts as upside down or back to front. */
const TURNED_GAIN = 0.08;
/** Degrees; the network was trained up to about 25. */
const TURNED_LIMIT = 30;

/**
 * @param modality 'ct' for HU, 'mr' for any MR contrast
 * @throws ImageRefusal 'no-pixels' for a volume without values; InferenceError of the engine
 */
export const headAnatomy: HeadAnatomy = async (volume, modality, engine, options = {}) => {
  const input = networkInput(volume, modality);
  if (!input.covered.includes(1)) throw new ImageRefusal('no-pixels', 'the volume holds no values: it is empty');
  const run = (image: Float32Array): Promise<Labelled> => labelled(image, input, engine, options);
  const upright = await run(input.image);
  const { labels, confidence, answer } = upright;
  const brain = maskOf(labels, BRAIN);
  const brainMl = milliliters(brain, input.grid);
  const meanConfidence = meanWithin(confidence, brain);
  const midline = midlinePlane(labels, input.grid);
  const fit = fitToTemplate(labels, input.grid);
  const quality: QualityRemark[] = [];
  if (brainMl < LEAST_BRAIN_ML) {
    quality.push(anatomyRemark('head-not-found', 'refuses', { brainMl }));
  } else if (meanConfidence < CONFIDENCE.doubtful) {
    const turned = await turnedGain(upright, meanConfidence, input, run);
    quality.push(
      turned > TURNED_GAIN
        ? anatomyRemark('head-upside-down', 'refuses', { meanConfidence, turnedConfidence: meanConfidence + turned })
        : anatomyRemark('anatomy-uncertain', meanConfidence < CONFIDENCE.useless ? 'refuses' : 'limits', {
            meanConfidence,
          }),
    );
  }
  quality.push(...geometryRemarks(fit, brainMl));
  return {
    grid: input.grid,
    labels,
    confidence,
    meanConfidence,
    brainMl,
    ventriclesMl: milliliters(maskOf(labels, VENTRICLES), input.grid),
    midline,
    midlineShift: midline === null ? null : midlineShift(labels, input.grid, midline),
    toTemplate: fit?.toTemplate ?? null,
    quality,
    model: answer.model,
    ranOn: answer.ranOn,
  };
};

interface Labelled {
  readonly labels: Uint8Array;
  readonly confidence: Float32Array;
  readonly answer: InferenceAnswer;
}

async function labelled(
  image: Float32Array,
  { grid, covered }: NetworkInput,
  engine: InferenceEngine,
  { signal, timeoutMs = TIMEOUT_MS }: NonNullable<Parameters<HeadAnatomy>[3]>,
): Promise<Labelled> {
  const [nx, ny, nz] = grid.size;
  const answer = await engine.infer(
    {
      model: HEAD_ANATOMY_MODEL,
      inputs: [{ name: 'image', datatype: 'FP32', shape: [1, 1, nz, ny, nx], data: image }],
    },
    { timeoutMs, ...(signal === undefined ? {} : { signal }) },
  );
  const labels = Uint8Array.from(output(answer, 'label', Uint8Array), (label, at) => (covered[at] === 1 ? label : 0));
  return { labels: oneBrain(labels, grid), confidence: output(answer, 'confidence', Float32Array), answer };
}

function output<A extends Uint8Array | Float32Array>(
  { model, outputs }: InferenceAnswer,
  name: string,
  kind: new (length: number) => A,
): A {
  const data = outputs.find((tensor: Tensor) => tensor.name === name)?.data;
  if (data instanceof kind) return data;
  throw new InferenceError('refused', `${model.name} gave no '${name}' of the declared type`);
}

/** Crumbs of brain that do not touch the rest become head. */
function oneBrain(labels: Uint8Array, { size }: Grid): Uint8Array {
  const inBrain = new Set(labelsOf(BRAIN));
  const whole = largestPart(
    labels.map((label) => (inBrain.has(label) ? 1 : 0)),
    size,
  );
  const head = labelOf('headTissue');
  return labels.map((label, at) => (inBrain.has(label) && whole[at] !== 1 ? head : label));
}

/** How much more confident the network is of the image turned upside down, or front to back; 0 when it is not. */
async function turnedGain(
  { labels }: Labelled,
  upright: number,
  { image, grid }: NetworkInput,
  run: (image: Float32Array) => Promise<Labelled>,
): Promise<number> {
  const least = 0.5 * milliliters(maskOf(labels, BRAIN), grid);
  let gain = 0;
  for (const axis of [1, 2] as const) {
    const turned = await run(flipped(image, grid, axis));
    const brain = maskOf(turned.labels, BRAIN);
    if (milliliters(brain, grid) < least) continue;
    gain = Math.max(gain, meanWithin(turned.confidence, brain) - upright);
  }
  return gain;
}

/** Front to back (axis 1) or upside down (2). */
function flipped(image: Float32Array, { size: [nx, ny, nz] }: Grid, axis: 1 | 2): Float32Array {
  const out = new Float32Array(image.length);
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const from = nx * (axis === 1 ? ny - 1 - j + ny * k : j + ny * (nz - 1 - k));
      out.set(image.subarray(from, from + nx), nx * (j + ny * k));
    }
  }
  return out;
}

function geometryRemarks(fit: TemplateFit | null, brainMl: number): QualityRemark[] {
  if (fit === null || brainMl < LEAST_BRAIN_ML) return [];
  const { turnedDegrees } = fit;
  return [
    ...(turnedDegrees > TURNED_LIMIT ? [anatomyRemark('head-turned', 'limits', { degrees: turnedDegrees })] : []),
    ...(brainMl < WHOLE_BRAIN_ML ? [anatomyRemark('small-coverage', 'limits', { brainMl })] : []),
  ];
}

function milliliters(mask: Uint8Array, { affine }: Grid): number {
  let count = 0;
  for (const inside of mask) count += inside;
  return (count * Math.abs(determinant(affine))) / 1000;
}

function meanWithin(values: Float32Array, mask: Uint8Array): number {
  let [sum, count] = [0, 0];
  for (let at = 0; at < mask.length; at++) {
    if (mask[at] !== 1) continue;
    sum += values[at] ?? 0;
    count++;
  }
  return count === 0 ? 0 : sum / count;
}
