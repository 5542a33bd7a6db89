import { describe, expect, it } from 'vitest';
import { pipelinesInUse } from '../../../src/imaging/pipelines/index.ts';
import { roleOf } from '../../../src/inference/model-roles.ts';

const names = (off: readonly string[], networks: readonly string[]): string[] =>
  pipelinesInUse(off, networks).map(({ name }) => name);

describe('pipelines of a site', () => {
  it('hemorrhage runs where one of its networks is in use, and not otherwise', () => {
    expect(names([], ['hemorrhage', 'head-anatomy'])).toContain('hemorrhage');
    expect(names([], ['blast-ct'])).toContain('hemorrhage');
    expect(names([], ['head-anatomy'])).not.toContain('hemorrhage');
  });

  it('the configuration switches any of them off', () => {
    expect(names(['hemorrhage'], ['hemorrhage'])).not.toContain('hemorrhage');
    expect(names(['perfusion'], [])).not.toContain('perfusion');
  });

  it('a name that no pipeline has is refused: the one that was meant would go on running', () => {
    expect(() => names(['diffusion-threshold'], [])).toThrow(/pipelinesOff names diffusion-threshold; .*diffusion/);
  });
});

describe('an imaging network', () => {
  it('that missed a target of its card says shadow and is not in use until the site says so', () => {
    expect(roleOf({ role: 'shadow' }, 'shipped', undefined)).toBe('shadow');
    expect(roleOf({ role: 'shadow' }, 'shipped', 'active')).toBe('active');
  });

  it('without a role is used as it is', () => {
    expect(roleOf({}, 'shipped', undefined)).toBeNull();
    expect(roleOf({ role: 'active' }, 'shipped', undefined)).toBe('active');
  });
});
