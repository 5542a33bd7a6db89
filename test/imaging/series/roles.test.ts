/** Headers as the scanners of five vendors write them; the role that a person would give. Pixels are not looked at. */
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import type { FrameHeader, InstanceHeader } from '../../../src/imaging/dicom/instance-header.ts';
import { assignRoles, explainRole } from '../../../src/imaging/series/assign-roles.ts';
import { ROLE_RULES } from '../../../src/imaging/series/role-rules.ts';
import { parseRoleRules, ROLE_RULES_SCHEMA } from '../../../src/imaging/series/rule-table.ts';
import { seriesFacts } from '../../../src/imaging/series/series-facts.ts';
import type { SeriesRole } from '../../../src/imaging/series/series-role.ts';
import { splitSeries } from '../../../src/imaging/series/split-series.ts';
import { AXIAL, CORONAL, type HeaderGiven, instanceHeader, SAGITTAL } from '../../support/image-headers.ts';

interface Given extends Omit<HeaderGiven, 'frames'> {
  readonly z?: number;
  readonly gap?: number;
  /** Images at each position. */
  readonly times?: number;
  readonly frame?: Partial<FrameHeader> | ((position: number, time: number) => Partial<FrameHeader>);
}

let series = 0;
function headers({ z = 30, gap = 5, times = 1, frame = {}, ...given }: Given): InstanceHeader[] {
  const seriesUid = given.seriesUid ?? `1.2.9.${++series}`;
  const found: InstanceHeader[] = [];
  for (let t = 0; t < times; t++) {
    for (let k = 0; k < z; k++) {
      const own = typeof frame === 'function' ? frame(k, t) : frame;
      const seconds = String(2 * t).padStart(2, '0');
      const at = `2026-03-01T12:0${Math.floor(t / 30)}:${times > 1 ? String((2 * t) % 60).padStart(2, '0') : seconds}.000000`;
      const frames = [{ position: [0, 0, k * gap] as const, acquiredAt: at, sliceThickness: gap, ...own }];
      found.push(instanceHeader(t * z + k + 1, { ...given, seriesUid, frames }));
    }
  }
  return found;
}

const roles = (given: readonly InstanceHeader[]): { part: string; role: SeriesRole; rule: string | null }[] => {
  const parts = splitSeries(given);
  const decisions = assignRoles(parts.map((part) => ({ facts: seriesFacts(part), pixels: null })));
  return parts.map(({ part }, at) => ({
    part,
    role: decisions[at]?.role ?? 'other',
    rule: decisions[at]?.rule ?? null,
  }));
};

const mr = (seriesDescription: string, frame: Given['frame'] = {}, more: Given = {}): Given => ({
  modality: 'MR',
  imageType: ['ORIGINAL', 'PRIMARY', 'M', 'ND'],
  seriesDescription,
  frame,
  ...more,
});

