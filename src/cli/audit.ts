import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createAuditLog, type AuditLog, type Checkpoint } from '../audit/index.ts';
import { parseInstant } from '../case/index.ts';
import { withDatabase, type ConfigOption } from './database.ts';
import { CommandError, EXIT, progress } from './terminal.ts';

async function withAuditLog<T>(options: ConfigOption, use: (log: AuditLog) => Promise<T>): Promise<T> {
  return withDatabase(options, async (database) => {
    const log = createAuditLog(database);
    try {
      return await use(log);
    } finally {
      await log.close();
    }
  });
}

function isCheckpoint(value: unknown): value is Checkpoint {
  const { sequence, hash } = Object(value) as { sequence?: unknown; hash?: unknown };
  return Number.isSafeInteger(sequence) && typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash);
}

/** @param text `number:hash`, or a file with that, with a report of an earlier verification, or with a line of the log */
async function checkpointOption(text: string): Promise<Checkpoint> {
  const short = (given: string): Checkpoint | undefined => {
    const [, sequence, hash = ''] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(given.trim()) ?? [];
    return sequence === undefined ? undefined : { sequence: Number(sequence), hash };
  };
  const direct = short(text);
  if (direct !== undefined) return direct;
  let content: string;
  try {
    content = await readFile(text, 'utf8');
  } catch {
    throw new CommandError('--checkpoint needs number:hash of a record, or a file that holds them');
  }
  const { last, checkpoint, ...whole } = parsedObject(content);
  const found = short(content) ?? [last, checkpoint, whole].find(isCheckpoint);
  if (found === undefined) {
    throw new CommandError(`${text} holds no checkpoint: a report of \`audit verify\`, its "last", or number:hash`);
  }
  return found;
}

function parsedObject(text: string): { readonly last?: unknown; readonly checkpoint?: unknown } {
  try {
    return Object(JSON.parse(text)) as object;
  } catch {
    return {};
  }
}

/** `stroke-cds audit verify`: exit code 1 when a record was changed, lost or reordered. */
export async function auditVerifyCommand(options: ConfigOption & { checkpoint?: string }): Promise<number> {
  const checkpoint = options.checkpoint === undefined ? undefined : await checkpointOption(options.checkpoint);
  return withAuditLog(options, async (log) => {
    const bar = progress('verifying', 100);
    const report = await log.verify({
      ...(checkpoint === undefined ? {} : { checkpoint }),
      onProgress: ({ verified, of }) => {
        bar.tick(of === 0 ? 0 : (100 * verified) / of);
      },
    });
    bar.done();
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    return report.ok ? EXIT.ok : EXIT.problems;
  });
}

function instantOption(name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const at = parseInstant(text);
  if (at === undefined) throw new CommandError(`--${name} needs an instant with a zone: 2026-11-23T14:00:00Z`);
  return new Date(at);
}

/** `stroke-cds audit export`: NDJSON on standard output. */
export function auditExportCommand(options: ConfigOption & { from?: string; to?: string }): Promise<number> {
  const from = instantOption('from', options.from);
  const to = instantOption('to', options.to);
  return withAuditLog(options, async (log) => {
    const bar = progress('exporting', 0);
    let count = 0;
    for await (const line of log.export({
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    })) {
      if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
      count += 1;
      bar.tick(count);
    }
    bar.done();
    return EXIT.ok;
  });
}
