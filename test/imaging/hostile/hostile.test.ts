/** Whatever arrives is read or refused with a reason, in bounded time and memory. `mutate-20000.ts` runs many more. */
import { beforeAll, describe, expect, it } from 'vitest';
import { parseInstance, readFrames } from '../../../src/imaging/dicom/index.ts';
import { ImageRefusal } from '../../../src/imaging/image-refusal.ts';
import { ctSeries, dicomFile, SYNTAX, uidOf } from '../../support/dicom-files.ts';
import { attempt } from './attempt.ts';
import { mutation } from './mutations.ts';
import { seeds, type Seed } from './seeds.ts';

let sound: readonly Seed[];
beforeAll(async () => {
  sound = await seeds();
});

it('the seeds themselves are read', async () => {
  for (const { name, bytes } of sound) expect([name, (await attempt(bytes)).outcome]).toEqual([name, 'accepted']);
});

it('500 mutations: read or refused, none takes long', async () => {
  const counts = new Map<string, number>();
  for (let index = 0; index < 500; index++) {
    const { kind, seed, bytes } = mutation(sound, index);
    const { outcome, error, milliseconds } = await attempt(bytes);
    expect(error, `mutation ${index}: ${kind} of ${seed}`).toBeNull();
    expect(milliseconds, `mutation ${index}: ${kind} of ${seed}`).toBeLessThan(4000);
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  // The generator reaches past the front door: many kinds of refusal, and instances that still make sense.
  expect([...counts.keys()]).toEqual(expect.arrayContaining(['accepted', 'damaged', 'not-dicom', 'too-large']));
  expect(counts.get('damaged')).toBeGreaterThan(100);
  // Codecs that trapped on the way were made anew.
  for (const { name, bytes } of sound) expect([name, (await attempt(bytes)).outcome]).toEqual([name, 'accepted']);
});

it('a mutation is the same on every run', () => {
  for (const index of [3, 77, 400]) expect(mutation(sound, index)).toEqual(mutation(sound, index));
});

describe('cut off at every place', () => {
  it.each(['explicit', 'implicit', 'bigEndian', 'deflated'] as const)(
    '%s is refused, never half read',
    async (name) => {
      const [whole] = ctSeries({ size: [4, 4, 1], syntax: SYNTAX[name] });
      const bytes = whole?.bytes ?? new Uint8Array();
      for (let end = 0; end < bytes.length; end++) {
        const { outcome, error } = await attempt(bytes.slice(0, end));
        expect(error, `cut at ${end}`).toBeNull();
        expect(['damaged', 'not-dicom'], `cut at ${end}: ${outcome}`).toContain(outcome);
      }
    },
  );
});

describe('claims', () => {
  const uids = {
    ...{ SOPClassUID: '1.2.840.10008.5.1.4.1.1.2', SOPInstanceUID: uidOf('hostile') },
    ...{ StudyInstanceUID: uidOf('study'), SeriesInstanceUID: uidOf('series') },
  };
  const refusal = (bytes: Uint8Array): ImageRefusal => {
    try {
      parseInstance(bytes);
    } catch (error) {
      if (error instanceof ImageRefusal) return error;
      throw error;
    }
    throw new Error('the instance was accepted');
  };

  it('of 2³¹ rows are refused by their header, with the instance named', () => {
    const bytes = dicomFile({ ...uids, Rows: { vr: 'UL', value: 2 ** 31 }, Columns: 1, PixelData: new Uint16Array(1) });
    expect(refusal(bytes)).toMatchObject({ code: 'too-large', instanceUid: uids.SOPInstanceUID });
  });

  it('of a million distinct elements or items are refused before anything is made of them', () => {
    const elements = Buffer.alloc(8 * 2 ** 20);
    for (let at = 0; at < elements.length; at += 8) {
      elements.writeUInt16LE(9 + 2 * (at >> 18), at);
      elements.writeUInt16LE((at >> 3) & 0xffff, at + 2);
      elements.write('LO', at + 4, 'latin1');
    }
    const start = performance.now();
    expect(refusal(Buffer.concat([dicomFile(uids), elements])).code).toBe('too-large');
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('of nesting without end are refused', () => {
    const open = Buffer.from('0800151153510000fffffffffeff00e0ffffffff', 'hex');
    const bytes = Buffer.concat([dicomFile(uids), ...new Array<Buffer>(100_000).fill(open)]);
    expect(refusal(bytes).code).toBe('damaged');
  });

  it('of a deflated data set that unpacks to a gigabyte are refused', () => {
    // Zeros deflate a thousandfold: 80 MB out of 80 kB.
    const bytes = dicomFile(
      { ...uids, '00091010': { vr: 'OB', value: new Uint8Array(80 * 2 ** 20) } },
      { syntax: SYNTAX.deflated },
    );
    expect(bytes.length).toBeLessThan(200_000);
    expect(refusal(bytes).code).toBe('too-large');
  });

  it('of frames beyond memory are refused when they are read', async () => {
    const tags = { Rows: 8192, Columns: 8192, NumberOfFrames: 8 };
    const [built] = ctSeries({ size: [4, 4, 1], tags });
    const bytes = built?.bytes ?? new Uint8Array();
    await expect(readFrames(bytes, parseInstance(bytes))).rejects.toMatchObject({ code: 'too-large' });
    await expect(readFrames(bytes, parseInstance(bytes), [0])).rejects.toMatchObject({ code: 'damaged' });
  });

  it('leave no text of the patient in the refusal', () => {
    const tags = { PatientName: 'CANARY^NAME', PatientID: 'CANARY-ID', PixelSpacing: [0, 0] };
    const [built] = ctSeries({ size: [4, 4, 1], tags });
    const { message, stack } = refusal(built?.bytes ?? new Uint8Array());
    expect(`${message} ${stack ?? ''}`).not.toMatch(/CANARY/);
  });
});
