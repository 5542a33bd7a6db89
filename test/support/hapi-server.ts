/**
 * A real HAPI FHIR R4 server for integration tests. The command line tool that used to start one is no longer published,
 * so its libraries come from Maven Central (each checked against the digest in hapi/jars.txt), are kept in
 * ~/.cache/stroke-cds and run behind the small main class hapi/HapiServer.java on an in-memory database.
 */
import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Bundle } from 'fhir/r4.js';

const run = promisify(execFile);
const SOURCES = fileURLToPath(new URL('hapi/', import.meta.url));
const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'stroke-cds', 'hapi');
const MAVEN_CENTRAL = process.env['MAVEN_CENTRAL'] ?? 'https://repo1.maven.org/maven2';
const JAVA = process.env['JAVA_HOME'] === undefined ? 'java' : join(process.env['JAVA_HOME'], 'bin', 'java');
const START_LIMIT_MS = 180_000;

export interface HapiServer {
  /** FHIR base URL. */
  readonly url: string;
  /** Sends the resources as one transaction of PUTs, with their own ids. */
  readonly load: (bundle: Bundle) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface PreparedHapi {
  readonly start: () => Promise<HapiServer>;
}

interface Jar {
  readonly path: string;
  readonly sha256: string;
}

async function jars(): Promise<readonly Jar[]> {
  const text = await readFile(join(SOURCES, 'jars.txt'), 'utf8');
  return text.split('\n').flatMap((line) => {
    const [sha256, path] = line.trim().split(/\s+/);
    return sha256 === undefined || path === undefined ? [] : [{ sha256, path }];
  });
}

async function javaVersion(): Promise<number> {
  const { stderr, stdout } = await run(JAVA, ['-version']);
  return Number(/version "(\d+)/.exec(stderr + stdout)?.[1] ?? 0);
}

/** Downloads one library unless the cache has it; written beside and renamed, so that parallel runs do no harm. */
async function fetchJar({ path, sha256 }: Jar): Promise<string> {
  const file = join(CACHE, 'lib', `${sha256.slice(0, 12)}-${basename(path)}`);
  if (existsSync(file)) return file;
  const response = await fetch(`${MAVEN_CENTRAL}/${path}`, { signal: AbortSignal.timeout(120_000) });
  if (!response.ok) throw new Error(`HTTP ${String(response.status)} for ${path}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (digest !== sha256) throw new Error(`${path} has another digest than recorded`);
  const part = `${file}.${String(process.pid)}`;
  await writeFile(part, bytes);
  await rename(part, file);
  return file;
}

async function fetchAll(list: readonly Jar[]): Promise<readonly string[]> {
  const queue = [...list];
  const files: string[] = [];
  const worker = async (): Promise<void> => {
    for (let jar = queue.shift(); jar !== undefined; jar = queue.shift()) files.push(await fetchJar(jar));
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return files.sort();
}

/** Compiles the main class with the Eclipse compiler, which needs no JDK. */
async function compile(libraries: readonly string[]): Promise<string> {
  const source = join(SOURCES, 'HapiServer.java');
  const digest = createHash('sha256')
    .update(await readFile(source))
    .update(libraries.join());
  const target = join(CACHE, `classes-${digest.digest('hex').slice(0, 12)}`);
  if (existsSync(target)) return target;
  const compiler = libraries.find((file) => basename(file).includes('-ecj-'));
  if (compiler === undefined) throw new Error('jars.txt lists no compiler');
  const part = `${target}.${String(process.pid)}`;
  await run(JAVA, ['-jar', compiler, '-17', '-nowarn', '-cp', libraries.join(delimiter), '-d', part, source]);
  // Another run may have been quicker; its classes are the same.
  await rename(part, target).catch(() => rm(part, { recursive: true, force: true }));
  return target;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** @throws Error with the last lines of the server's output when it does not start */
async function waitForReady(server: ChildProcessWithoutNullStreams): Promise<void> {
  const tail: string[] = [];
  const keep = (line: string): void => {
    if (tail.push(line) > 40) tail.shift();
  };
  createInterface(server.stderr).on('line', keep);
  const ready = new Promise<void>((resolve, reject) => {
    createInterface(server.stdout).on('line', (line) => {
      keep(line);
      if (line === 'READY') resolve();
    });
    server.once('error', reject);
    server.once('exit', (code) => {
      reject(new Error(`HAPI ended with ${String(code)}:\n${tail.join('\n')}`));
    });
  });
  const late = new AbortController();
  const limit = sleep(START_LIMIT_MS, undefined, { signal: late.signal }).then(() => {
    throw new Error(`HAPI did not start within ${String(START_LIMIT_MS)} ms:\n${tail.join('\n')}`);
  });
  try {
    await Promise.race([ready, limit]);
  } finally {
    late.abort();
    limit.catch(() => undefined);
  }
}

async function load(url: string, bundle: Bundle): Promise<void> {
  const entry = (bundle.entry ?? []).flatMap(({ resource }) =>
    resource?.id === undefined
      ? []
      : [{ resource, request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` } }],
  );
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }),
  });
  if (!response.ok)
    throw new Error(`HAPI refused the bundle: HTTP ${String(response.status)} ${await response.text()}`);
  await response.arrayBuffer();
}

async function start(classpath: string): Promise<HapiServer> {
  const port = await freePort();
  // Tuned for a quick start on two cores, not for throughput.
  const flags = ['-Xmx768m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  const logging = `-Dlogback.configurationFile=${join(SOURCES, 'logback.xml')}`;
  const server = spawn(JAVA, [...flags, logging, '-cp', classpath, 'HapiServer', String(port)]);
  const ended = new Promise((resolve) => server.once('exit', resolve));
  try {
    await waitForReady(server);
  } catch (error) {
    server.kill('SIGKILL');
    throw error;
  }
  const url = `http://127.0.0.1:${String(port)}/fhir`;
  return {
    url,
    load: (bundle) => load(url, bundle),
    close: async () => {
      server.kill('SIGKILL');
      await ended;
    },
  };
}

/**
 * Makes a HAPI server ready to start: libraries in the cache (about 190 MB on the first run), main class compiled.
 * @returns the reason as text where this machine cannot have one: no Java 17, no network
 * @throws Error instead of giving a reason when REQUIRE_HAPI=1 is set, as in CI
 */
export async function prepareHapi(): Promise<PreparedHapi | string> {
  try {
    const version = await javaVersion().catch(() => 0);
    if (version < 17)
      throw new Error(version === 0 ? 'Java was not found' : `Java ${String(version)} is older than 17`);
    await mkdir(join(CACHE, 'lib'), { recursive: true });
    const libraries = await fetchAll(await jars());
    const classes = await compile(libraries);
    const classpath = [classes, ...libraries.filter((file) => !basename(file).includes('-ecj-'))].join(delimiter);
    return { start: () => start(classpath) };
  } catch (error) {
    if (process.env['REQUIRE_HAPI'] === '1') throw error;
    return error instanceof Error ? error.message : 'unknown reason';
  }
}
