/** Starts a file of ours in a thread, from the built JavaScript or from the TypeScript sources. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

/** From TypeScript sources (tests, tools) the thread first needs the loader that the process itself runs under. */
function startFromSource(entry: URL, workerData: unknown): Worker {
  const tsx = createRequire(import.meta.url).resolve('tsx/package.json');
  const loader = new URL('./dist/esm/api/index.mjs', pathToFileURL(tsx)).href;
  const boot = `import(${JSON.stringify(loader)}).then(({ register }) => {
    register();
    return import(${JSON.stringify(entry.href)});
  });`;
  return new Worker(boot, { eval: true, workerData, execArgv: [] });
}

/**
 * @param near `import.meta.url` of the file that asks
 * @param name path of the thread's file from there, without extension: './measure-thread'
 */
export function startThread(near: string, name: string, workerData: unknown): Worker {
  return near.endsWith('.ts')
    ? startFromSource(new URL(`${name}.ts`, near), workerData)
    : new Worker(new URL(`${name}.js`, near), { workerData, execArgv: [] });
}
