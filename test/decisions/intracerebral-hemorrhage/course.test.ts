import { describe, expect, it } from 'vitest';
import { HOUR, plus } from '../../../src/case/index.ts';
import type { ImagingFinding } from '../../../src/case/index.ts';
import { hematomaCourse } from '../../../src/decisions/intracerebral-hemorrhage/index.ts';
import { aCase, NOW } from '../../support/case-builder.ts';
import { finding, imagingOf } from '../../support/imaging-findings.ts';

interface Scan {
  readonly hoursAgo: number;
  readonly ml: number;
  readonly ventricles?: number;
  readonly hypodensity?: 'present' | 'absent';
  readonly presence?: string;
}

const method = { ...finding('hemorrhage', 'present').method, pipeline: 'hemorrhage' };

function scan({ hoursAgo, ml, ventricles = 0, hypodensity = 'absent', presence = 'present' }: Scan): ImagingFinding[] {
  const more = { method, acquiredAt: plus(NOW, -hoursAgo * HOUR), studyUid: `1.2.${String(hoursAgo * 10)}` };
  return [
    finding('hemorrhage', presence, more),
    finding('hemorrhage-volume', ml + ventricles, { ...more, detectionFloor: 1 }),
    finding('intraparenchymal-volume', ml, { ...more, interval: { low: ml - 1, high: ml + 1, basis: 'test' } }),
    finding('intraventricular-volume', ventricles, more),
    finding('hypodensity-sign', hypodensity, more),
  ];
}

const course = (scans: readonly Scan[], hematomaExpansionOperator: '>' | '>=' = '>') =>
  hematomaCourse(aCase({}, { imaging: imagingOf(scans.flatMap(scan)) }), { hematomaExpansionOperator });

describe('two computed scans of one episode', () => {
  it.each([
    ['growth over 6 mL', 30, 36.1, '>', true],
    ['growth of exactly 6 mL, more than asked', 30, 36, '>', false],
    ['growth of exactly 6 mL, at least asked', 30, 36, '>=', true],
    ['growth by over a third of a small one', 9, 12.1, '>', true],
    ['shrinking', 30, 22, '>', false],
  ] as const)('%s', (_, from, to, operator, expected) => {
    const found = course(
      [
        { hoursAgo: 6, ml: from },
        { hoursAgo: 1, ml: to },
      ],
      operator,
    );
    expect(found?.isExpansion).toBe(expected);
    expect(found?.activeBleedingSuspected).toBe(expected);
    expect(found?.hours).toBeCloseTo(5);
  });

  it('new blood in the ventricles or a new hypodensity is suspected without growth', () => {
    expect(
      course([
        { hoursAgo: 4, ml: 20 },
        { hoursAgo: 1, ml: 20, ventricles: 3 },
      ]),
    ).toMatchObject({
      isExpansion: false,
      newIntraventricular: true,
      activeBleedingSuspected: true,
    });
    expect(
      course([
        { hoursAgo: 4, ml: 20 },
        { hoursAgo: 1, ml: 20, hypodensity: 'present' },
      ]),
    ).toMatchObject({
      newHypodensity: true,
      activeBleedingSuspected: true,
    });
  });

  it('says when the intervals of the two volumes overlap', () => {
    expect(
      course([
        { hoursAgo: 4, ml: 3 },
        { hoursAgo: 1, ml: 4.5 },
      ]),
    ).toMatchObject({ isExpansion: true, isWithinUncertainty: true });
    expect(
      course([
        { hoursAgo: 4, ml: 3 },
        { hoursAgo: 1, ml: 14 },
      ]),
    ).toMatchObject({ isWithinUncertainty: false });
  });

  it('compares the first with the newest of three', () => {
    expect(
      course([
        { hoursAgo: 1, ml: 31 },
        { hoursAgo: 9, ml: 20 },
        { hoursAgo: 5, ml: 26 },
      ])?.growthMl,
    ).toBeCloseTo(11);
  });
});

it('a scan on which the software is not certain of the blood is compared, too, and told as uncertain', () => {
  const scans: readonly Scan[] = [
    { hoursAgo: 5, ml: 20 },
    { hoursAgo: 1, ml: 40, presence: 'uncertain' },
  ];
  expect(course(scans)).toMatchObject({
    ...{ isExpansion: true, isUncertain: true, isWithinUncertainty: true, activeBleedingSuspected: true },
  });
  const certain = scans.map((one) => ({ ...one, presence: 'present' }));
  expect(course(certain)).toMatchObject({ isUncertain: false, isWithinUncertainty: false });
});

