/** Appends audit records without end and prints each acknowledgment: the process that a test kills. */
import { createAuditLog } from '../../src/audit/index.ts';
import { openDatabase } from '../../src/storage/index.ts';

const database = await openDatabase({ kind: 'embedded', directory: process.argv[2] ?? '' });
const log = createAuditLog(database);
const payload = { text: 'x'.repeat(4_000) };

async function writer(): Promise<void> {
  for (;;) {
    const { sequence, hash } = await log.append({ kind: 'invocation', evaluationId: crypto.randomUUID(), payload });
    process.stdout.write(`${sequence} ${hash}\n`);
  }
}

await Promise.all(Array.from({ length: 5 }, writer));
