/** One study through every pipeline that its series allow. A refusal is a result; a fault of one pipeline leaves the others. */
import { createHash } from 'node:crypto';
import type { QualityRemark } from '../../case/index.ts';
import { ImageRefusal } from '../image-refusal.ts';
import type {
  NetworkFigures,
  Pipeline,
  PipelineContext,
  PipelineInputs,
  PipelineResult,
} from '../pipelines/pipeline.ts';

/** Name under which overrides count how often they were changed. */
export const REVISION = 'revision';

export interface StageTime {
  readonly stage: string;
  /** Milliseconds that the stage took. */
  readonly milliseconds: number;
}

export interface PipelineRun {
  readonly pipeline: string;
  readonly version: string;
  /** SHA-256 of pipeline, version, networks, overrides, the instances it saw and what it compared with: the same inputs give the same result. */
  readonly inputsHash: string;
  readonly result: PipelineResult;
  readonly stages: readonly StageTime[];
}

export interface FailedRun {
  readonly pipeline: string;
  readonly version: string;
  readonly error: unknown;
}

export interface StudyRuns {
  readonly runs: readonly PipelineRun[];
  readonly failed: readonly FailedRun[];
}

export interface RunOptions {
  readonly pipelines: readonly Pipeline[];
  /** Digests of all instances of the study. */
  readonly content: string;
  /** Hashes of the inputs of results that were replaced, by pipeline. */
  readonly replaced?: Readonly<Record<string, readonly string[]>>;
  /** Called with each run before the next pipeline begins. */
  readonly onRun?: (run: PipelineRun) => Promise<void>;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

/** Pipelines whose inputs are there, the urgent ones first. */
export function applicable(pipelines: readonly Pipeline[], inputs: Pick<PipelineInputs, 'series'>): Pipeline[] {
  const roles = [...new Set(inputs.series.map(({ role }) => role))];
  return pipelines.filter((pipeline) => pipeline.accepts(roles)).toSorted((a, b) => a.priority - b.priority);
}

export async function runPipelines(
  inputs: PipelineInputs,
  context: PipelineContext,
  options: RunOptions,
): Promise<StudyRuns> {
  const chosen = applicable(options.pipelines, inputs);
  const runs: PipelineRun[] = [];
  const failed: FailedRun[] = [];
  for (const [at, pipeline] of chosen.entries()) {
    const watch = stopwatch(options.now);
    const share = (percent: number): number => (100 * at + percent) / chosen.length;
    const progress: PipelineContext['progress'] = (stage, percent) => {
      watch.enter(stage);
      context.progress(`${pipeline.name}: ${stage}`, share(percent));
    };
    const { name, version } = pipeline;
    const overrides = overridesFor(pipeline, inputs.overrides);
    let run: PipelineRun;
    try {
      const { prior, ...all } = inputs;
      const compared = pipeline.compares === true && prior !== undefined ? { prior } : {};
      const own: PipelineInputs = { ...all, ...compared, overrides, earlier: [...runs] };
      const result = await refusalAsResult(() => pipeline.run(own, { ...context, progress }));
      run = {
        pipeline: name,
        version,
        inputsHash: madeAgain(
          inputsHashOf(name, version, options.content, overrides, {
            ...(own.prior === undefined ? {} : { prior: own.prior.findingId }),
            networks: networksOf(pipeline, context.figuresOf),
          }),
          options.replaced?.[name],
        ),
        result,
        stages: watch.stages(),
      };
    } catch (error) {
      if (context.signal.aborted) throw error;
      failed.push({ pipeline: name, version, error });
      continue;
    }
    runs.push(run);
    await options.onRun?.(run);
  }
  return { runs, failed };
}

async function refusalAsResult(run: () => Promise<PipelineResult>): Promise<PipelineResult> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof ImageRefusal)) throw error;
    const quality: QualityRemark = { code: error.code, severity: 'refuses', figures: {} };
    return {
      state: 'refused',
      quality: [quality],
      findings: [],
      segments: [],
      maps: [],
      background: null,
      curves: [],
      model: null,
      ranOn: null,
    };
  }
}

/** With the count of a reviewer's decisions: who goes back to an earlier choice wants its result again. */
function overridesFor(
  { overrides: read = [] }: Pipeline,
  overrides: PipelineInputs['overrides'],
): PipelineInputs['overrides'] {
  if (read.length === 0) return {};
  const names = [...read, REVISION];
  return Object.fromEntries(Object.entries(overrides).filter(([name]) => names.includes(name)));
}

type NamedFigures = readonly [name: string, figures: NetworkFigures];

/** What else a result was made with. */
export interface MadeWith {
  /** Id of the finding of the earlier scan that it was compared with. */
  readonly prior?: string;
  readonly networks?: readonly NamedFigures[];
}

/** Those that are in use, with version, graph and thresholds. */
function networksOf({ restsOn = [] }: Pipeline, figuresOf: PipelineContext['figuresOf']): readonly NamedFigures[] {
  return restsOn.flatMap((name) => {
    const figures = figuresOf?.(name);
    return figures === undefined ? [] : [[name, figures] as const];
  });
}

/** @param content version of the study's content */
export function inputsHashOf(
  name: string,
  version: string,
  content: string,
  overrides: PipelineInputs['overrides'],
  { prior, networks = [] }: MadeWith = {},
): string {
  const sorted = Object.entries(overrides).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const more = [...(prior === undefined ? [] : [prior]), ...(networks.length === 0 ? [] : [networks])];
  return sha256(JSON.stringify([name, version, content, sorted, ...more]));
}

/** What was replaced stays replaced: made again of the same (a network was rolled back), it is a result of its own. */
function madeAgain(hash: string, replaced: readonly string[] = []): string {
  return replaced.includes(hash) ? madeAgain(sha256(hash), replaced) : hash;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function stopwatch(now: () => number): { enter: (stage: string) => void; stages: () => StageTime[] } {
  const times: { stage: string; began: number }[] = [];
  return {
    enter: (stage) => {
      if (times.at(-1)?.stage !== stage) times.push({ stage, began: now() });
    },
    stages: () => {
      const end = now();
      return times.map(({ stage, began }, at) => ({ stage, milliseconds: (times[at + 1]?.began ?? end) - began }));
    },
  };
}
