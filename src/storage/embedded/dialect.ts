/** Kysely on the embedded database: PostgreSQL's compiler and catalog, one connection handed out in turn. */
import type { CompiledQuery } from 'kysely';
import {
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely';
import { keepsPlan } from '../kept-plan.ts';
import type { WorkerClient } from './worker-client.ts';

function connectionTo(client: WorkerClient): DatabaseConnection {
  return {
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      const { rows, affectedRows } = await client.query(query.sql, query.parameters, keepsPlan(query));
      return { rows: rows as R[], numAffectedRows: BigInt(affectedRows) };
    },
    streamQuery: () => {
      throw new Error('the embedded database does not stream: read in pages');
    },
  };
}

/** One connection exists, so a transaction keeps it and everybody else waits in line. */
function createDriver(client: WorkerClient): Driver {
  const connection = connectionTo(client);
  const line: (() => void)[] = [];
  let taken = false;
  const run = (text: string) => async (): Promise<void> => {
    await client.query(text, []);
  };
  return {
    init: () => Promise.resolve(),
    acquireConnection: () => {
      if (!taken) {
        taken = true;
        return Promise.resolve(connection);
      }
      return new Promise((resolve) => {
        line.push(() => {
          resolve(connection);
        });
      });
    },
    releaseConnection: () => {
      const next = line.shift();
      if (next === undefined) taken = false;
      else next();
      return Promise.resolve();
    },
    beginTransaction: run('begin'),
    commitTransaction: run('commit'),
    rollbackTransaction: run('rollback'),
    destroy: () => client.close(),
  };
}

export function embeddedDialect(client: WorkerClient): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => createDriver(client),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}