describe('the role of a whole series', () => {
  const cases: readonly (readonly [string, SeriesRole, Given])[] = [
    ['plain head CT, Siemens', 'ncct', { seriesDescription: 'Schädel nativ 4.0 H31s', convolutionKernel: 'H31s' }],
    ['plain head CT, GE, axial', 'ncct', { seriesDescription: 'Head w/o 5mm', convolutionKernel: 'STANDARD' }],
    ['plain head CT, United Imaging', 'ncct', { seriesDescription: '头颅平扫 5mm', convolutionKernel: 'B_SOFT_B' }],
    ['plain head CT, French', 'ncct', { seriesDescription: 'CRANE SANS IV', convolutionKernel: 'UB' }],
    ['plain head CT, not described', 'ncct', {}],
    [
      'native thin slices with agent "NONE"',
      'ncct',
      { z: 160, gap: 1, seriesDescription: 'Head thin', contrastAgent: 'NONE' },
    ],
    [
      'bone kernel beside a native one',
      'other',
      { seriesDescription: 'HEAD BONE 1.25', convolutionKernel: 'BONEPLUS', z: 120, contrastAgent: 'yes' },
    ],
    [
      'CTA, Siemens',
      'cta',
      { z: 300, gap: 0.7, seriesDescription: 'CTA Carotis 0.75 I26f', contrastAgent: 'Ultravist' },
    ],
    ['CTA, Canon', 'cta', { z: 300, gap: 0.5, seriesDescription: 'COW 0.5 CE', contrastAgent: 'IV' }],
    ['CTA, Chinese', 'cta', { z: 400, gap: 0.6, seriesDescription: '头颈动脉CTA 0.625mm', contrastAgent: '碘海醇' }],
    ['CTA, German', 'cta', { z: 400, gap: 0.6, seriesDescription: 'Gefäße Hals arteriell 0.6 KM' }],
    ['CT venography', 'other', { z: 300, gap: 0.7, seriesDescription: 'CTV head venous', contrastAgent: 'x' }],
    ['CT with contrast, 5 mm', 'other', { seriesDescription: 'Head post', z: 30 }],
    [
      'topogram',
      'localizer',
      { z: 2, imageType: ['ORIGINAL', 'PRIMARY', 'LOCALIZER'], seriesDescription: 'Topogramm 0.6' },
    ],
    ['scout by its words', 'localizer', { z: 2, seriesDescription: '定位像' }],
    ['CTP, Siemens', 'ctp', { z: 16, times: 30, seriesDescription: 'VPCT Perfusion 5.0' }],
    ['CTP, GE, not described', 'ctp', { z: 8, times: 45 }],
    ['bolus tracking', 'other', { z: 1, times: 20, seriesDescription: 'Monitoring 10.0 I26f' }],
    ['premonitoring', 'other', { z: 1, times: 1, seriesDescription: 'PreMonitoring' }],
    ['Tmax map', 'derived', { z: 16, seriesDescription: 'Tmax [s]', imageType: ['DERIVED', 'SECONDARY', 'AXIAL'] }],
    [
      'CBF map by vendor',
      'derived',
      { z: 16, seriesDescription: 'Perfusion rCBF', imageType: ['DERIVED', 'PRIMARY', 'PERFUSION_MAP'] },
    ],
    ['color summary', 'derived', { z: 1, samplesPerPixel: 3, seriesDescription: 'RAPID Summary' }],
    ['MIP', 'derived', { z: 40, imageType: ['DERIVED', 'SECONDARY', 'MIP'], seriesDescription: 'MIP axial CTA' }],
    [
      'coronal reformat',
      'derived',
      {
        frame: (k) => ({ orientation: CORONAL, position: [0, 3 * k, 0] }),
        imageType: ['DERIVED', 'SECONDARY', 'MPR'],
        seriesDescription: 'cor 3mm',
      },
    ],
    ['chest', 'not-a-head', { bodyPart: 'CHEST', seriesDescription: 'Thorax 5.0' }],
    ['phantom', 'not-a-head', { seriesDescription: 'QA water phantom' }],
    [
      'ADC, Siemens',
      'adc',
      mr('ep2d_diff_b0_b1000_ADC', {}, { imageType: ['DERIVED', 'PRIMARY', 'DIFFUSION', 'ADC', 'ND'] }),
    ],
    [
      'ADC, GE',
      'adc',
      mr(
        'Apparent Diffusion Coefficient (mm2/s)',
        { bValue: 1000 },
        { imageType: ['DERIVED', 'SECONDARY', 'COMBINED', 'ADC'] },
      ),
    ],
    [
      'ADC, Philips',
      'adc',
      mr('dADC map', { bValue: 0 }, { imageType: ['DERIVED', 'PRIMARY', 'ADC', 'ADC', 'UNSPECIFIED'] }),
    ],
    ['ADC, Chinese', 'adc', mr('表观扩散系数', {}, { imageType: ['DERIVED', 'SECONDARY'] })],
    ['exponential ADC', 'derived', mr('eADC', {}, { imageType: ['DERIVED', 'SECONDARY', 'EADC'] })],
    [
      'trace, Siemens',
      'dwi-trace',
      mr('ep2d_diff_TRACEW', { bValue: 1000 }, { imageType: ['ORIGINAL', 'PRIMARY', 'DIFFUSION', 'TRACEW', 'ND'] }),
    ],
    ['DWI b 1000, United Imaging', 'dwi-b1000', mr('epi_dwi_b1000', { bValue: 1000 })],
    ['DWI b 1000, Chinese', 'dwi-b1000', mr('弥散加权', { bValue: 1000 })],
    ['DWI b 0', 'dwi-b0', mr('DWI b0', { bValue: 0 })],
    ['high b', 'other', mr('DWI b3000', { bValue: 3000 })],
    [
      'FLAIR, Siemens',
      'flair',
      mr('t2_tirm_tra_dark-fluid', { inversionTimeMs: 2500, repetitionTimeMs: 9000, echoTimeMs: 90 }),
    ],
    ['FLAIR, GE', 'flair', mr('Ax T2 FLAIR')],
    ['FLAIR, by its timing', 'flair', mr('Ax', { inversionTimeMs: 2200, repetitionTimeMs: 8000, echoTimeMs: 120 })],
    ['FLAIR, Chinese', 'flair', mr('T2加权水抑制')],
    ['T2', 'other', mr('t2_tse_tra', { repetitionTimeMs: 5000, echoTimeMs: 100 })],
    ['PWI, Siemens', 'pwi', mr('ep2d_perf', { echoTimeMs: 30, repetitionTimeMs: 1500 }, { z: 19, times: 40 })],
    ['PWI, Chinese', 'pwi', mr('灌注成像', { echoTimeMs: 32 }, { z: 12, times: 30 })],
    ['ASL', 'other', mr('pCASL 3D', { echoTimeMs: 12 }, { z: 12, times: 30 })],
    ['fMRI', 'other', mr('ep2d_bold_resting', { echoTimeMs: 30 }, { z: 12, times: 30 })],
    [
      'mosaic',
      'other',
      mr('ep2d_diff_b1000', { bValue: 1000 }, { imageType: ['ORIGINAL', 'PRIMARY', 'DIFFUSION', 'MOSAIC'] }),
    ],
    ['structured report', 'other', { modality: 'SR', z: 1 }],
  ];

  it.each(cases)('%s: %s', (_name, role, given) => {
    const found =
      given.modality === 'SR' ? headers(given).map((h) => ({ ...h, pixels: null, frames: [] })) : headers(given);
    expect(roles(found)[0]?.role).toBe(role);
  });

  it('an axial reformat is the native CT only where there is no other', () => {
    const reformat = headers({ seriesDescription: 'Head 5mm', imageType: ['DERIVED', 'SECONDARY', 'MPR'] });
    expect(roles(reformat)[0]).toMatchObject({ role: 'ncct', rule: 'native-head-reformatted' });
    const both = roles([...reformat, ...headers({ seriesDescription: 'Head thin', z: 150, gap: 1 })]);
    expect(both.map(({ role }) => role)).toEqual(['derived', 'ncct']);
  });

  it('a sharp kernel serves only where there is no smooth one', () => {
    const sharp = headers({ convolutionKernel: 'H60s', z: 120, gap: 1 });
    expect(roles(sharp)[0]).toMatchObject({ role: 'ncct', rule: 'native-head-sharp' });
    expect(roles([...sharp, ...headers({ convolutionKernel: 'H31s' })]).map(({ role }) => role)).toEqual([
      'other',
      'ncct',
    ]);
  });
});