describe('two scans that the analysis laid on each other', () => {
  interface Laid {
    readonly ventricles?: number;
    readonly hypodensity?: number | null;
    readonly comparedWith?: string;
  }
  const before = scan({ hoursAgo: 5, ml: 20 });
  const [firstVolume] = before.filter(({ kind }) => kind === 'intraparenchymal-volume');

  function after(scanned: Omit<Scan, 'hoursAgo' | 'ml'>, laid: Laid): ImagingFinding[] {
    const { ventricles = 0, hypodensity = 0, comparedWith = firstVolume?.id ?? '' } = laid;
    const own = scan({ hoursAgo: 1, ml: 21, ...scanned });
    const settings = { comparedWith, correlation: 0.97, registrationErrorMm: 0.6 };
    const { studyUid, acquiredAt } = own[0] as ImagingFinding;
    const more = { studyUid, acquiredAt, method: { ...method, settings } };
    return [
      ...own,
      finding('hematoma-new-blood-volume', 0.4, more),
      finding('new-intraventricular-volume', ventricles, more),
      finding('new-hypodensity-volume', hypodensity, more),
    ];
  }
  const of = (scanned: Omit<Scan, 'hoursAgo' | 'ml'>, laid: Laid) =>
    hematomaCourse(aCase({}, { imaging: imagingOf([...before, ...after(scanned, laid)]) }), {
      hematomaExpansionOperator: '>',
    });

  it('are compared by their voxels, with how well they lie on each other', () => {
    expect(of({}, {})?.registered).toEqual({ newBloodMl: 0.4, correlation: 0.97, errorMm: 0.6 });
    expect(of({}, {})?.activeBleedingSuspected).toBe(false);
    expect(of({}, { ventricles: 2.5 })).toMatchObject({ newIntraventricular: true, activeBleedingSuspected: true });
    expect(of({}, { hypodensity: 0.8 })).toMatchObject({ newHypodensity: true, activeBleedingSuspected: true });
  });

  it('voxels go before findings: what lay there before is not new', () => {
    expect(of({ hypodensity: 'present' }, {})?.newHypodensity).toBe(false);
    expect(of({ ventricles: 3 }, { ventricles: 0.2 })?.newIntraventricular).toBe(false);
  });

  it('findings decide where density said nothing, and where it was another result that was laid under', () => {
    expect(of({ hypodensity: 'present' }, { hypodensity: null })?.newHypodensity).toBe(true);
    expect(of({ ventricles: 3 }, { comparedWith: 'a result that was replaced' })).toMatchObject({
      ...{ registered: null, newIntraventricular: true },
    });
  });
});

describe('two scans that were measured by two networks', () => {
  const first = scan({ hoursAgo: 5, ml: 20 });
  const measuredBy = (change: Partial<ImagingFinding['method']>): ImagingFinding[] =>
    scan({ hoursAgo: 1, ml: 40, ventricles: 5, hypodensity: 'present' }).map((one) => ({
      ...one,
      method: { ...method, ...change },
    }));
  const of = (change: Partial<ImagingFinding['method']>) =>
    hematomaCourse(aCase({}, { imaging: imagingOf([...first, ...measuredBy(change)]) }), {
      hematomaExpansionOperator: '>',
    });
  const { model } = method;
  const other = (change: object) => ({ model: model === null ? null : { ...model, ...change } });

  it.each([
    ['another network', other({ name: 'blast-ct' })],
    ['another version of it', other({ version: '2' })],
    ['another graph', other({ digest: 'b'.repeat(64) })],
    ['nobody knows which', { model: null }],
    ['another version of the pipeline', { version: '0.2.0' }],
    ['another threshold', { settings: { bloodProbability: 0.4 } }],
  ])('(%s) are told and no reason to suspect anything', (_, change) => {
    expect(of(change)).toMatchObject({ isMeasuredAlike: false, activeBleedingSuspected: false, growthMl: 20 });
  });

  it('(a server does not say which graph) are compared as long as the version is one', () => {
    expect(of(other({ digest: 'unknown' }))).toMatchObject({ isMeasuredAlike: true, activeBleedingSuspected: true });
  });
});

describe('no course', () => {
  it.each([
    ['of one scan', [{ hoursAgo: 1, ml: 20 }]],
    [
      'with a scan of another stay',
      [
        { hoursAgo: 100, ml: 20 },
        { hoursAgo: 1, ml: 40 },
      ],
    ],
    [
      'with a scan where nothing sure was seen',
      [
        { hoursAgo: 5, ml: 0.4, presence: 'uncertain' },
        { hoursAgo: 1, ml: 40 },
      ],
    ],
  ])('%s', (_, scans) => {
    expect(course(scans)).toBeNull();
  });
});
