/**
 * A process that analyzes: it owns an engine and thereby processes of its own, as the analysis of a study does. Runs the
 * volumes that it is told to make, and reports each answer.
 */
import { createProcessEngine, type Tensor } from '../../src/inference/index.ts';
import { LOOP_SIZE, modelsIn } from './imaging-models.ts';

export interface AnalysisOrder {
  readonly directory: string;
  readonly model: 'conv3d' | 'identity-float32' | 'loop';
  /** Voxels in each direction; for 'loop' without meaning: it never ends. */
  readonly shape: readonly [number, number, number];
  readonly volumes: number;
  readonly threads?: number;
}

export type AnalysisReport =
  | { readonly type: 'started'; readonly pids: readonly number[] }
  | { readonly type: 'answer'; readonly milliseconds: number; readonly runMilliseconds: number }
  | { readonly type: 'finished' };

const say = (report: AnalysisReport): void => {
  process.send?.(report);
};

function inputsOf({ model, shape }: AnalysisOrder): readonly Tensor[] {
  if (model === 'loop') {
    const square = { datatype: 'FP32', shape: [LOOP_SIZE, LOOP_SIZE], data: new Float32Array(LOOP_SIZE ** 2) } as const;
    const rounds = { name: 'rounds', datatype: 'INT64', shape: [], data: BigInt64Array.of(1_000_000_000n) } as const;
    return [{ name: 'input', ...square }, { name: 'step', ...square }, rounds];
  }
  const data = new Float32Array(shape[0] * shape[1] * shape[2]).fill(0.5);
  const whole = model === 'conv3d' ? [1, 1, ...shape] : shape;
  return [{ name: 'input', datatype: 'FP32', shape: whole, data }];
}

async function analyze(order: AnalysisOrder): Promise<void> {
  const models = await modelsIn(order.directory);
  const engine = createProcessEngine({ models, providers: ['cpu'], settings: { threads: order.threads ?? 1 } });
  await engine.warmUp();
  const inputs = inputsOf(order);
  say({ type: 'started', pids: engine.status().processes.map(({ pid }) => pid) });
  for (let i = 0; i < order.volumes; i += 1) {
    const from = performance.now();
    const { milliseconds } = await engine.infer({ model: order.model, inputs }, { timeoutMs: 600_000 });
    say({ type: 'answer', milliseconds: performance.now() - from, runMilliseconds: milliseconds });
  }
  await engine.close();
  say({ type: 'finished' });
}

process.once('disconnect', () => {
  process.exit(0);
});
process.on('message', (order: AnalysisOrder) => {
  void analyze(order);
});
