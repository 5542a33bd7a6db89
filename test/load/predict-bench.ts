/**
 * Time of one prediction with everything that is said with it, for every installed model, on its own reference patients:
 * `node --import tsx test/load/predict-bench.ts`. The explanation part is timed alone too: it must stay below 5 ms.
 */
import { fileURLToPath } from 'node:url';
import { openModelRegistry } from '../../src/inference/index.ts';
import { evaluateRow } from '../../src/prediction/additive-model.ts';
import { explainedCoefficients, explainedWeights, headlineOf } from '../../src/prediction/explained-quantity.ts';
import { loadPredictionModels, type CaseReadings, type PredictionModel } from '../../src/prediction/index.ts';
import { predictModel } from '../../src/prediction/predict-model.ts';
import { factOf } from '../../src/prediction/readings.ts';
import { shapleyValues } from '../../src/prediction/shapley.ts';

const RUNS = 300;
const directory = fileURLToPath(new URL('../../models', import.meta.url));

/** A reference patient as readings; `hidden` is taken away. */
function readingsOf({ additive }: PredictionModel, row: readonly number[], hidden: string | null): CaseReadings {
  const { inputs } = additive.statistics;
  return (fact) => {
    const own = inputs.map((input, i) => [input.name, row[i] ?? 0] as const).filter(([name]) => factOf(name) === fact);
    if (fact === hidden || own.length === 0) return { state: 'unknown', alternatives: [] };
    return { state: 'known', alternatives: [{ values: Object.fromEntries(own) }] };
  };
}

function quantiles(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(3);
  return `median ${at(0.5)} ms, p95 ${at(0.95)} ms, longest ${at(1)} ms`;
}

/** Wall times, and the processor time of one run: the honest figure where other work shares the machine. */
async function timed(run: (i: number) => unknown): Promise<string> {
  for (let i = 0; i < 50; i += 1) await run(i);
  const times: number[] = [];
  const before = process.cpuUsage();
  for (let i = 0; i < RUNS; i += 1) {
    const from = performance.now();
    await run(i);
    times.push(performance.now() - from);
  }
  const { user, system } = process.cpuUsage(before);
  return `${quantiles(times)}; processor ${((user + system) / 1000 / RUNS).toFixed(3)} ms`;
}

const registry = await openModelRegistry({ directory, providers: ['cpu'] });
const { usable, unusable } = await loadPredictionModels(registry, directory);
for (const { name, why, reason } of unusable) process.stdout.write(`${name}: ${why}, ${reason}\n`);
for (const model of usable) {
  const { rows, weights } = model.additive.statistics.reference;
  const rowAt = (i: number): readonly number[] => rows[i % rows.length] ?? [];
  const options = { wanted: [], assumesIschemic: false };
  const whole = await timed((i) => predictModel(model, readingsOf(model, rowAt(i), null), options));
  const averaged = await timed((i) => predictModel(model, readingsOf(model, rowAt(i), 'age'), options));
  const explained = await timed((i) => {
    const { basis, probabilities } = evaluateRow(model.additive, rowAt(i));
    const coefficients = explainedCoefficients(
      model.additive,
      explainedWeights(model.additive, headlineOf(model.additive, probabilities)),
    );
    return shapleyValues(model.additive, coefficients, [{ basis, weight: 1 }], () => true);
  });
  process.stdout.write(
    `${model.name} (${rows[0]?.length ?? 0} inputs, ${model.additive.columns.length} columns, ${weights.length} reference rows)\n` +
      `  Shapley values            ${explained}\n` +
      `  everything, all known     ${whole}\n` +
      `  everything, age averaged  ${averaged}\n`,
  );
}
await registry.close();
