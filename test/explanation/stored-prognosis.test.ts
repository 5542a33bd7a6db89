import { describe, expect, it } from 'vitest';
import { storePrognosis } from '../../src/explanation/stored-prognosis.ts';
import { everything, outlook } from '../decisions/prognosis/support.ts';
import { unknown } from '../../src/case/index.ts';

describe('the 90-day outlook in the audit record', () => {
  it('keeps points, readings, and what treatment changes, small and without facts of the patient', () => {
    const stored = storePrognosis(outlook());
    expect(stored).toMatchObject({
      status: 'estimated',
      points: { ASTRAL: [29, 29], DRAGON: [6, 6] },
      readings: { 'trial-controls': [expect.any(Number), expect.any(Number)] },
      treatments: { thrombolysis: { state: 'possible', because: null, minutes: [120, 120] } },
    });
    expect(JSON.stringify(stored).length).toBeLessThan(1200);
  });

  it('keeps why there is no figure', () => {
    const stored = storePrognosis(outlook({ ...everything, nihss: unknown('not-recorded') }));
    expect(stored).toMatchObject({ status: 'insufficient-data', untreated: null, treatments: {} });
    expect(storePrognosis({ failed: true, decision: 'prognosis', errorId: 'prognosis-1' })).toEqual({
      failed: 'prognosis-1',
    });
  });
});
