/**
 * node --import tsx test/imaging/hostile/mutate-20000.ts [count] [first]
 *
 * Reads mutations in a process of its own, which is watched: one that ends is a crash, one that is silent for 20 s a
 * hang. Closes with counts; fails when there was a crash or a hang.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { attempt } from './attempt.ts';
import { mutation } from './mutations.ts';
import { seeds } from './seeds.ts';

const PATIENCE_MS = 20_000;
const [count = 20_000, first = 0] = process.argv.slice(2).map(Number);

interface Report {
  readonly index: number;
  readonly kind: string;
  readonly outcome: string;
  readonly error: string | null;
  readonly milliseconds: number;
  readonly peakMegabytes: number;
}

if (process.send === undefined) await watch();
else await work();

/** The child: every mutation is announced by its number before it is read. */
async function work(): Promise<void> {
  const sound = await seeds();
  for (let index = first; index < first + count; index++) {
    const { kind, bytes } = mutation(sound, index);
    process.send?.({ starting: index, kind });
    const { outcome, error, milliseconds } = await attempt(bytes);
    const report: Report = {
      index,
      kind,
      outcome,
      error: error instanceof Error ? (error.stack ?? error.message) : error === null ? null : JSON.stringify(error),
      milliseconds,
      peakMegabytes: process.resourceUsage().maxRSS / 1024,
    };
    await new Promise((resolve) => process.send?.(report, resolve));
  }
  process.exit(0);
}

async function watch(): Promise<void> {
  const outcomes = new Map<string, number>();
  const kinds = new Map<string, number>();
  let [hangs, slowest, peak] = [0, 0, 0];
  const began = performance.now();
  const add = (counts: Map<string, number>, name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
  let next = first;
  while (next < first + count) {
    next = await batch(next, (report) => {
      add(outcomes, report.outcome);
      add(kinds, report.kind);
      if (report.error !== null) console.log(`mutation ${report.index} (${report.kind}): ${report.error}`);
      slowest = Math.max(slowest, report.milliseconds);
      peak = Math.max(peak, report.peakMegabytes);
      const done = report.index + 1 - first;
      if (done % 1000 === 0) console.log(`${done} of ${count}, ${seconds(began)} s, ${peak.toFixed(0)} MB`);
    });
  }
  const crashes = outcomes.get('crash') ?? 0;
  console.log(`outcomes: ${listed(outcomes)}`);
  console.log(`kinds: ${listed(kinds)}`);
  console.log(
    `crashes ${crashes}, hangs ${hangs}, slowest ${slowest.toFixed(0)} ms, peak memory ${peak.toFixed(0)} MB`,
  );
  process.exitCode = crashes + hangs === 0 ? 0 : 1;

  /** @returns the number of the mutation to go on with */
  function batch(from: number, on: (report: Report) => void): Promise<number> {
    const file = fileURLToPath(import.meta.url);
    const child = fork(file, [String(first + count - from), String(from)], { execArgv: process.execArgv });
    let current = { index: from, kind: '' };
    let killed = false;
    let timer = setTimeout(kill, PATIENCE_MS);
    function kill(): void {
      killed = true;
      child.kill('SIGKILL');
    }
    child.on('message', (message: Report | { starting: number; kind: string }) => {
      clearTimeout(timer);
      timer = setTimeout(kill, PATIENCE_MS);
      if ('starting' in message) current = { index: message.starting, kind: message.kind };
      else on(message);
    });
    return new Promise((resolve) => {
      child.on('exit', (code) => {
        clearTimeout(timer);
        if (code === 0) {
          resolve(first + count);
          return;
        }
        if (killed) hangs += 1;
        else add(outcomes, 'crash');
        console.log(`mutation ${current.index} (${current.kind}): ${killed ? 'hung' : 'ended the process'}`);
        resolve(current.index + 1);
      });
    });
  }
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(0);
}

function listed(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, n]) => `${name} ${n}`)
    .join(', ');
}
