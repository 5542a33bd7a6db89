/** What a site trains on and what the service reads from a case must be the same thing under the same name. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PERFUSION_FEATURE_NAMES, PERFUSION_FEATURES, quantity } from '../../src/case/index.ts';
import type { StrokeFacts } from '../../src/case/index.ts';
import { caseReadings, factOf } from '../../src/prediction/readings.ts';
import { aCase, given, had, measured, nihssTotal, pressure } from '../support/case-builder.ts';
import { FACT_KEYS } from '../support/fact-keys.ts';

interface Input {
  readonly unit: string;
  readonly low: number;
  readonly high: number;
  readonly group: string;
}
const INPUTS = JSON.parse(
  readFileSync(new URL('../../models/training/hemorrhage-inputs.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, Input>>;

describe('inputs of a model of hemorrhagic transformation', () => {
  it('hold every perfusion feature, with the same unit and limits', () => {
    for (const name of PERFUSION_FEATURE_NAMES) {
      const { unit, low, high } = PERFUSION_FEATURES[name];
      expect(INPUTS[name], name).toMatchObject({ unit, low, high });
    }
  });

  it('are facts of the case, and are read from it as plain numbers', () => {
    const facts: Partial<StrokeFacts> = {
      age: measured(70, 'a'),
      nihss: nihssTotal(9),
      glucose: measured(130, 'mg/dL'),
      bloodPressure: pressure(150, 80),
      atrialFibrillation: had('atrial-fibrillation', null),
      ...Object.fromEntries(
        PERFUSION_FEATURE_NAMES.map((name) => [name, given(quantity(1.5, PERFUSION_FEATURES[name].unit))]),
      ),
    };
    const read = caseReadings(aCase(facts));
    for (const name of Object.keys(INPUTS)) {
      const fact = factOf(name);
      expect(FACT_KEYS, name).toContain(fact);
      const readings = read(fact);
      expect(readings.state, name).toBe('known');
      expect(readings.alternatives[0]?.values[name], name).toBeTypeOf('number');
    }
  });
});
