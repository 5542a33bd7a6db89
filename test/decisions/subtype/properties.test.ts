/** What holds of every stroke: not knowing more never makes a class surer, and the rules stay apart from the model. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FactKey, InfarctPattern, StrokeCase, StrokeFacts } from '../../../src/case/index.ts';
import { unknown } from '../../../src/case/index.ts';
import {
  evaluateSubtype,
  FINDINGS,
  type ClassifiedSubtype,
  type EvidenceLevel,
} from '../../../src/decisions/subtype/index.ts';
import { INFARCT_PATTERNS } from '../../../src/case/index.ts';
import { arbitraryCase } from '../../support/arbitrary-case.ts';
import { daysAgo, event, given, measured, noneRecorded, NOW } from '../../support/case-builder.ts';
import { arteries, classified, COMPLETE, CORTICAL, done, fibrillation, PURE_MOTOR, searched } from './patients.ts';

const NAMES = ['extracranial-carotid left', 'middle-cerebral left', 'extracranial-carotid right', 'basilar midline'];
const listed = (kind: string) => fc.constantFrom(noneRecorded(), noneRecorded(), given([event(kind, daysAgo(9))]));

const anyPatient: fc.Arbitrary<StrokeCase> = fc
  .record({
    pattern: fc.constantFrom<InfarctPattern>(...INFARCT_PATTERNS),
    millimeters: fc.constantFrom(8, 14.9, 15, 17, 19.9, 20, 40),
    syndrome: fc.constantFrom(CORTICAL, PURE_MOTOR),
    artery: fc.constantFrom(...NAMES),
    percent: fc.constantFrom(0, 30, 49, 50, 51, 70, 96, 100),
    site: fc.constantFrom('none' as const, 'none' as const, 'M1' as const),
    atrialFibrillation: listed('atrial-fibrillation'),
    myocardialInfarction: listed('myocardial-infarction'),
    mediumRiskCardiacSource: listed('patent-foramen-ovale'),
    otherStrokeCause: listed('cerebral-vasculitis'),
    parentArteryPlaque: fc.boolean().map((flag) => given(flag)),
    arch: fc.constantFrom(0, 4, 4.1),
    investigations: fc.shuffledSubarray([...COMPLETE], { minLength: 2 }),
  })
  .map(({ pattern, millimeters, syndrome, artery, percent, site, arch, investigations, ...lists }) =>
    searched({
      ...lists,
      nihssItems: syndrome,
      infarctPattern: given(pattern),
      infarctTerritory: given(
        pattern === 'multiple-territories' ? ['left-carotid', 'vertebrobasilar'] : ['left-carotid'],
      ),
      infarctDiameter: measured(millimeters, 'mm'),
      arterialStenosis: arteries({ [artery]: percent }),
      occlusionSite: given(site),
      aorticArchPlaque: measured(arch, 'mm'),
      strokeInvestigation: done(...investigations),
    }),
  );

const RANK: Readonly<Record<EvidenceLevel, number>> = { possible: 1, probable: 2, evident: 3, definite: 3 };
const READ = [...new Set(FINDINGS.flatMap(({ data }): readonly FactKey[] => data))];
const SYSTEMS = ['toast', 'ccs', 'ciss'] as const;

function forget(stroke: StrokeCase, keys: readonly FactKey[]): StrokeCase {
  const gone = Object.fromEntries(keys.map((key) => [key, unknown('not-read')]));
  return { ...stroke, facts: { ...stroke.facts, ...gone } };
}

describe('not knowing', () => {
  it('never makes a class more certain, nor a new one more than possible', () => {
    fc.assert(
      fc.property(anyPatient, fc.shuffledSubarray(READ, { minLength: 1, maxLength: 4 }), (stroke, keys) => {
        const before = classified(stroke);
        const after = classified(forget(stroke, keys));
        for (const system of SYSTEMS) {
          const { level } = after[system];
          if (level === null) continue;
          const same = before[system].class === after[system].class;
          const had = before[system].level;
          expect(RANK[level]).toBeLessThanOrEqual(same && had !== null ? RANK[had] : RANK.possible);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('of anything at all gives no class', () => {
    const nothing = classified(forget(searched(), READ));
    for (const system of SYSTEMS) expect(nothing[system].undetermined).toBe('incomplete-evaluation');
  });
});

describe('rules of the systems', () => {
  it('a cardiac source of high risk never leaves small-vessel occlusion in TOAST', () => {
    fc.assert(
      fc.property(anyPatient, (stroke) => {
        const withSource = { ...stroke, facts: { ...stroke.facts, ...fibrillation } };
        expect(classified(withSource).toast.class).not.toBe('small-vessel-occlusion');
      }),
      { numRuns: 150 },
    );
  });

  it('two causes shown are never one class in TOAST and CISS', () => {
    fc.assert(
      fc.property(anyPatient, (stroke) => {
        const { toast, ciss } = classified(stroke);
        for (const one of [toast, ciss]) {
          const shown = one.causes.filter(({ state }) => state === 'shown');
          if (shown.length > 1) expect(one.undetermined).toBe('two-or-more-causes');
        }
      }),
      { numRuns: 150 },
    );
  });

  it('a fact that no rule reads changes nothing', () => {
    const unread: Partial<StrokeFacts> = { glucose: measured(300, 'mg/dL'), platelets: measured(20, '10*9/L') };
    fc.assert(
      fc.property(anyPatient, (stroke) => {
        expect(classified({ ...stroke, facts: { ...stroke.facts, ...unread } })).toEqual(classified(stroke));
      }),
      { numRuns: 40 },
    );
  });

  it('what would change it is true: with the finding, the class is the one that was announced', () => {
    const open = searched({ atrialFibrillation: unknown('not-read') });
    const said = classified(open).toast.wouldChange.find((c) => c.finding === 'high-risk-cardiac-source' && c.present);
    const then = classified({ ...open, facts: { ...open.facts, ...fibrillation } }).toast;
    expect([then.class, then.level]).toEqual([said?.class, said?.level]);
  });

  it('every determined class names what it rests on', () => {
    fc.assert(
      fc.property(anyPatient, (stroke) => {
        const result: ClassifiedSubtype = classified(stroke);
        for (const system of SYSTEMS) {
          const { undetermined, decidedBy, causes } = result[system];
          const shown = causes.some(({ state }) => state === 'shown');
          if (undetermined === null && shown) expect(decidedBy.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('never throws, whatever the case', () => {
    fc.assert(
      fc.property(arbitraryCase, (stroke) => {
        expect(['classified', 'not-applicable']).toContain(evaluateSubtype(stroke, NOW).status);
      }),
      { numRuns: 100 },
    );
  });
});
