/** What a person sees of a perfusion result: maps, regions, curves and the image behind them. */
import type { SourceSeries, Volume } from '../../volume/volume.ts';
import type { PipelineResult } from '../pipeline.ts';
import type { InputFunctions } from './choose-inputs.ts';
import type { PerfusionMaps } from './maps.ts';
import type { Prepared } from './prepare.ts';
import type { Regions } from './regions.ts';

export interface Drawing {
  readonly prepared: Prepared;
  readonly functions: InputFunctions;
  readonly maps: PerfusionMaps;
  readonly regions: Regions;
  readonly source: SourceSeries;
}

export function drawn({
  prepared,
  functions,
  maps,
  regions,
  source,
}: Drawing): Pick<PipelineResult, 'segments' | 'maps' | 'background' | 'curves'> {
  const { grid } = prepared;
  const map = (values: Float32Array, unit: Volume['unit']): Volume => ({ ...grid, values, unit });
  return {
    segments: [
      { label: 'hypoperfusion', grid, voxels: regions.hypoperfusion, source },
      { label: 'core', grid, voxels: regions.core, source },
    ],
    maps: [
      { name: 'Tmax', volume: map(maps.tmax, 's'), window: [0, 12] },
      { name: 'CBF', volume: map(maps.cbf, 'mL/(100.g.min)'), window: [0, 80] },
      { name: 'CBV', volume: map(maps.cbv, 'mL/(100.g)'), window: [0, 8] },
      { name: 'MTT', volume: map(maps.mtt, 's'), window: [0, 16] },
      { name: 'TTP', volume: map(maps.ttp, 's'), window: [0, 30] },
    ],
    background: backgroundOf(prepared),
    curves: drawnCurves(prepared, functions),
  };
}

/** Mean over time of the corrected frames. */
export function backgroundOf({ grid, mean, kind }: Prepared): Volume {
  return { ...grid, values: mean, unit: kind === 'ct' ? 'HU' : 'signal' };
}

/** Voxels are those of the series as built. */
export function drawnCurves({ time, reduction }: Prepared, { artery, vein }: InputFunctions): PipelineResult['curves'] {
  const chosen = [
    { name: 'arterial input', curve: artery },
    { name: 'venous output', curve: vein },
  ];
  const middle = (at: number): number => at * reduction + Math.floor(reduction / 2);
  return chosen.flatMap(({ name, curve }) =>
    curve === null
      ? []
      : [
          {
            name,
            seconds: time.seconds,
            values: curve.values,
            voxel: [middle(curve.voxel[0]), middle(curve.voxel[1]), curve.voxel[2]] as const,
          },
        ],
  );
}
