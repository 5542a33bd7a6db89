/** Every pipeline of the product. A site switches one off by its name. */
import { headAnatomy } from '../anatomy/index.ts';
import { type ArterialAtlas, loadArterialAtlas } from '../lesion/arterial-atlas.ts';
import { ATLAS_DIRECTORY } from '../lesion/measure-masks.ts';
import { diffusionPipeline } from './diffusion/index.ts';
import { earlyIschemiaPipeline } from './early-ischemia/index.ts';
import { hemorrhagePipeline } from './hemorrhage/index.ts';
import { perfusionPipeline } from './perfusion/index.ts';
import type { Pipeline } from './pipeline.ts';

let atlas: Promise<ArterialAtlas> | undefined;

/** Seconds and some ten megabytes: only when a study needs it, once a process. */
function arterialAtlas(): Promise<ArterialAtlas> {
  atlas ??= loadArterialAtlas(ATLAS_DIRECTORY).catch((error: unknown) => {
    atlas = undefined;
    throw error;
  });
  return atlas;
}

export const PIPELINES: readonly Pipeline[] = [
  hemorrhagePipeline(),
  earlyIschemiaPipeline(headAnatomy),
  perfusionPipeline(),
  diffusionPipeline({ anatomy: headAnatomy, atlas: arterialAtlas }),
];

/**
 * What the configuration leaves switched on.
 * @throws Error when it names a pipeline that there is not: mistyped or renamed, the one that was meant would go on running
 */
export function switchedOn(off: readonly string[]): readonly Pipeline[] {
  const names = PIPELINES.map(({ name }) => name);
  const strangers = off.filter((name) => !names.includes(name));
  if (strangers.length > 0) {
    throw new Error(`imaging.pipelinesOff names ${strangers.join(', ')}; the pipelines are ${names.join(', ')}`);
  }
  return PIPELINES.filter(({ name }) => !off.includes(name));
}

/**
 * What runs at a site.
 * @param off names of pipelines that the configuration switches off
 * @param networks names of imaging models that are in use
 * @throws Error as `switchedOn`
 */
export function pipelinesInUse(off: readonly string[], networks: readonly string[]): readonly Pipeline[] {
  return switchedOn(off).filter((one) => one.networks?.some((name) => networks.includes(name)) ?? true);
}
