/** What cards and the page with the basis say of computed imaging: state, values with intervals, and whose word counts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, plus, quantity } from '../../src/case/index.ts';
import type { FindingKind, ImagingProgress, PatientImaging, StrokeCase, StrokeFacts } from '../../src/case/index.ts';
import { FINDING_KINDS, FINDING_STATES } from '../../src/case/index.ts';
import { basisPageOf } from '../../src/basis.ts';
import { decide } from '../../src/decisions/decide.ts';
import { LOCALES } from '../../src/explanation/content/card-content.ts';
import type { CardDraft } from '../../src/explanation/card-draft.ts';
import { explain } from '../../src/explanation/explain.ts';
import { storeEvaluation, type StoredEvaluation } from '../../src/explanation/stored-evaluation.ts';
import { WITHDRAWALS } from '../../src/imaging/results/withdrawal.ts';
import { joinImaging } from '../../src/imaging/results/case-facts.ts';
import { arbitraryCase } from '../support/arbitrary-case.ts';
import {
  aPolicy,
  eligiblePatient,
  given,
  hoursAgo,
  measured,
  minutesAgo,
  nihssItems,
  NOW,
  time,
  without,
} from '../support/case-builder.ts';
import { finding, imagingOf, perfusionOf, progress, STUDY } from '../support/imaging-findings.ts';
import { testContent } from './support/content.ts';

const since = (hours: number, more: Partial<StrokeFacts> = {}): StrokeCase => {
  const onset = time(hoursAgo(hours));
  return eligiblePatient({ witnessedOnset: onset, symptomRecognition: onset, lastKnownWell: onset, ...more });
};
const LATE = since(7);
const LATE_M1 = since(10, { occlusionSite: given('M1'), aspects: measured(7, '{score}') });

type Locale = (typeof LOCALES)[number];
const cardsOf = (stroke: StrokeCase, imaging?: PatientImaging, locale: Locale = 'en'): CardDraft[] => {
  const joined = imaging === undefined ? stroke : joinImaging(stroke, imaging);
  const decisions = decide(joined, NOW, aPolicy());
  return explain(decisions, joined, NOW, aPolicy(), testContent(), locale, { version: '0.1.0' });
};
const card = (topic: CardDraft['topic'], ...of: Parameters<typeof cardsOf>): CardDraft => {
  const found = cardsOf(...of).find((one) => one.topic === topic);
  if (found === undefined) throw new Error(`no ${topic} card`);
  return found;
};
const around70 = [
  finding('core-volume', 68, { interval: { low: 55, high: 82, basis: 'noise' } }),
  finding('tmax-over-6-volume', 180),
];

describe('the card of the state', () => {
  it.each(LOCALES)('says of images of another day, or of tomorrow, that they are not used (%s)', (locale) => {
    for (const acquiredAt of [plus(NOW, -72 * HOUR), plus(NOW, 24 * HOUR)]) {
      const imaging = imagingOf(perfusionOf(40, 120, { acquiredAt }), [progress('final')]);
      const { detail } = card('stroke-state', LATE, imaging, locale);
      expect(detail).toContain(locale === 'en' ? 'perfusion not used' : '未采用');
      expect(detail).not.toContain('120 mL');
    }
  });

  it.each([
    [progress('receiving', { pipeline: null }), 'images arriving since 14:55'],
    [progress('queued', { pipeline: null }), 'image analysis waiting since 14:55'],
    [progress('in-progress', { pipeline: null, percent: 5 }), 'image analysis in progress since 14:55, 5 %'],
    [
      progress('failed', { pipeline: null, reason: 'analysis-failed' }),
      'image analysis failed 14:55: the software broke off; the images were not judged',
    ],
    [progress('queued'), 'perfusion waiting since 14:55'],
    [progress('in-progress', { percent: 60 }), 'perfusion in progress since 14:55, 60 %'],
    [progress('in-progress'), 'perfusion in progress since 14:55.'],
    [progress('refused', { reason: 'no-such-code' }), 'perfusion refused 14:55: the images could not be used'],
    [progress('failed', { reason: null }), 'perfusion failed 14:55: no reason given'],
    [progress('final', { pipeline: 'new-network' }), 'image analysis done 14:55'],
  ] satisfies [ImagingProgress, string][])('%o: %s', (state, said) => {
    expect(card('stroke-state', LATE, imagingOf([], [state])).detail).toContain(said);
  });

  it('says what is wrong with the images and how to mend it, in both languages', () => {
    const refused = imagingOf([], [progress('refused', { reason: 'motion' })]);
    expect(card('stroke-state', LATE, refused).detail).toContain(
      'perfusion refused 14:55: motion during the acquisition; fix the head and repeat the series',
    );
    expect(card('stroke-state', LATE, refused, 'zh-CN').detail).toContain(
      '灌注14:55因图像质量未分析：采集时头部移动；请固定头部后重复扫描',
    );
  });

  it.each(WITHDRAWALS)('says that a value was withdrawn, and why: %s', (reason) => {
    const superseded = perfusionOf(20, 100, { state: 'superseded' });
    const imaging = imagingOf(superseded, [progress('refused', { reason })]);
    const { detail } = card('stroke-state', LATE, imaging);
    const [said, saidInChinese] =
      reason === 'study-in-quarantine'
        ? ['it is not certain whose images', '无法确定图像']
        : ['images came later', '其后收到'];
    expect(detail).toContain(`perfusion withdrawn 14:55: ${said}`);
    expect(detail).not.toContain('20 mL');
    expect(card('stroke-state', LATE, imaging, 'zh-CN').detail).toContain(`灌注14:55已撤回：${saidInChinese}`);
    expect(card('thrombolysis', LATE, imaging).detail).toContain('perfusion withdrawn 14:55');
  });

  it('shows the newest state of an analysis only, and none of another day', () => {
    const states = [
      progress('queued', { since: plus(NOW, -20 * MINUTE) }),
      progress('in-progress', { percent: 5, studyUid: '1.9' }),
      progress('failed', { pipeline: 'plain-ct', since: plus(NOW, -25 * HOUR) }),
    ];
    const { detail } = card('stroke-state', LATE, imagingOf([], states));
    expect(detail).toContain('**Computed from the images:** perfusion in progress since 14:55, 5 %.');
  });

  it('shows values with their intervals, when the images were acquired, and that a report outranks them', () => {
    const more = [finding('mismatch-ratio', 2.64), finding('ischemic-side', 'left')];
    const { detail } = card('stroke-state', LATE, imagingOf([...around70, ...more], [progress('final')]));
    expect(detail).toContain(
      '**Computed perfusion (images 14:20):** core 68 mL (55–82), Tmax \\>6 s 180 mL (144–216), mismatch ratio 2.6 (2.1–3.2), hypoperfused side left.',
    );
    expect(detail).toContain("Research use, not cleared; a radiologist's report outranks it.");
    expect(detail).not.toContain('done 14:55');
  });

  it('says what a method cannot see instead of 0 mL', () => {
    const none = finding('core-volume', 0, { interval: null, detectionFloor: 3 });
    expect(card('stroke-state', LATE, imagingOf([none])).detail).toContain(
      'core not detected (nothing below 3 mL is seen)',
    );
  });

  it('says that a value is preliminary or limited', () => {
    const limited = finding('core-volume', 20, {
      state: 'preliminary',
      quality: [{ code: 'no-such-code', severity: 'limits', figures: {} }],
    });
    const { detail } = card('stroke-state', LATE, imagingOf([limited]));
    expect(detail).toContain('preliminary, core 20 mL (16–24)');
    expect(detail).toContain('**Limits of the measurement:** technical remark (code no-such-code).');
  });

  it('shows both where the report says something else, and not where the two agree', () => {
    const reported = (core: number) => since(7, { coreVolume: measured(core, 'mL') });
    expect(card('stroke-state', reported(20), imagingOf(around70)).detail).toContain(
      '**Report and computed value differ:** core volume: recorded 20 mL at 14:40, computed 68 mL (55–82) at 14:20. The recorded value is used.',
    );
    for (const core of [55, 60, 82]) {
      expect(card('stroke-state', reported(core), imagingOf(around70)).detail).not.toContain('differ');
    }
    // 3 mL beside 12 mL lies outside the interval and is nothing that anyone would act on.
    const small = imagingOf([finding('core-volume', 12)]);
    expect(card('stroke-state', reported(3), small).detail).not.toContain('differ');
  });

  it('never says that nothing is recorded beside an analysis', () => {
    const { detail } = card('stroke-state', LATE, imagingOf([], [progress('queued')]));
    expect(detail).toContain('perfusion no report');
    expect(detail).not.toContain('perfusion none recorded');
  });
});

describe('images that are not of now', () => {
  const of = (hours: number) => imagingOf(perfusionOf(20, 100, { acquiredAt: plus(NOW, -hours * HOUR) }));
  const long = since(20, { ...LATE_M1.facts, lastKnownWell: time(hoursAgo(20)), witnessedOnset: time(hoursAgo(20)) });

  it.each(['stroke-state', 'thrombectomy'] as const)('are called old from two hours on: %s', (topic) => {
    expect(card(topic, long, of(3)).detail).toContain(
      '**Images of 12:00: 3 h old, taken before arrival.** What they show may have changed',
    );
    expect(card(topic, long, of(15.5)).detail).toContain('**Images of 22 Nov 23:30: 15 h 30 min old, ');
    expect(card(topic, long, of(3), 'zh-CN').detail).toContain('**12:00的图像：距今3小时、到院前采集。**');
    expect(card(topic, long, of(0.5)).detail).not.toContain('Images of');
  });

  it('are called old where a thrombolysis window rests on them', () => {
    expect(card('thrombolysis', LATE, of(3)).detail).toContain('**Images of 12:00: 3 h old');
    const recorded = since(7, { coreVolume: measured(20, 'mL'), hypoperfusionVolume: measured(100, 'mL') });
    expect(card('thrombolysis', recorded, of(3)).detail).not.toContain('Images of');
  });

  it('are told to be from before the arrival', () => {
    const transferred = since(7, { arrival: time(minutesAgo(10)) });
    expect(card('stroke-state', transferred, of(1)).detail).toContain('**Images of 14:00: taken before arrival.**');
    expect(card('stroke-state', transferred, of(0.1)).detail).not.toContain('Images of');
    // The times of the data at the foot of the card are also those of the images.
    expect(card('stroke-state', transferred, of(1.5)).detail).toMatch(/Data 13:30–/);
  });
});

describe('a deficit on the side of the low perfusion', () => {
  const leftWeak = { ...LATE_M1, facts: { ...LATE_M1.facts, nihssItems: nihssItems({ '5a': 3, '6a': 2 }) } };
  const imaging = (side: string) => imagingOf([...perfusionOf(20, 100), finding('ischemic-side', side)]);

  it.each(['stroke-state', 'thrombolysis', 'thrombectomy'] as const)('is remarked on the card: %s', (topic) => {
    expect(card(topic, leftWeak, imaging('left')).detail).toContain(
      '**The sides do not fit:** left-sided weakness (NIHSS arms and legs: left 5, right 0) points to the right hemisphere, but computed perfusion shows the left one.',
    );
    expect(card(topic, leftWeak, imaging('left'), 'zh-CN').detail).toContain(
      '**侧别不符：** 左侧肢体无力（NIHSS上下肢：左5分，右0分）提示右侧半球，但自动计算的灌注结果显示在左侧。',
    );
    for (const fits of ['right', 'both']) expect(card(topic, leftWeak, imaging(fits)).detail).not.toContain('sides');
    const notExamined = without(LATE_M1, 'nihssItems');
    expect(card(topic, notExamined, imaging('left')).detail).not.toContain('sides');
  });

  it('is remarked on the page with the basis', () => {
    const stroke = joinImaging(leftWeak, imaging('left'));
    const record = storeEvaluation(stroke, decide(stroke, NOW, aPolicy()), NOW, aPolicy(), {
      service: '0.1.0',
      content: 'c',
    });
    expect(basisPageOf(record, 'e1', testContent(), 'en')).toContain('points to the right hemisphere');
  });
});

describe('the cards of the treatments', () => {
  it('name the limit that lies inside the interval, and ask for no second scan', () => {
    const { summary, detail, suggestions } = card('thrombolysis', LATE, imagingOf(around70));
    expect(summary).toContain('cannot be decided yet: core volume 68 mL (55–82) borderline, limit 70 mL');
    expect(detail).toContain('core volume 68 mL (55–82), limit 70 mL.');
    expect(detail).not.toContain('**Missing:**');
    expect(suggestions).toEqual([]);
  });

  it('say that a yes rests on computed volumes, and not where a person measured them', () => {
    const computed = card('thrombolysis', LATE, imagingOf(perfusionOf(20, 100)));
    expect(computed.summary).toContain('may be considered');
    expect(computed.detail).toContain('**Rests on volumes computed from the images (research use, not cleared)');
    const recorded = since(7, { coreVolume: measured(20, 'mL'), hypoperfusionVolume: measured(100, 'mL') });
    expect(card('thrombolysis', recorded, imagingOf(perfusionOf(20, 100))).detail).not.toContain('Rests on volumes');
    // What the software wrote into the chart comes back as its own.
    const ours = <T extends object>(fact: T) => ({ ...fact, basis: 'derived' as const });
    const readBack = since(7, {
      coreVolume: ours(measured(20, 'mL')),
      hypoperfusionVolume: ours(measured(100, 'mL')),
    });
    expect(card('thrombolysis', readBack, imagingOf([])).detail).toContain('**Rests on volumes computed');
  });

  it('say which analysis a missing volume hangs on, once, and ask for no second scan', () => {
    const running = imagingOf([], [progress('in-progress', { percent: 60 })]);
    const { detail, suggestions } = card('thrombolysis', LATE, running);
    expect(detail).toContain(
      '**Missing:** core volume, volume with Tmax \\>6 s (perfusion in progress since 14:55, 60 %)',
    );
    expect(suggestions).toEqual([]);
  });

  it('offer the scan again when its images were refused', () => {
    const refused = imagingOf([], [progress('refused', { reason: 'no-such-code' })]);
    expect(card('thrombolysis', LATE, refused).suggestions.map(({ label }) => label)).toEqual([
      'Order: CT perfusion, head',
    ]);
  });

  it('say why a trial of the late window is open', () => {
    const borderline = card('thrombectomy', LATE_M1, imagingOf(around70)).detail;
    expect(borderline).toContain(
      'DEFUSE 3 selection criteria, ANGEL-ASPECT large-core criteria: core volume 68 mL (55–82) borderline, limit 70 mL',
    );
    const queued = card('thrombectomy', LATE_M1, imagingOf([], [progress('queued')])).detail;
    expect(queued).toContain('DAWN selection criteria, DEFUSE 3 selection criteria');
    expect(queued).toContain('perfusion waiting since 14:55');
    expect(card('thrombectomy', LATE_M1).detail).not.toContain('Trial criteria open');
  });
});

const anyImaging: fc.Arbitrary<PatientImaging> = fc
  .record({
    findings: fc.array(
      fc.record({
        kind: fc.constantFrom(...(Object.keys(FINDING_KINDS) as FindingKind[])),
        value: fc.option(fc.double({ min: 0, max: 400, noNaN: true })),
        state: fc.constantFrom(...FINDING_STATES),
        interval: fc.boolean(),
        floor: fc.constantFrom(null, 1, 30),
        study: fc.constantFrom('1.1', '1.2'),
        remark: fc.constantFrom('note', 'limits', 'refuses', null),
        dated: fc.boolean(),
      }),
      { maxLength: 8 },
    ),
    states: fc.array(
      fc.record({
        state: fc.constantFrom('receiving', 'queued', 'in-progress', 'final', 'refused', 'failed'),
        pipeline: fc.constantFrom('perfusion', 'plain-ct', null),
        percent: fc.option(fc.integer({ min: 0, max: 100 })),
        reason: fc.constantFrom('damaged', 'no-such-code', null),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ findings, states }) =>
    imagingOf(
      findings.map(({ kind, value, state, interval, floor, study, remark, dated }, i) => {
        const coded = kind === 'ischemic-side' ? 'left' : 'left-carotid vertebrobasilar';
        const made = finding(kind, FINDING_KINDS[kind] === null ? coded : value, {
          id: `f${String(i)}`,
          state,
          studyUid: study,
          detectionFloor: floor,
          quality: remark === null ? [] : [{ code: 'no-such-code', severity: remark, figures: { motionMm: 4.1 } }],
        });
        return { ...made, ...(interval ? {} : { interval: null }), ...(dated ? {} : { acquiredAt: null }) };
      }),
      states.map(({ state, ...more }) => progress(state, more)),
    ),
  );

describe('whatever the pipelines say', () => {
  it.each(LOCALES)('cards keep their limits and computed imaging alone makes none critical (%s)', (locale) => {
    fc.assert(
      fc.property(arbitraryCase, anyImaging, (stroke, imaging) => {
        const before = new Map(cardsOf(stroke, undefined, locale).map((one) => [one.topic, one.indicator]));
        const cards = cardsOf(stroke, imaging, locale);
        expect(cards.length).toBeLessThanOrEqual(5);
        for (const { topic, summary, detail, indicator } of cards) {
          expect(summary.length).toBeLessThanOrEqual(139);
          expect(detail).not.toMatch(/—|\{|undefined|NaN|Infinity|∞|imaging\./);
          if (indicator === 'critical') expect(before.get(topic)).toBe('critical');
        }
        const state = cards.find((one) => one.topic === 'stroke-state');
        expect(state?.indicator).toBe('info');
      }),
      { numRuns: 60 },
    );
  });
});

it('images that were refused change no sentence, no indicator and no order', () => {
  const gist = (cards: readonly CardDraft[]) =>
    cards.map(({ topic, summary, indicator, suggestions }) => ({ topic, summary, indicator, suggestions }));
  fc.assert(
    fc.property(arbitraryCase, fc.constantFrom('refused', 'failed'), (stroke, state) => {
      const refused = imagingOf(perfusionOf(20, 100, { state: 'refused', value: null }), [
        progress(state, { reason: 'no-such-code' }),
      ]);
      expect(gist(cardsOf(stroke, refused))).toEqual(gist(cardsOf(stroke)));
    }),
    { numRuns: 60 },
  );
});

describe('the page with the basis', () => {
  const stored = (stroke: StrokeCase): StoredEvaluation =>
    JSON.parse(
      JSON.stringify(
        storeEvaluation(stroke, decide(stroke, NOW, aPolicy()), NOW, aPolicy(), { service: '0.1.0', content: 'c' }),
      ),
    ) as StoredEvaluation;
  const page = (record: StoredEvaluation, locale: Locale = 'en') => basisPageOf(record, 'e1', testContent(), locale);

  it('shows, from the record kept, everything that limits a finding', () => {
    const quality = [{ code: 'no-such-code', severity: 'limits', figures: { motionMm: 4.1 } }] as const;
    const imaging = imagingOf(perfusionOf(20, 100, { quality }), [progress('in-progress', { percent: 60 })]);
    const html = page(stored(joinImaging(LATE, imaging)));
    for (const part of [
      'imaging:core-volume-of-1.2.840.99999.1',
      '20 mL (16–24)',
      'interval: noise and threshold jitter',
      '1 mL',
      'perfusion 0.1.0',
      'model perfusion-deconvolution 1',
      'ran on cpu',
      'tmaxSeconds 6',
      'limits the value: technical remark (code no-such-code) (motion 4.1 mm)',
      `${STUDY}.2`,
      'acquired 23 Nov 2026 14:20',
      'found 23 Nov 2026 14:25',
      'Research use, not cleared',
      'in progress since 14:55, 60 %',
    ])
      expect(html).toContain(part);
  });

  it('says what findings of one run have in common once', () => {
    const html = page(stored(joinImaging(LATE, imagingOf(perfusionOf(20, 100)))));
    expect(html.split('model perfusion-deconvolution 1')).toHaveLength(2);
    expect(html.split('imaging:core-volume-of')).not.toHaveLength(1);
    const two = imagingOf([...perfusionOf(20, 100), ...perfusionOf(9, 30, { studyUid: '1.9', id: 'x' })]);
    expect(page(stored(joinImaging(LATE, two))).split('model perfusion-deconvolution 1')).toHaveLength(3);
  });

  it('shows why a criterion is borderline', () => {
    const html = page(stored(joinImaging(LATE, imagingOf(around70))));
    expect(html).toContain('borderline: core volume 68 mL (55–82), limit 70 mL lies inside');
  });

  it('of records from before has no such section', () => {
    const record = stored(LATE);
    expect(record.stroke).not.toHaveProperty('imaging');
    expect(page(record)).not.toContain('id="imaging"');
  });

  it('of hostile words in a finding opens no element', () => {
    const hostile = '<img src=x onerror=y>';
    const imaging = imagingOf(
      [finding('ischemic-side', hostile, { id: hostile, seriesUids: [hostile], studyUid: hostile })],
      [progress('refused', { reason: hostile, studyUid: hostile, pipeline: hostile })],
    );
    for (const locale of LOCALES) expect(page(stored(joinImaging(LATE, imaging)), locale)).not.toContain('<img');
  });
});

it('an interval is written behind the value, in both languages', () => {
  const reported = since(7, {
    coreVolume: given({ ...quantity(20, 'mL'), interval: { low: 16, high: 24.5 } }),
    hypoperfusionVolume: measured(90, 'mL'),
  });
  expect(card('thrombolysis', reported).detail).toContain('| 20 mL (16–25) |');
  expect(card('thrombolysis', reported, undefined, 'zh-CN').detail).toContain('20 mL（16～25）');
});

it('a computed volume is rounded alike wherever it stands; what a person entered is not', () => {
  const imaging = imagingOf([
    finding('core-volume', 36.69, { interval: { low: 9.61, high: 50.2, basis: 'noise' } }),
    finding('tmax-over-6-volume', 120.4),
  ]);
  const computed = cardsOf(LATE_M1, imaging).map(({ detail }) => detail);
  expect(computed.filter((detail) => detail.includes('37 mL (9.6–50)')).length).toBeGreaterThan(1);
  expect(computed.join()).not.toMatch(/36\.[67]|50\.2|120\.4/);
  // The volumes of the trials stand in the table, too.
  const entered = { coreVolume: measured(69.6, 'mL'), hypoperfusionVolume: measured(180, 'mL') };
  const table = card('thrombectomy', { ...LATE_M1, facts: { ...LATE_M1.facts, ...entered } }).detail;
  expect(table).toContain('69.6 mL');
});

describe('two scans with a hematoma', () => {
  const BLEEDING = since(7, { hemorrhageOnImaging: given(true) });
  const method = { ...finding('hemorrhage', 'present').method, pipeline: 'hemorrhage' };
  const scan = (hours: number, ml: number) => {
    const more = { method, studyUid: `1.2.${String(hours)}`, acquiredAt: plus(NOW, -hours * HOUR) };
    return [
      finding('hemorrhage', 'present', more),
      finding('hemorrhage-volume', ml, more),
      finding('intraparenchymal-volume', ml, more),
    ];
  };
  const [before, after] = [scan(5, 20), scan(1, 30)];
  const settings = { comparedWith: before[2]?.id ?? '', correlation: 0.967, registrationErrorMm: 0.62 };
  const laid = { studyUid: '1.2.1', acquiredAt: plus(NOW, -HOUR), method: { ...method, settings } };
  const registered = [
    finding('hematoma-new-blood-volume', 7.3, laid),
    finding('new-intraventricular-volume', 2.4, laid),
    finding('new-hypodensity-volume', 0, laid),
  ];

  it.each([
    ['en', 'from the findings of each scan; the scans were not laid on each other: compare them', 'growth'],
    ['zh-CN', '未将两次扫描配准：请对比两次扫描', '体积增大'],
  ] as const)('of which only the findings are compared say so (%s)', (locale, basis, growth) => {
    const { detail } = card('hemorrhage', BLEEDING, imagingOf([...before, ...after]), locale);
    expect(detail).toContain(basis);
    expect(detail).toContain(growth);
    expect(detail).not.toMatch(/correlation|相关系数/);
  });

  it.each([
    ['en', /measured by two versions of the software: compare them.*20 mL.*4 h later 30 mL.*not judged as growth/],
    ['zh-CN', /由软件的两个版本测量：请对比两次扫描.*20 mL.*4小时后30 mL.*未据此判断是否扩大/],
  ] as const)('that two versions of the network measured are no growth (%s)', (locale, told) => {
    const model = { name: 'hemorrhage', version: '0.9.0', digest: 'f'.repeat(64) };
    const older = before.map((one) => ({ ...one, method: { ...one.method, model } }));
    const { detail } = card('hemorrhage', BLEEDING, imagingOf([...older, ...after]), locale);
    expect(detail).toMatch(told);
    expect(detail).not.toMatch(/Active bleeding suspected|疑似活动性出血/);
  });

  it.each([
    ['en', 'correlation of the heads 0.97, error at the hematoma at least 0.6 mm; 7.3 mL lie beyond', 'ventricles'],
    ['zh-CN', '头部相关系数 0.97，血肿处误差至少 0.6 mm；7.3 mL 超出前次血肿范围', '脑室内出现新的出血'],
  ] as const)('that were laid on each other say how well, and what is new (%s)', (locale, basis, ventricles) => {
    const { detail } = card('hemorrhage', BLEEDING, imagingOf([...before, ...after, ...registered]), locale);
    expect(detail).toContain(basis);
    expect(detail).toContain(ventricles);
    expect(detail).not.toMatch(/not laid on each other|未将两次扫描配准/);
  });
});
