import { describe, expect, it } from 'vitest';
import { unknown } from '../../../src/case/index.ts';
import { bloodPressureTargets, glucoseStep, REPERFUSION_PHASES } from '../../../src/decisions/targets/index.ts';
import { aCase, measured } from '../../support/case-builder.ts';

describe('blood pressure targets', () => {
  it('every phase has a target with section and class, waiting for the erratum', () => {
    for (const phase of REPERFUSION_PHASES) {
      const targets = bloodPressureTargets(phase);
      expect(targets.length).toBeGreaterThan(0);
      for (const { citation } of targets) {
        expect(citation).toMatchObject({ source: 'aha-asa-2026', section: '4.3', errataChecked: false });
        expect(citation.cor).toBeDefined();
      }
    }
  });

  it.each([
    ['before-thrombolysis', 'keep-below', 185, 110],
    ['after-thrombolysis', 'keep-below', 180, 105],
    ['before-thrombectomy', 'keep-at-most', 185, 110],
    ['after-thrombectomy', 'keep-at-most', 180, 105],
    ['no-reperfusion', 'treatment-benefit-uncertain-from', 220, 120],
  ] as const)('%s: %s %d/%d', (phase, kind, systolic, diastolic) => {
    expect(bloodPressureTargets(phase)[0]).toMatchObject({ kind, systolic, diastolic });
  });

  it('lowering below 140 mmHg after successful thrombectomy is marked as harm for 72 h', () => {
    const harm = bloodPressureTargets('after-successful-thrombectomy').find(({ kind }) => kind === 'avoid-below');
    expect(harm).toMatchObject({ systolic: 140, hours: 72, citation: { cor: '3: Harm', loe: 'A' } });
  });
});

describe('glucose', () => {
  it('is unknown without a value, never normal', () => {
    expect(glucoseStep(aCase({ glucose: unknown('not-recorded') }))).toBe('unknown');
  });

  it.each([
    [59, 'treat-hypoglycemia'],
    [60, 'no-step'],
    [140, 'no-step'],
    [180, 'no-step'],
    [181, 'lower-to-target'],
  ] as const)('%d mg/dL: %s', (value, step) => {
    expect(glucoseStep(aCase({ glucose: measured(value, 'mg/dL') }))).toBe(step);
  });
});