describe('one series that holds several volumes', () => {
  it('b 0, b 1000 and their ADC are three', () => {
    const seriesUid = '1.2.8.1';
    const given = mr('DWI', {}, { seriesUid, z: 20 });
    const weighted = [0, 1000].flatMap((bValue) =>
      headers({ ...given, frame: { bValue } }).map((h) => ({ ...h, sopInstanceUid: `${h.sopInstanceUid}.${bValue}` })),
    );
    const adc = headers({ ...given, imageType: ['DERIVED', 'PRIMARY', 'DIFFUSION', 'ADC'] });
    expect(roles([...weighted, ...adc]).map(({ role }) => role)).toEqual(['dwi-b0', 'dwi-b1000', 'adc']);
  });

  it('directions of one b-value stay together, written as 995 or 1005', () => {
    const given = mr('DWI 3 directions', (_k, t) => ({ bValue: [995, 1000, 1005][t] ?? 0 }), { z: 20, times: 3 });
    expect(roles(headers(given))).toEqual([{ part: '', role: 'dwi-b1000', rule: 'b1000' }]);
  });

  it('two echoes, two kernels and phases of a CTA are parted', () => {
    const echoes = headers(mr('PD/T2', (_k, t) => ({ echoTimeMs: [20, 100][t] ?? 0 }), { z: 20, times: 2 }));
    expect(roles(echoes).map(({ part }) => part)).toEqual(['echo 20 ms', 'echo 100 ms']);
    const seriesUid = '1.2.8.2';
    const kernels = ['H31s', 'H60s'].flatMap((convolutionKernel) => headers({ seriesUid, convolutionKernel }));
    expect(roles(kernels)).toMatchObject([
      { part: 'H31s', role: 'ncct' },
      { part: 'H60s', role: 'other' },
    ]);
    const cta = headers({ z: 200, gap: 1, times: 3, seriesDescription: 'multiphase CTA', contrastAgent: 'x' });
    expect(roles(cta)).toMatchObject([
      { part: 'phase 1', role: 'cta' },
      { part: 'phase 2', role: 'cta' },
      { part: 'phase 3', role: 'cta' },
    ]);
  });

  it('a localizer of three planes is one in each plane', () => {
    const plane = (k: number): Partial<FrameHeader> => ({ orientation: [AXIAL, CORONAL, SAGITTAL][k % 3] ?? AXIAL });
    expect(roles(headers(mr('Survey', plane, { z: 9 }))).map(({ role }) => role)).toEqual([
      'localizer',
      'localizer',
      'localizer',
    ]);
    expect(roles(headers(mr('t1', plane, { z: 9 }))).map(({ role }) => role)).toEqual([
      'localizer',
      'localizer',
      'localizer',
    ]);
  });

  it('a perfusion that comes as one series for each moment is one', () => {
    const moments = Array.from({ length: 19 }, (_, t) =>
      headers({ z: 16, frame: { acquiredAt: `2026-03-01T12:00:${10 + 2 * t}.000000` } }),
    );
    expect(roles([...moments.flat(), ...headers({})])).toMatchObject([
      { part: '19 series over time', role: 'ctp' },
      { part: '', role: 'ncct' },
    ]);
    // Reconstructions of one moment are no course.
    expect(roles(Array.from({ length: 9 }, () => headers({ z: 16 })).flat())).toHaveLength(9);
  });

  it('an image filter or an acquisition number for each slice parts nothing', () => {
    const slices = headers({}).map((h, at) => ({
      ...h,
      acquisitionNumber: at,
      imageType: ['ORIGINAL', 'PRIMARY', 'AXIAL', ...(at < 10 ? ['ADD'] : [])],
    }));
    expect(roles(slices)).toHaveLength(1);
  });
});

