/** The networks that can measure a hemorrhage, and which of them does: the one place that chooses. */
import type { Volume } from '../../volume/volume.ts';
import type { PipelineContext } from '../pipeline.ts';
import { BLAST_CT_MODEL, segmentBlastCt } from './blast-ct/segment-blast-ct.ts';
import type { Head } from './head.ts';
import { segment, type Segmented, type SegmentOptions } from './segment.ts';
import { HEMORRHAGE_MODEL } from './settings.ts';

export interface HemorrhageNetwork {
  readonly name: string;
  /** Without it subarachnoid blood is counted as extra-axial, and nothing can be said about its absence. */
  readonly tellsSubarachnoid: boolean;
  /** @throws InferenceError of the engine */
  readonly segment: (image: Volume, head: Head, options: SegmentOptions) => Promise<Segmented>;
}

const OWN: HemorrhageNetwork = {
  name: HEMORRHAGE_MODEL,
  tellsSubarachnoid: true,
  segment: (_, { stack }, options) => segment(stack, options),
};

const BLAST_CT: HemorrhageNetwork = {
  name: BLAST_CT_MODEL,
  tellsSubarachnoid: false,
  segment: segmentBlastCt,
};

export const HEMORRHAGE_NETWORKS: readonly string[] = [OWN.name, BLAST_CT.name];

/** BLAST-CT where the site installed it and made it active: that was a deliberate act. Else the network of the product. */
export const networkInUse = (figuresOf: PipelineContext['figuresOf']): HemorrhageNetwork =>
  figuresOf?.(BLAST_CT.name) === undefined ? OWN : BLAST_CT;
