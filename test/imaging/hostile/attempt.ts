/** What becomes of one instance: read, or refused with a code. Anything else is a fault of ours. */
import { parseInstance, readFrames } from '../../../src/imaging/dicom/index.ts';
import { ImageRefusal, type RefusalCode } from '../../../src/imaging/image-refusal.ts';

export type Outcome = 'accepted' | RefusalCode | 'crash';

export interface Attempt {
  readonly outcome: Outcome;
  /** The error of a crash. */
  readonly error: unknown;
  readonly milliseconds: number;
}

export async function attempt(bytes: Uint8Array): Promise<Attempt> {
  const start = performance.now();
  const done = (outcome: Outcome, error: unknown = null): Attempt => ({
    outcome,
    error,
    milliseconds: performance.now() - start,
  });
  try {
    const header = parseInstance(bytes);
    if (header.pixels !== null) await readFrames(bytes, header);
    return done('accepted');
  } catch (error) {
    return error instanceof ImageRefusal ? done(error.code) : done('crash', error);
  }
}
