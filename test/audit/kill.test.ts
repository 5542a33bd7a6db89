import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { createAuditLog } from '../../src/audit/index.ts';
import { openDatabase } from '../../src/storage/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'stroke-cds-kill-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Appends in another process until `acks` were acknowledged, then kills it without warning. */
async function appendAndKill(directory: string, acks: number): Promise<Map<number, string>> {
  const writer = fileURLToPath(new URL('../support/audit-writer.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', writer, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const acked = new Map<number, string>();
  const ended = new Promise((resolve) => child.once('exit', resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    const [sequence = '', hash] = line.split(' ');
    // The line may be cut short by the kill; then it acknowledged nothing.
    if (hash?.length === 64) acked.set(Number(sequence), hash);
    if (acked.size >= acks) child.kill('SIGKILL');
  }
  await ended;
  return acked;
}

describe('a killed process', () => {
  it('loses no acknowledged record, and the next start finds the chain whole', async () => {
    const directory = join(folder, 'database');
    const acked = new Map<number, string>();
    for (const acks of [30, 60])
      for (const [sequence, hash] of await appendAndKill(directory, acks)) acked.set(sequence, hash);
    const database = await openDatabase({ kind: 'embedded', directory });
    const rows = await database.sql.selectFrom('audit_record').select(['sequence', 'hash']).execute();
    const kept = new Map(rows.map(({ sequence, hash }) => [sequence, hash]));
    expect([...acked].filter(([sequence, hash]) => kept.get(sequence) !== hash)).toEqual([]);
    expect(acked.size).toBeGreaterThanOrEqual(90);
    expect(await createAuditLog(database).verify()).toMatchObject({ ok: true, first: 1 });
    await database.close();
  }, 240_000);
});
