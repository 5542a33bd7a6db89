/** How imaging enters a hook call: one look-up, never waited for, and its failure is said. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { adviseOnRecord } from '../../src/advice.ts';
import { restoreCase } from '../../src/explanation/stored-evaluation.ts';
import type { StrokeCase } from '../../src/case/index.ts';
import type { PatientImaging } from '../../src/case/index.ts';
import { aPolicy, eligiblePatient, hoursAgo, NOW, time } from '../support/case-builder.ts';
import { imagingOf, perfusionOf, progress } from '../support/imaging-findings.ts';
import { testContent } from '../explanation/support/content.ts';
import { aRecord, patient } from '../fhir/facts/record-builder.ts';

const onset = time(hoursAgo(7));
const LATE = eligiblePatient({ witnessedOnset: onset, symptomRecognition: onset, lastKnownWell: onset });
const RECORD = aRecord([patient()]);

async function advise(stroke: StrokeCase, look?: () => Promise<PatientImaging>) {
  const errors: string[] = [];
  const asked: unknown[] = [];
  const advice = await adviseOnRecord(RECORD, NOW, 'en', {
    toCase: () => stroke,
    ...(look === undefined
      ? {}
      : {
          imagingOf: (record) => {
            asked.push(record);
            return look();
          },
        }),
    policy: aPolicy(),
    content: testContent(),
    version: '0.1.0',
    onDecisionError: (decision) => errors.push(decision),
  });
  const said = (topic: string): string => advice.cards.find((card) => card.topic === topic)?.detail ?? '';
  return { ...advice, asked, errors, said };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('imaging in a hook call', () => {
  it('decides with what was found, and the audit record keeps what it was', async () => {
    const imaging = imagingOf(perfusionOf(20, 100), [progress('final')]);
    const { record, decisions, asked } = await advise(LATE, () => Promise.resolve(imaging));
    expect(asked).toEqual([RECORD]);
    expect(decisions?.thrombolysis).toMatchObject({ conclusion: 'may-be-considered' });
    const kept = restoreCase(JSON.parse(JSON.stringify(record)) as typeof record);
    expect(kept.imaging).toEqual(imaging);
    expect(kept.facts.coreVolume).toMatchObject({ value: { value: 20, interval: { low: 16, high: 24 } } });
  });

  it('asks nothing where nothing points to a stroke, and nothing where no pipeline runs', async () => {
    const { asked } = await advise({ ...LATE, indications: [] }, () => Promise.reject(new Error('asked')));
    expect(asked).toEqual([]);
    expect((await advise(LATE)).record.stroke).not.toHaveProperty('imaging');
  });

  it('says that the findings could not be read, and everything else stands', async () => {
    const { degradations, errors, said, decisions } = await advise(LATE, () => Promise.reject(new Error('database')));
    expect(degradations).toEqual([{ where: 'imagingFindings', why: 'unavailable' }]);
    expect(errors).toEqual(['imaging']);
    expect(said('missing-data')).toContain('imaging findings of this software');
    expect(decisions).toEqual({ ...(await advise(LATE)).decisions, state: expect.anything() as unknown });
  });

  it('never waits: a look-up that hangs is a degradation after half a second', async () => {
    vi.useFakeTimers();
    const answer = advise(LATE, () => new Promise(() => undefined));
    await vi.advanceTimersByTimeAsync(501);
    expect((await answer).degradations).toEqual([{ where: 'imagingFindings', why: 'time-out' }]);
  });
});
