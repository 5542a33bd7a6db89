/** Starts a file of ours in a process of its own, from the built JavaScript or from the TypeScript sources. */
import { fork, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { setPriority } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';

export interface ProcessOptions {
  readonly arguments?: readonly string[];
  /** Beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** 0 to 19: how far it stands back behind the service, which must answer in milliseconds. Default 0. */
  readonly niceness?: number;
}

/**
 * Messages travel as structured clones, so typed arrays stay binary. The child must end itself on 'disconnect': nothing
 * else tells it that its parent was killed.
 * @param near `import.meta.url` of the file that asks
 * @param name path of the process' file from there, without extension: './model-process'
 */
export function startProcess(near: string, name: string, options: ProcessOptions = {}): ChildProcess {
  const fromSource = near.endsWith('.ts');
  const entry = fileURLToPath(new URL(`${name}${fromSource ? '.ts' : '.js'}`, near));
  const loader = (): string => {
    const tsx = createRequire(import.meta.url).resolve('tsx/package.json');
    return new URL('./dist/loader.mjs', pathToFileURL(tsx)).href;
  };
  const child = fork(entry, [...(options.arguments ?? [])], {
    serialization: 'advanced',
    execArgv: fromSource ? ['--import', loader()] : [],
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  // Its threads inherit it from here. Where the system does not allow it, all are alike.
  if (options.niceness !== undefined && child.pid !== undefined) {
    try {
      setPriority(child.pid, options.niceness);
    } catch {
      return child;
    }
  }
  return child;
}
