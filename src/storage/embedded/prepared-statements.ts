/**
 * Statements that come again are parsed and planned once: most of the time of a small insert goes there. PGlite's own
 * `query` asks for types and plans anew each time, so the second and later calls speak PostgreSQL's extended query protocol
 * themselves (https://www.postgresql.org/docs/17/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY).
 */
import { protocol, type PGlite } from '@electric-sql/pglite';
import type { QueryAnswer } from './worker-protocol.ts';

interface Prepared {
  readonly name: string;
  readonly parameterTypes: readonly number[];
  /** Value → text; PGlite declares one for every type and has none for plain text. */
  readonly serializers: readonly (((value: unknown) => string) | undefined)[];
  readonly fields: readonly {
    readonly name: string;
    readonly type: number;
    readonly parse: ((text: string, type: number) => unknown) | undefined;
  }[];
}

/** Lists of any length make new texts without end: beyond this many they are planned each time. */
const MOST_PREPARED = 200;
const MOST_SEEN = 2_000;

const { serialize } = protocol;

/** Runs one statement. @throws what PGlite throws */
export type RunStatement = (sql: string, parameters: readonly unknown[]) => Promise<QueryAnswer>;

export function createStatements(database: PGlite): RunStatement {
  const prepared = new Map<string, Prepared>();
  const seen = new Set<string>();

  async function send(...messages: readonly Uint8Array[]) {
    try {
      return await database.execProtocol(Buffer.concat([...messages, serialize.sync()]), { throwOnError: true });
    } catch (error) {
      // After an error everything up to the next Sync is skipped.
      await database.execProtocol(serialize.sync(), { throwOnError: false });
      throw error;
    }
  }

  async function prepare(sql: string): Promise<Prepared> {
    const { queryParams, resultFields } = await database.describeQuery(sql);
    const statement: Prepared = {
      name: `statement_${String(prepared.size)}`,
      parameterTypes: queryParams.map(({ dataTypeID }) => dataTypeID),
      serializers: queryParams.map(({ serializer }) => serializer),
      fields: resultFields.map(({ name, dataTypeID, parser }) => ({
        name,
        type: dataTypeID,
        parse: parser as Prepared['fields'][number]['parse'],
      })),
    };
    await send(serialize.parse({ name: statement.name, text: sql, types: [...statement.parameterTypes] }));
    prepared.set(sql, statement);
    return statement;
  }

  async function run({ name, serializers, fields }: Prepared, parameters: readonly unknown[]): Promise<QueryAnswer> {
    const values = parameters.map((value, i) =>
      value === null || value === undefined ? null : (serializers[i] ?? String)(value),
    );
    const { messages } = await send(serialize.bind({ statement: name, values }), serialize.execute({}));
    const rows: Record<string, unknown>[] = [];
    let affectedRows = 0;
    for (const message of messages) {
      if (message.name === 'dataRow') {
        const { fields: texts } = message as unknown as { readonly fields: readonly (string | null)[] };
        rows.push(Object.fromEntries(fields.map((field, i) => [field.name, valueOf(field, texts[i] ?? null)])));
      } else if (message.name === 'commandComplete') {
        affectedRows = changedRows((message as unknown as { readonly text: string }).text);
      }
    }
    return { rows, affectedRows };
  }

  return async (sql, parameters) => {
    const known = prepared.get(sql);
    if (known !== undefined) return run(known, parameters);
    if (seen.has(sql) && prepared.size < MOST_PREPARED) return run(await prepare(sql), parameters);
    if (seen.size < MOST_SEEN) seen.add(sql);
    const { rows, affectedRows } = await database.query<Record<string, unknown>>(sql, [...parameters]);
    return { rows, affectedRows: affectedRows ?? 0 };
  };
}

function valueOf({ type, parse }: Prepared['fields'][number], text: string | null): unknown {
  return text === null || parse === undefined ? text : parse(text, type);
}

/** 'INSERT 0 3', 'UPDATE 1', 'DELETE 2': rows changed; a 'SELECT 5' changes none. */
function changedRows(tag: string): number {
  const [command, ...counts] = tag.split(' ');
  return command === 'INSERT' || command === 'UPDATE' || command === 'DELETE' ? Number(counts.at(-1)) : 0;
}
