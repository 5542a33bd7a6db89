import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Bundle, Observation } from 'fhir/r4.js';
import { describe, expect, it } from 'vitest';
import { exampleStories } from '../../src/demo/example-patients.ts';
import { moveBundle } from '../../src/demo/move-bundle.ts';
import { exampleFiles } from '../../src/demo/write-examples.ts';

const folder = fileURLToPath(new URL('../../fhir-resources/examples/', import.meta.url));

describe('example patients', () => {
  it('are in the repository exactly as the code writes them', () => {
    const written = Object.fromEntries(
      readdirSync(folder).map((name) => [name, readFileSync(`${folder}${name}`, 'utf8')]),
    );
    expect(written).toEqual(Object.fromEntries(exampleFiles()));
  });

  it('hold at least a dozen different strokes, each with its story, marked as test data', () => {
    const stories = exampleStories();
    expect(stories.length).toBeGreaterThanOrEqual(13);
    for (const { story, bundle } of stories) {
      expect(story.length).toBeGreaterThan(20);
      const patient = bundle.entry?.find((e) => e.resource?.resourceType === 'Patient')?.resource;
      expect(patient?.meta?.tag?.[0]?.code).toBe('HTEST');
    }
  });

  it('never give two resources one id', () => {
    const ids = exampleStories().flatMap(({ bundle }) =>
      (bundle.entry ?? []).map((e) => `${String(e.resource?.resourceType)}/${String(e.resource?.id)}`),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('moving a story in time', () => {
  it('moves instants exactly and dates of birth by whole days', () => {
    const [first] = exampleStories();
    if (first === undefined) throw new Error('no stories');
    const to = Date.parse('2027-01-05T03:10:00Z');
    const moved = moveBundle(first.bundle, to);
    expect(moved.timestamp).toBe('2027-01-05T03:10:00.000Z');
    const clockOf = (bundle: Bundle): number => {
      const clock = (bundle.entry ?? [])
        .flatMap(({ resource }) => (resource?.resourceType === 'Observation' ? [resource as Observation] : []))
        .find(({ valueDateTime }) => valueDateTime !== undefined);
      return Date.parse(clock?.valueDateTime ?? '');
    };
    expect(to - clockOf(moved)).toBe(Date.parse(first.bundle.timestamp ?? '') - clockOf(first.bundle));
  });

  it('refuses a bundle without a timestamp', () => {
    expect(() => moveBundle({ resourceType: 'Bundle', type: 'collection' }, 0)).toThrow(RangeError);
  });
});
