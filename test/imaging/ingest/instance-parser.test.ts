/** Large instances are read elsewhere, with the same answer. */
import { afterAll, describe, expect, it } from 'vitest';
import { parseInstance } from '../../../src/imaging/dicom/index.ts';
import { ImageRefusal } from '../../../src/imaging/image-refusal.ts';
import { createInstanceParser } from '../../../src/imaging/ingest/index.ts';
import { enhancedCt } from '../../support/dicom-files.ts';

const parser = createInstanceParser({ threadFrom: 1_000 });
afterAll(() => parser.close());
const { bytes } = enhancedCt({ size: [8, 8, 40], values: (i, j, k) => i + j + k });

describe('the header of a large instance', () => {
  it('is what it is when read here, and the bytes stay as they are', async () => {
    const before = Buffer.from(bytes);
    const headers = await Promise.all([parser.parse(bytes), parser.parse(bytes)]);
    expect(headers).toEqual([parseInstance(bytes), parseInstance(bytes)]);
    expect(before.equals(bytes)).toBe(true);
  });

  it('that cannot be read is refused with code and reason', async () => {
    const cut = bytes.subarray(0, 1_500);
    const here = (() => {
      try {
        return parseInstance(cut);
      } catch (error) {
        return error;
      }
    })();
    const there = await parser.parse(cut).catch((error: unknown) => error);
    expect(there).toBeInstanceOf(ImageRefusal);
    expect(there).toEqual(here);
    await expect(parser.parse(Buffer.alloc(5_000, 1))).rejects.toMatchObject({ code: 'not-dicom' });
  });

  it('while it is read, other work goes on', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    await parser.parse(enhancedCt({ size: [2, 2, 2_000], values: () => 0 }).bytes);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });

  it('is read again by a new thread after the former one ended', async () => {
    const short = createInstanceParser({ threadFrom: 0 });
    const waiting = short.parse(bytes).catch((error: unknown) => error);
    await short.close();
    await waiting;
    expect(await short.parse(bytes)).toEqual(parseInstance(bytes));
    await short.close();
  });
});