describe('the explanation', () => {
  it('names the rule, what was seen, and why each other rule failed', () => {
    const [part] = splitSeries(headers({ seriesDescription: 'Head Mustermann 5mm' }));
    if (part === undefined) throw new Error('no part');
    const [decision] = assignRoles([{ facts: seriesFacts(part), pixels: null }]);
    if (decision === undefined) throw new Error('no decision');
    const text = explainRole('series 2', decision);
    expect(text).toContain('series 2: ncct\n    axial CT of the head without contrast [rule native-head]');
    expect(text).toContain('not ct-perfusion (ctp): imagesPerPosition is 1, below 8');
    expect(decision.trials.length).toBe(ROLE_RULES.findIndex(({ name }) => name === 'native-head') + 1);
    // A description is free text of the scanner's user: only words that matched are ever repeated.
    expect(text.toLowerCase()).not.toContain('mustermann');
  });

  it('a header that the pixels contradict is said so', () => {
    const [part] = splitSeries(headers({ z: 200, gap: 1, seriesDescription: 'CTA', contrastAgent: 'x' }));
    if (part === undefined) throw new Error('no part');
    const pixels = {
      headShare: 0.8,
      bodyWidthMm: 160,
      vesselShare: 0.0004,
      uniformShare: 0,
      contrastRiseHu: null,
      signalDropShare: null,
    };
    const [decision] = assignRoles([{ facts: seriesFacts(part), pixels }]);
    expect(decision?.role).toBe('ncct');
    expect(decision?.trials.find(({ rule }) => rule === 'ct-angiography')?.because).toBe(
      'the pixels contradict: vesselShare is 0.0004, below 0.0015',
    );
  });
});

describe('rules are data', () => {
  it('the built-in table obeys the schema, and every name is used once', () => {
    const validate = new Ajv({ allErrors: true, strict: true }).compile(ROLE_RULES_SCHEMA);
    const asJson: unknown = JSON.parse(JSON.stringify(ROLE_RULES));
    expect(validate(asJson) ? [] : validate.errors).toEqual([]);
    expect(parseRoleRules(asJson)).toEqual(ROLE_RULES);
    expect(new Set(ROLE_RULES.map(({ name }) => name)).size).toBe(ROLE_RULES.length);
  });

  it('a site can put its own rules before them; a wrong table is refused with every problem', () => {
    const own = parseRoleRules([
      { name: 'house-ncct', role: 'ncct', reason: 'our protocol', when: { text: 'description', has: '^kopf 7' } },
    ]);
    const [part] = splitSeries(headers({ seriesDescription: 'Kopf 7 BONE', convolutionKernel: 'H60s' }));
    if (part === undefined) throw new Error('no part');
    const [decision] = assignRoles([{ facts: seriesFacts(part), pixels: null }], [...own, ...ROLE_RULES]);
    expect(decision).toMatchObject({ role: 'ncct', rule: 'house-ncct', because: "description has 'kopf 7'" });
    const wrong = [
      { name: 'a', role: 'brain', reason: 'x', when: {} },
      { name: 'a', role: 'ncct', reason: 'x', when: { text: 'description', has: '(' } },
    ];
    expect(() => parseRoleRules(wrong)).toThrow(/0\/role[\s\S]*0\/when/);
    expect(() => parseRoleRules([wrong[1]])).toThrow(/regular expression/);
  });
});
