/** The thread of the embedded database. Its queries block this thread only, never the service's event loop. */
import { chmod, mkdir, readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { createPreparedStatements, type RunPrepared } from './prepared-statements.ts';
import type { WorkerCommand, WorkerFailure, WorkerOptions, WorkerReply, WorkerRequest } from './worker-protocol.ts';

function send(reply: WorkerReply): void {
  parentPort?.postMessage(reply);
}

function failureOf(error: unknown): WorkerFailure {
  const code = (error as { code?: unknown } | null)?.code;
  return {
    message: error instanceof Error ? error.message : 'unknown failure',
    code: typeof code === 'string' ? code : null,
  };
}

async function open({ directory, archive }: WorkerOptions): Promise<PGlite> {
  if (directory !== null) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    // It holds patient data: closed to other users of the machine, an older directory too where it is ours to close.
    await chmod(directory, 0o700).catch(() => undefined);
  }
  const loadDataDir = archive === undefined ? {} : { loadDataDir: new Blob([await readFile(archive)]) };
  return PGlite.create(directory === null ? loadDataDir : { dataDir: directory, ...loadDataDir });
}

async function answer(database: PGlite, runPrepared: RunPrepared, request: WorkerRequest): Promise<void> {
  try {
    if (request.parameters === null) {
      await database.exec(request.sql);
      send({ type: 'answer', id: request.id, answer: { rows: [], affectedRows: 0 } });
      return;
    }
    if (request.keepsPlan) {
      send({ type: 'answer', id: request.id, answer: await runPrepared(request.sql, request.parameters) });
      return;
    }
    const result = await database.query<Record<string, unknown>>(request.sql, [...request.parameters]);
    send({ type: 'answer', id: request.id, answer: { rows: result.rows, affectedRows: result.affectedRows ?? 0 } });
  } catch (error) {
    send({ type: 'failure', id: request.id, failure: failureOf(error) });
  }
}

async function serve(options: WorkerOptions): Promise<void> {
  let database: PGlite;
  try {
    database = await open(options);
  } catch (error) {
    send({ type: 'failed-to-open', failure: failureOf(error) });
    parentPort?.close();
    return;
  }
  const runPrepared = createPreparedStatements(database);
  let last: Promise<void> = Promise.resolve();
  parentPort?.on('message', (command: WorkerCommand) => {
    last = last.then(async () => {
      if (command !== 'close') return answer(database, runPrepared, command);
      await database.close().catch(() => undefined);
      send({ type: 'closed' });
      parentPort?.close();
    });
  });
  send({ type: 'ready' });
}

await serve(workerData as WorkerOptions);
