/**
 * A real KServe v2 server for integration tests: KServe's own model server for Python with onnxruntime behind it. Its
 * packages come from PyPI, pinned in kserve/requirements.txt, and are kept in ~/.cache/stroke-cds.
 */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SOURCES = fileURLToPath(new URL('kserve/', import.meta.url));
const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'stroke-cds', 'kserve');
const PYTHON = process.env['KSERVE_PYTHON'] ?? '/usr/bin/python3';
const INSTALL_LIMIT_MS = 240_000;
const START_LIMIT_MS = 120_000;

export interface KserveServer {
  readonly url: string;
  /** Ends it at once. Repeatable. */
  readonly stop: () => Promise<void>;
}

export interface PreparedKserve {
  /** @param directory one folder with a model.onnx for each model @param port a free one when left out */
  readonly start: (directory: string, port?: number) => Promise<KserveServer>;
}

/** Made beside and renamed, so that parallel runs do no harm. @returns its Python */
async function environment(): Promise<string> {
  const requirements = join(SOURCES, 'requirements.txt');
  const { stdout: version } = await run(PYTHON, ['--version']);
  const digest = createHash('sha256')
    .update(await readFile(requirements))
    .update(version);
  const target = join(CACHE, digest.digest('hex').slice(0, 12));
  const python = join(target, 'bin', 'python');
  if (existsSync(python)) return python;
  await mkdir(CACHE, { recursive: true });
  const part = `${target}.${String(process.pid)}`;
  await run(PYTHON, ['-m', 'venv', part]);
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '-r', requirements];
  await run(join(part, 'bin', 'python'), install, { timeout: INSTALL_LIMIT_MS });
  await rename(part, target).catch(() => rm(part, { recursive: true, force: true }));
  return python;
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function start(python: string, directory: string, port: number): Promise<KserveServer> {
  const child = spawn(python, [join(SOURCES, 'server.py'), String(port), directory], { cwd: CACHE });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const tail: string[] = [];
  const keep = (chunk: Buffer): void => {
    if (tail.push(chunk.toString()) > 20) tail.shift();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const url = `http://127.0.0.1:${String(port)}`;
  const until = Date.now() + START_LIMIT_MS;
  for (;;) {
    const answer = await fetch(`${url}/v2/health/ready`).catch(() => null);
    if (answer?.status === 200) break;
    if (child.exitCode !== null || Date.now() > until) {
      child.kill('SIGKILL');
      throw new Error(`the inference server did not start:\n${tail.join('')}`);
    }
    await sleep(100);
  }
  return {
    url,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/**
 * @returns the reason as text where this machine cannot have one: no Python, no package index
 * @throws Error instead of giving a reason when REQUIRE_KSERVE=1 is set, as in CI
 */
export async function prepareKserve(): Promise<PreparedKserve | string> {
  try {
    const python = await environment();
    return { start: async (directory, port) => start(python, directory, port ?? (await freePort())) };
  } catch (error) {
    if (process.env['REQUIRE_KSERVE'] === '1') throw error;
    return error instanceof Error ? (error.message.split('\n')[0] ?? 'unknown') : 'unknown reason';
  }
}
