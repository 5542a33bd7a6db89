import { once } from 'node:events';
import { createAuditLog, type AuditLog } from '../audit/index.ts';
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

/** `stroke-cds audit verify`: exit code 1 when a record was changed, lost or reordered. */
export function auditVerifyCommand(options: ConfigOption): Promise<number> {
  return withAuditLog(options, async (log) => {
    const bar = progress('verifying', 100);
    const report = await log.verify({
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
