/** A throw-away PostgreSQL server from the machine's own packages. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PACKAGES = '/usr/lib/postgresql';

function binaries(): string | null {
  if (!existsSync(PACKAGES)) return null;
  const newest = readdirSync(PACKAGES)
    .sort((a, b) => Number(b) - Number(a))
    .find((version) => existsSync(join(PACKAGES, version, 'bin/initdb')));
  return newest === undefined ? null : join(PACKAGES, newest, 'bin');
}

/** null when it can be started here; else why not. PostgreSQL refuses to run as root, so root borrows its user. */
export function postgresUnavailable(): string | null {
  if (binaries() === null) return `no PostgreSQL server under ${PACKAGES}`;
  if (process.getuid?.() !== 0) return null;
  try {
    execFileSync('id', ['postgres'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'no user postgres to run the server as';
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => {
        resolve(port);
      });
    });
  });
}

function run(command: string): void {
  const options = { stdio: 'ignore', cwd: '/' } as const;
  if (process.getuid?.() === 0) execFileSync('su', ['postgres', '-c', command], options);
  else execFileSync('sh', ['-c', command], options);
}

export interface PostgresServer {
  /** A new empty database. */
  readonly createDatabase: () => string;
  readonly stop: () => void;
}

export async function startPostgres(): Promise<PostgresServer> {
  const bin = binaries();
  if (bin === null) throw new Error('PostgreSQL is not installed');
  const parent = mkdtempSync(join(tmpdir(), 'stroke-cds-postgres-'));
  chmodSync(parent, 0o777);
  const data = join(parent, 'data');
  const port = await freePort();
  run(`${bin}/initdb -D ${data} -U stroke -A trust -E UTF8 --no-locale`);
  run(`${bin}/pg_ctl -D ${data} -w -l ${parent}/log -o "-p ${port} -k ${parent} -c listen_addresses=127.0.0.1" start`);
  let made = 0;
  return {
    createDatabase: () => {
      made += 1;
      run(`${bin}/createdb -h 127.0.0.1 -p ${port} -U stroke test${made}`);
      return `postgres://stroke@127.0.0.1:${port}/test${made}`;
    },
    stop: () => {
      run(`${bin}/pg_ctl -D ${data} -m immediate stop`);
      rmSync(parent, { recursive: true, force: true });
    },
  };
}
