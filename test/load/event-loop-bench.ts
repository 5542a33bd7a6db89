/**
 * How long the service's event loop stalls while volumes are analyzed beside it, what sending a volume to a model's
 * process costs, and how fast one starts and dies: `node --import tsx test/load/event-loop-bench.ts`.
 * Ends with 1 when the loop stalled for more than 50 ms; where the machine is loaded by others, when its own work did.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { instantFromEpoch } from '../../src/case/index.ts';
import { createInstanceParser, createReceiver, openFolderStore } from '../../src/imaging/ingest/index.ts';
import { createProcessEngine } from '../../src/inference/index.ts';
import { startProcess } from '../../src/process.ts';
import type { AnalysisOrder, AnalysisReport } from '../support/analysis-process.ts';
import { freshDatabase } from '../support/database.ts';
import { enhancedCt } from '../support/dicom-files.ts';
import { installImagingModels, LOOP_SIZE } from '../support/imaging-models.ts';

const LIMIT_MS = 50;
const RESOLUTION_MS = 5;
const folder = await installImagingModels('conv3d', 'identity-float32', 'loop');
const ms = (value: number): string => `${value.toFixed(1)} ms`;
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
const megabytes = (shape: readonly number[]): string =>
  `${(shape.reduce((product, size) => product * size, 4) / 2 ** 20).toFixed(0)} MB`;

interface Stalls {
  /** Longest time between two turns of the loop, whoever caused it. */
  readonly longest: number;
  /** Most processor time that this process spent between two of them: its own doing, whatever else the machine does. */
  readonly own: number;
}

/** Watches this process' loop until the returned function is called. */
function watchLoop(): () => Stalls {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let own = 0;
  let before = process.cpuUsage();
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(before);
    own = Math.max(own, (user + system) / 1_000);
    before = process.cpuUsage();
  }, RESOLUTION_MS);
  return () => {
    clearInterval(timer);
    delay.disable();
    // The monitor's timer fires every few milliseconds; what comes on top of that is a stall.
    return { longest: delay.max / 1e6 - RESOLUTION_MS, own };
  };
}

const inWords = ({ longest, own }: Stalls): string => `longest stall ${ms(longest)}, own work ${ms(own)}`;

/** The same machine without an analysis: what others on it cost. */
async function machineAlone(): Promise<Stalls> {
  const stop = watchLoop();
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  const stalls = stop();
  process.stdout.write(`nothing analyzed: ${inWords(stalls)}\n`);
  return stalls;
}

/** Receipt of a large enhanced instance: its header is read in a thread, hashing and writing go in turns. */
async function received(): Promise<Stalls> {
  const database = await freshDatabase();
  const directory = mkdtempSync(join(tmpdir(), 'stroke-cds-bench-'));
  const parser = createInstanceParser();
  const store = await openFolderStore({ directory });
  const receiver = createReceiver({ database, store, parse: parser.parse, clock: () => instantFromEpoch(Date.now()) });
  const small = enhancedCt({ size: [8, 8, 720], series: 'small', values: () => 0 });
  const large = enhancedCt({ size: [256, 256, 720], values: (i, j, k) => (i * j + k) % 1000 });
  // The thread starts with the first one.
  await parser.parse(Buffer.concat([small.bytes, Buffer.alloc(2 ** 20)])).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const stop = watchLoop();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const { outcome } = await receiver.receive(large.bytes, { way: 'stow', peer: 'bench' });
  const stalls = stop();
  const size = megabytes([large.bytes.length / 4]);
  process.stdout.write(`receipt of an enhanced instance, 720 frames, ${size} (${outcome}): ${inWords(stalls)}\n`);
  await receiver.close();
  await parser.close();
  await database.close();
  rmSync(directory, { recursive: true });
  return stalls;
}

/** An analysis in a process of its own, while this process' loop is watched. */
async function watched(order: Omit<AnalysisOrder, 'directory'>): Promise<Stalls> {
  const child = startProcess(import.meta.url, '../support/analysis-process', { niceness: 10 });
  const answers: Extract<AnalysisReport, { type: 'answer' }>[] = [];
  let stop = (): Stalls => ({ longest: Number.NaN, own: Number.NaN });
  child.on('message', (report: AnalysisReport) => {
    if (report.type === 'started') stop = watchLoop();
    if (report.type === 'answer') answers.push(report);
    if (report.type === 'finished') child.disconnect();
  });
  child.send({ ...order, directory: folder.directory } satisfies AnalysisOrder);
  await once(child, 'exit');
  const stalls = stop();
  const runs = median(answers.map(({ runMilliseconds }) => runMilliseconds));
  const transfer = median(answers.map(({ milliseconds, runMilliseconds }) => milliseconds - runMilliseconds));
  process.stdout.write(
    `${order.model} ${order.shape.join('x')} (${megabytes(order.shape)}), ${answers.length} volumes: run ${ms(runs)}, ` +
      `there and back ${ms(transfer)}; ${inWords(stalls)}\n`,
  );
  return stalls;
}

/** Median of a few: from nothing to the first answer, and from the time limit of a run to the end of its process. */
async function startAndKill(): Promise<void> {
  const starts: number[] = [];
  const kills: number[] = [];
  const small = { model: 'identity-float32', inputs: [] } as const;
  const inputs = [{ name: 'input', datatype: 'FP32', shape: [1, 1, 1], data: Float32Array.of(1) }] as const;
  const square = { datatype: 'FP32', shape: [LOOP_SIZE, LOOP_SIZE], data: new Float32Array(LOOP_SIZE ** 2) } as const;
  const rounds = { name: 'rounds', datatype: 'INT64', shape: [], data: BigInt64Array.of(1_000_000_000n) } as const;
  const endless = { model: 'loop', inputs: [{ name: 'input', ...square }, { name: 'step', ...square }, rounds] };
  for (let i = 0; i < 5; i += 1) {
    const engine = createProcessEngine({ models: folder.models, providers: ['cpu'] });
    let from = performance.now();
    await engine.infer({ ...small, inputs }, { timeoutMs: 60_000 });
    starts.push(performance.now() - from);
    await engine.warmUp();
    from = performance.now();
    await engine.infer(endless, { timeoutMs: 200 }).catch(() => undefined);
    while (engine.status().processes.length > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    kills.push(performance.now() - from - 200);
    await engine.close();
  }
  process.stdout.write(
    `start, load and first answer: median ${ms(median(starts))}; from the time limit to the end of the process: ` +
      `median ${ms(median(kills))}\n`,
  );
}

const loadBefore = loadavg()[0] ?? 0;
try {
  const alone = await machineAlone();
  const stalls = [
    await received(),
    await watched({ model: 'identity-float32', shape: [16, 256, 256], volumes: 30 }),
    await watched({ model: 'identity-float32', shape: [100, 512, 512], volumes: 10 }),
    await watched({ model: 'conv3d', shape: [40, 512, 512], volumes: 20, threads: 0 }),
  ];
  await startAndKill();
  const worst = { longest: Math.max(...stalls.map((s) => s.longest)), own: Math.max(...stalls.map((s) => s.own)) };
  const busy = loadBefore > availableParallelism() || alone.longest > LIMIT_MS / 2;
  process.stdout.write(
    `${inWords(worst)}, allowed ${LIMIT_MS} ms${busy ? ' (others load this machine: own work alone is judged)' : ''}\n`,
  );
  process.exitCode = (busy ? worst.own : worst.longest) > LIMIT_MS ? 1 : 0;
} finally {
  folder.remove();
}
