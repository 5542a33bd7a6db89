/** Runs the perfusion pipeline on a phantom. */
import type { Instant, FindingKind } from '../../src/case/index.ts';
import type { InferenceEngine } from '../../src/inference/engine.ts';
import { perfusionPipeline } from '../../src/imaging/pipelines/perfusion/index.ts';
import type { FindingDraft, PipelineResult, RoledSeries } from '../../src/imaging/pipelines/pipeline.ts';
import type { Volume } from '../../src/imaging/volume/volume.ts';
import type { Phantom } from './perfusion-phantom.ts';

export interface RunOptions {
  readonly engine: InferenceEngine;
  readonly overrides?: Readonly<Record<string, unknown>>;
  readonly acquiredAt?: Instant | null;
  readonly lastKnownWell?: Instant | null;
  readonly adc?: Volume;
  readonly signal?: AbortSignal;
  readonly progress?: (stage: string, percent: number) => void;
}

export function runPerfusion(phantom: Phantom, options: RunOptions): Promise<PipelineResult> {
  const { engine, overrides = {}, acquiredAt = null, lastKnownWell = null, adc } = options;
  const { signal = new AbortController().signal, progress = () => undefined } = options;
  const { series, source } = phantom;
  const common = { acquiredAt, quality: [] };
  const all: RoledSeries[] = [
    {
      ...common,
      role: series.unit === 'HU' ? 'ctp' : 'pwi',
      source,
      load: () => Promise.resolve({ image: series, source, steps: [] }),
    },
  ];
  if (adc !== undefined) {
    const own = { ...source, seriesUid: '2.25.9' };
    all.push({
      ...common,
      role: 'adc',
      source: own,
      load: () => Promise.resolve({ image: adc, source: own, steps: [] }),
    });
  }
  return perfusionPipeline().run({ series: all, lastKnownWell, overrides }, { engine, progress, signal });
}

/** @throws Error when the result has no such finding */
export function findingOf({ findings }: PipelineResult, kind: FindingKind): FindingDraft {
  const found = findings.find((finding) => finding.kind === kind);
  if (found === undefined) throw new Error(`no ${kind}`);
  return found;
}

export function numberOf(result: PipelineResult, kind: FindingKind): number {
  return Number(findingOf(result, kind).value);
}
