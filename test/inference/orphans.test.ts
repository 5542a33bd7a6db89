import { once } from 'node:events';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startProcess } from '../../src/process.ts';
import type { AnalysisOrder, AnalysisReport } from '../support/analysis-process.ts';
import { installImagingModels, type ModelFolder } from '../support/imaging-models.ts';

let folder: ModelFolder;
beforeAll(async () => {
  folder = await installImagingModels('loop', 'conv3d');
});
afterAll(() => {
  folder.remove();
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Starts an analysis and waits until its own processes are there. */
async function analysis(order: Partial<AnalysisOrder>): Promise<{ kill: () => void; children: readonly number[] }> {
  const child = startProcess(import.meta.url, '../support/analysis-process');
  const full: AnalysisOrder = { directory: folder.directory, model: 'loop', shape: [8, 8, 8], volumes: 1, ...order };
  child.send(full);
  const [report] = (await once(child, 'message')) as [AnalysisReport];
  if (report.type !== 'started' || report.pids.length === 0) throw new Error('the analysis did not start');
  return { kill: () => child.kill('SIGKILL'), children: report.pids };
}

const gone = async (pids: readonly number[]): Promise<void> => {
  await vi.waitFor(
    () => {
      expect(pids.filter(isRunning)).toEqual([]);
    },
    { timeout: 5_000, interval: 20 },
  );
};

it('a killed analysis leaves no process behind, not even one in the middle of a run that never ends', async () => {
  const { kill, children } = await analysis({ model: 'loop' });
  // Long enough to be inside of the run, where no message is heard.
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(children.every(isRunning)).toBe(true);
  kill();
  await gone(children);
});

it('nor one that has nothing to do', async () => {
  const { kill, children } = await analysis({ model: 'conv3d', volumes: 0 });
  kill();
  await gone(children);
});
