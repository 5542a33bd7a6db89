/** Selection criteria of DAWN, DEFUSE 3, SELECT2 and ANGEL-ASPECT: evidence beside the table, never the conclusion. */
import { describe, expect, it } from 'vitest';
import { quantity } from '../../../src/case/index.ts';
import { meetsDawn, meetsDefuse3 } from '../../../src/decisions/thrombectomy/mismatch.ts';
import { given, measured } from '../../support/case-builder.ts';
import { evaluate, occlusion, row } from './support.ts';
import type { Vector } from './support.ts';

const status = (id: string, vector: Vector, core?: number, tmax?: number) =>
  row(
    evaluate(
      occlusion(vector, {
        ...(core === undefined ? {} : { coreVolume: measured(core, 'mL') }),
        ...(tmax === undefined ? {} : { hypoperfusionVolume: measured(tmax, 'mL') }),
      }),
    ),
    id,
  ).status;

describe('DAWN', () => {
  it.each([
    [80, 10, 20.9, true],
    [80, 10, 21, false],
    [79, 10, 30.9, true],
    [79, 10, 31, false],
    [79, 20, 50.9, true],
    [79, 20, 51, false],
    [79, 19, 31, false],
    [80, 25, 31, false],
    [79, 9, 5, false],
  ])('age %i, NIHSS %i, core %f mL: %s', (age, nihss, core, meets) => {
    expect(meetsDawn(age, nihss, core)).toBe(meets);
    expect(status('dawn-criteria', { age, nihss, hours: 10 }, core)).toBe(meets ? 'met' : 'notMet');
  });

  it('covers 6–24 h and ICA or M1 only', () => {
    expect(status('dawn-criteria', { hours: 6 }, 10)).toBe('notMet');
    expect(status('dawn-criteria', { hours: 24 }, 10)).toBe('met');
    expect(status('dawn-criteria', { hours: 24.01 }, 10)).toBe('notMet');
    expect(status('dawn-criteria', { hours: 10, site: 'basilar' }, 10)).toBe('notMet');
  });

  it('is open without a core volume, unless no volume could meet it', () => {
    expect(status('dawn-criteria', { hours: 10, nihss: 15 })).toBe('unknown');
    expect(status('dawn-criteria', { hours: 10, nihss: 9 })).toBe('notMet');
  });

  it('reads a lower bound of NIHSS as what it is', () => {
    expect(status('dawn-criteria', { hours: 10, nihss: 12, lowerBound: true }, 20)).toBe('met');
    expect(status('dawn-criteria', { hours: 10, nihss: 12, lowerBound: true }, 40)).toBe('unknown');
    expect(status('dawn-criteria', { hours: 10, nihss: 12, lowerBound: true }, 60)).toBe('notMet');
  });

  it('reads "< 10 mL" as below 10 mL', () => {
    const stroke = occlusion({ hours: 10 }, { coreVolume: given(quantity(10, 'mL', '<')) });
    expect(row(evaluate(stroke), 'dawn-criteria').status).toBe('met');
  });
});

describe('DEFUSE 3', () => {
  it.each([
    [70, 200, false],
    [69.9, 200, true],
    [5, 19.9, false],
    [5, 20, true],
    [50, 89.9, false],
    [50, 90, true],
    [0, 15, true],
    [0, 14.9, false],
    [9.9, 24.9, true],
  ])('core %f mL, Tmax > 6 s %f mL: %s', (core, tmax, meets) => {
    expect(meetsDefuse3(core, tmax)).toBe(meets);
    expect(status('defuse-3-criteria', { hours: 10 }, core, tmax)).toBe(meets ? 'met' : 'notMet');
  });

  it('passes an infinite ratio only for a core that was measured as 0', () => {
    expect(status('defuse-3-criteria', { hours: 10 }, 0, 100)).toBe('met');
    const unmeasured = evaluate(occlusion({ hours: 10 }, { hypoperfusionVolume: measured(100, 'mL') }));
    expect(row(unmeasured, 'defuse-3-criteria')).toMatchObject({
      status: 'unknown',
      missing: ['coreVolume'],
      note: { key: 'mismatch-not-computable' },
    });
  });

  it.each([
    [{ hours: 6 }, 'notMet'],
    [{ hours: 16 }, 'met'],
    [{ hours: 16.01 }, 'notMet'],
    [{ nihss: 5 }, 'notMet'],
    [{ mrs: 2 as const }, 'met'],
    [{ mrs: 3 as const }, 'notMet'],
    [{ age: 90 }, 'met'],
    [{ age: 91 }, 'notMet'],
    [{ site: 'M2-dominant-proximal' as const }, 'notMet'],
  ])('with %o: %s', (vector, expected) => {
    expect(status('defuse-3-criteria', { hours: 10, ...vector }, 20, 100)).toBe(expected);
  });
});

describe('large core', () => {
  it.each([
    ['select2-criteria', { aspects: 5 }, 10, 'met'],
    ['select2-criteria', { aspects: 6 }, 49, 'notMet'],
    ['select2-criteria', { aspects: 6 }, 50, 'met'],
    ['select2-criteria', { aspects: 2 }, 49, 'notMet'],
    ['select2-criteria', { aspects: 4, hours: 24.01 }, 80, 'notMet'],
    ['angel-aspect-criteria', { aspects: 3 }, 150, 'met'],
    ['angel-aspect-criteria', { aspects: 2 }, 70, 'met'],
    ['angel-aspect-criteria', { aspects: 2 }, 100, 'met'],
    ['angel-aspect-criteria', { aspects: 2 }, 100.5, 'notMet'],
    ['angel-aspect-criteria', { aspects: 8 }, 69, 'notMet'],
  ] as const)('%s with %o and core %f mL: %s', (id, vector, core, expected) => {
    expect(status(id, vector, core)).toBe(expected);
  });

  it('says that parts of the criteria are recalled', () => {
    const found = row(evaluate(occlusion({ aspects: 4 })), 'select2-criteria');
    expect(found.citation.grade).toBe('R');
    expect(found.note?.key).toBe('criteria-partly-recalled');
  });
});

it('trial criteria change neither the conclusion nor the list of facts that would settle it', () => {
  const bare = evaluate(occlusion({ hours: 10 }));
  const withVolumes = evaluate(
    occlusion({ hours: 10 }, { coreVolume: measured(200, 'mL'), hypoperfusionVolume: measured(210, 'mL') }),
  );
  expect(row(bare, 'defuse-3-criteria').status).toBe('unknown');
  expect(row(withVolumes, 'defuse-3-criteria').status).toBe('notMet');
  expect(withVolumes.conclusion).toBe(bare.conclusion);
  expect(bare.settledBy).toEqual([]);
});
