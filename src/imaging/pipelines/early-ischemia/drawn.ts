/** What a person sees: the affected regions, what the network outlined, its map, and the slabs behind them. */
import type { FindingMethod } from '../../../case/index.ts';
import type { SourceSeries, Volume } from '../../volume/volume.ts';
import type { PipelineResult } from '../pipeline.ts';
import type { IschemiaProbability } from './network.ts';

export interface Drawing {
  readonly stack: Volume;
  readonly source: SourceSeries;
  readonly network: IschemiaProbability | null;
  /** The network that outlined the regions. */
  readonly anatomy: FindingMethod['model'];
  /** 1 inside, on the grid of the stack; null without a network. */
  readonly regions: Uint8Array;
  readonly early: Uint8Array | null;
  readonly frank: Uint8Array | null;
}

export function drawn({
  stack,
  source,
  network,
  anatomy,
  regions,
  early,
  frank,
}: Drawing): Pick<PipelineResult, 'segments' | 'maps' | 'background' | 'curves'> {
  const by = network?.model ?? anatomy;
  const segment = (label: string, voxels: Uint8Array | null): PipelineResult['segments'] =>
    voxels === null ? [] : [{ label, grid: stack, voxels, source, ...(by === null ? {} : { network: by }) }];
  return {
    segments: [
      ...segment('aspects-affected', regions),
      ...segment('early-ischemia', early),
      ...segment('frank-hypodensity', frank),
    ],
    maps: network === null ? [] : [changeMap(stack, network)],
    background: stack,
    curves: [],
  };
}

function changeMap(stack: Volume, { early, frank }: IschemiaProbability): PipelineResult['maps'][number] {
  const values = early.map((p, at) => p + (frank[at] ?? 0));
  return {
    name: 'Probability of ischemic change',
    volume: { ...stack, unit: '{probability}', values },
    window: [0, 1],
  };
}
