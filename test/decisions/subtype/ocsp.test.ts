/** OCSP: Bamford et al., Lancet 1991;337:1521-1526, from the items of the NIHSS. */
import { describe, expect, it } from 'vitest';
import type { NihssItems } from '../../../src/case/index.ts';
import { classifyOcsp } from '../../../src/decisions/subtype/ocsp.ts';
import { aCase, given, nihssItems } from '../../support/case-builder.ts';

const syndrome = (items: NihssItems) => classifyOcsp(aCase({ nihssItems: nihssItems(items) }).facts);

describe('syndromes', () => {
  it.each<[string, NihssItems, string]>([
    ['aphasia, hemianopia, hemiplegia', { '3': 2, '4': 2, '5b': 4, '6b': 4, '9': 2 }, 'total-anterior'],
    ['neglect, hemianopia, face and arm', { '3': 1, '4': 1, '5a': 3, '11': 1 }, 'total-anterior'],
    ['aphasia alone', { '9': 1 }, 'partial-anterior'],
    ['aphasia and hemiparesis', { '4': 1, '5b': 2, '6b': 1, '9': 1 }, 'partial-anterior'],
    ['hemianopia and hemiparesis', { '3': 1, '5a': 2, '6a': 2 }, 'partial-anterior'],
    ['one arm', { '5a': 3 }, 'partial-anterior'],
    ['pure motor stroke', { '4': 1, '5a': 2, '6a': 2 }, 'lacunar'],
    ['hemiparesis with reduced consciousness', { '1a': 1, '4': 1, '5a': 2, '6a': 2 }, 'partial-anterior'],
    ['pure sensory stroke', { '8': 1 }, 'lacunar'],
    ['sensorimotor stroke', { '5b': 1, '6b': 1, '8': 1 }, 'lacunar'],
    ['ataxic hemiparesis', { '6a': 1, '7': 1 }, 'lacunar'],
    ['hemianopia alone', { '3': 2 }, 'posterior'],
    ['ataxia alone', { '7': 2 }, 'posterior'],
    ['weakness on both sides', { '5a': 3, '5b': 3, '6a': 2, '6b': 2 }, 'posterior'],
    ['nothing', {}, 'no-deficit'],
  ])('%s', (_name, items, expected) => {
    expect(syndrome(items).class).toBe(expected);
  });
});

describe('items that were not tested', () => {
  it('leave it undetermined, with what remains possible', () => {
    const open = syndrome({ '4': 1, '5b': 2, '6b': 2, '9': 'untestable' });
    expect(open.class).toBe('undetermined');
    expect([...open.possible].sort()).toEqual(['lacunar', 'partial-anterior']);
  });
  it('do not matter where the rest decides', () => {
    expect(syndrome({ '9': 2, '3': 0, '8': 'untestable', '7': 'untestable' }).class).toBe('partial-anterior');
  });
  it('nothing recorded excludes nothing', () => {
    expect(classifyOcsp(aCase().facts).class).toBe('undetermined');
    expect(classifyOcsp(aCase({ nihssItems: given({}) }).facts).possible.length).toBeGreaterThan(3);
  });
});
