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
 * What runs at a site.
 * @param off names of pipelines that the configuration switches off
 * @param networks names of imaging models that are in use
 */
export function pipelinesInUse(off: readonly string[], networks: readonly string[]): readonly Pipeline[] {
  return PIPELINES.filter(
    ({ name, network }) => !off.includes(name) && (network === undefined || networks.includes(network)),
  );
}
