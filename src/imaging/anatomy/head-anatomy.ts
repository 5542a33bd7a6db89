/** Labels of a head in CT or MR by the head-anatomy network, and what follows from them. */
import type { QualityRemark } from '../../case/index.ts';
import { type InferenceAnswer, InferenceError, type InferenceEngine, type Tensor } from '../../inference/engine.ts';
import { determinant } from '../affine.ts';
import { ImageRefusal } from '../image-refusal.ts';
import { largestPart } from '../pipelines/perfusion/morphology.ts';
import type { Grid } from '../volume/volume.ts';
import type { HeadAnatomy } from './anatomy.ts';
import { BRAIN, INTRACRANIAL, LABEL_COUNT, labelOf, labelsOf, otherSide, VENTRICLES } from './labels.ts';
import { midlineOfBoth } from './midline.ts';
import { type NetworkInput, networkInput } from './network-input.ts';
import { anatomyRemark } from './quality.ts';
import { countLabels, maskOf } from './regions.ts';
import { fitToTemplate, type TemplateFit } from './template-fit.ts';
import { ventriclesByImage } from './ventricles.ts';

export const HEAD_ANATOMY_MODEL = 'head-anatomy';
const TIMEOUT_MS = 60_000;

/** mL of brain below which the image is no head, or shows too little of one. */
const LEAST_BRAIN_ML = 250;
/** mL of brain of an adult whose whole head was covered. */
const WHOLE_BRAIN_ML = 800;
/** Mean probability of the labels over the brain: below the first one the labels are doubtful, below the second useless. */
export const CONFIDENCE = { doubtful: 0.65, useless: 0.5 } as const;
/**
 * The network labels by place, so that it labels what is no head too. Share of the variance of the tissue inside the skull that
 * the labels explain: nothing in noise and phantoms, 0.08 and more in heads.
 */
const LEAST_EXPLAINED = 0.02;
/** What is neither air nor bone, in a normalized image. */
const TISSUE = [0.05, 0.98] as const;
/** So much more confident must the turned image be, and explain more, before the image counts as upside down or back to front. */
const TURNED_GAIN = 0.015;
/** Degrees; the network was trained up to about 25. */
const TURNED_LIMIT = 30;

/**
 * @param modality 'ct' for HU, 'mr' for any MR contrast
 * @throws ImageRefusal 'no-pixels' for a volume without values; InferenceError of the engine
 */
export const headAnatomy: HeadAnatomy = async (volume, modality, engine, options = {}) => {
  const input = networkInput(volume, modality);
  if (!input.covered.includes(1)) throw new ImageRefusal('no-pixels', 'the volume holds no values: it is empty');
  const run = (image: NetworkInput): Promise<Labelled> => labelled(image, engine, options);
  const upright = await run(input);
  const { confidence, answer, brainMl, meanConfidence, explained } = upright;
  const mirrored = await run({
    grid: input.grid,
    image: flipped(input.image, input.grid, 0),
    covered: flipped(input.covered, input.grid, 0),
  });
  const back = flipped(mirrored.labels.map(otherSide), input.grid, 0);
  const { midline, midlineShift } = midlineOfBoth([upright.labels, back], input.grid);
  const fit = fitToTemplate(upright.labels, input.grid);
  const quality: QualityRemark[] = [];
  if (brainMl < LEAST_BRAIN_ML || explained < LEAST_EXPLAINED) {
    quality.push(anatomyRemark('head-not-found', 'refuses', { brainMl, explained }));
  } else {
    const turned = await betterTurned(upright, input, run);
    if (turned !== null) {
      const turnedConfidence = turned.meanConfidence;
      quality.push(anatomyRemark('head-upside-down', 'refuses', { meanConfidence, turnedConfidence }));
    } else if (meanConfidence < CONFIDENCE.doubtful) {
      const severity = meanConfidence < CONFIDENCE.useless ? 'refuses' : 'limits';
      quality.push(anatomyRemark('anatomy-uncertain', severity, { meanConfidence }));
    }
  }
  quality.push(...geometryRemarks(fit, brainMl));
  const labels = ventriclesByImage(upright.labels, confidence, input);
  return {
    grid: input.grid,
    labels,
    confidence,
    meanConfidence,
    brainMl,
    ventriclesMl: milliliters(maskOf(labels, VENTRICLES), input.grid),
    midline,
    midlineShift,
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
  readonly brainMl: number;
  readonly meanConfidence: number;
  /** Share of the variance of the tissue inside the skull between the labels (correlation ratio), 0 to 1. */
  readonly explained: number;
}

async function labelled(
  { image, grid, covered }: NetworkInput,
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
  const given = Uint8Array.from(output(answer, 'label', Uint8Array), (label, at) => (covered[at] === 1 ? label : 0));
  const labels = oneBrain(given, grid);
  const confidence = output(answer, 'confidence', Float32Array);
  const brain = maskOf(labels, BRAIN);
  return {
    labels,
    confidence,
    answer,
    brainMl: milliliters(brain, grid),
    meanConfidence: meanWithin(confidence, brain),
    explained: explainedBy(labels, image),
  };
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

/** The image upside down or front to back, where the network is surer of that and its labels fit better; else null. */
async function betterTurned(
  upright: Labelled,
  { image, grid, covered }: NetworkInput,
  run: (input: NetworkInput) => Promise<Labelled>,
): Promise<Labelled | null> {
  for (const axis of [1, 2] as const) {
    const turned = await run({ grid, image: flipped(image, grid, axis), covered: flipped(covered, grid, axis) });
    const surer = turned.meanConfidence - upright.meanConfidence > TURNED_GAIN;
    if (surer && turned.explained > upright.explained && turned.brainMl > 0.5 * upright.brainMl) return turned;
  }
  return null;
}

function explainedBy(labels: Uint8Array, image: Float32Array): number {
  const inside = maskOf(labels, INTRACRANIAL).map((within, at) => {
    const value = image[at] ?? 0;
    return within === 1 && value > TISSUE[0] && value < TISSUE[1] ? 1 : 0;
  });
  const counts = countLabels(labels, inside);
  const sums = new Float64Array(LABEL_COUNT);
  let [sum, squares, count] = [0, 0, 0];
  labels.forEach((label, at) => {
    if (inside[at] !== 1) return;
    const value = image[at] ?? 0;
    sums[label] = (sums[label] ?? 0) + value;
    sum += value;
    squares += value * value;
    count++;
  });
  const total = squares - (sum * sum) / count;
  const between = sums.reduce((all, s, label) => all + (s === 0 ? 0 : (s * s) / (counts[label] ?? 1)), 0);
  return count === 0 || total <= 0 ? 0 : (between - (sum * sum) / count) / total;
}

/** Left to right (axis 0), front to back (1) or upside down (2). */
function flipped<A extends Float32Array | Uint8Array>(image: A, { size: [nx, ny, nz] }: Grid, axis: 0 | 1 | 2): A {
  const out = image.slice() as A;
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const to = nx * (j + ny * k);
      if (axis === 0) {
        out.subarray(to, to + nx).reverse();
        continue;
      }
      const from = nx * (axis === 1 ? ny - 1 - j + ny * k : j + ny * (nz - 1 - k));
      out.set(image.subarray(from, from + nx), to);
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
