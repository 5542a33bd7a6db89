/** The command line as a person runs it: a child process of the built file, in a folder of its own, without this environment. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface CliOptions {
  readonly cwd?: string;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
}

function start(args: readonly string[], { cwd, env }: CliOptions): ChildProcessWithoutNullStreams {
  const path = process.env['PATH'] ?? '';
  return spawn(process.execPath, [CLI, ...args], { cwd: cwd ?? process.cwd(), env: { PATH: path, ...env } });
}

/** Runs it to its end. */
export async function strokeCds(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const child = start(args, options);
  // It may end without having read its input.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

export interface ServeProcess {
  readonly url: string;
  readonly child: ChildProcessWithoutNullStreams;
  /** Sends the signal. @returns exit code, null when it was killed */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>;
}

/** `stroke-cds serve`, once it listens. @throws Error with its output when it ends instead */
export async function serve(config: string, options: CliOptions = {}): Promise<ServeProcess> {
  const child = start(['serve', '--config', config], options);
  const ended = once(child, 'exit') as Promise<[number | null]>;
  child.stdout.resume();
  const said: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stderr).on('line', (line) => {
      said.push(line);
      const found = /listens on (http\S+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    void ended.then(() => {
      reject(new Error(`serve ended: ${said.join('\n')}`));
    });
  });
  return {
    url,
    child,
    end: async (signal) => {
      child.kill(signal);
      const [code] = await ended;
      return code;
    },
  };
}
