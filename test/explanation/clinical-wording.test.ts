/** Sentences in which a wrong word could do harm. */
import { describe, expect, it } from 'vitest';
import { unknown } from '../../src/case/index.ts';
import type { Fact, StrokeFacts } from '../../src/case/index.ts';
import { decide } from '../../src/decisions/decide.ts';
import type { SitePolicy } from '../../src/decisions/evaluation.ts';
import { explain, loadCardContent } from '../../src/explanation/index.ts';
import {
  aPolicy,
  daysAgo,
  drug,
  eligiblePatient,
  given,
  had,
  hoursAgo,
  measured,
  minutesAgo,
  nihssItems,
  nihssTotal,
  noneRecorded,
  NOW,
  pressure,
  sometimeBetweenDaysAgo,
  takes,
  time,
  weightOf,
} from '../support/case-builder.ts';

const content = loadCardContent('cards');

function cardOf(
  topic: string,
  facts: Partial<StrokeFacts>,
  site: Partial<SitePolicy> = {},
  locale: 'en' | 'zh-CN' = 'en',
): string {
  const stroke = eligiblePatient(facts);
  const policy = aPolicy(site);
  const cards = explain(decide(stroke, NOW, policy), stroke, NOW, policy, content, locale, { version: '0' });
  return cards.flatMap((card) => (card.topic === topic ? [`${card.summary}\n${card.detail}`] : [])).join();
}

describe('the cards', () => {
  it('ask for the time of the last dose, not for the drug that is on the list', () => {
    const undated = { directOralAnticoagulant: takes(drug('apixaban', 'factor-xa-inhibitor', null)) };
    expect(cardOf('thrombolysis', undated)).toContain('missing: last dose of direct oral anticoagulant');
    expect(cardOf('thrombolysis', undated, {}, 'zh-CN')).toContain('缺少：直接口服抗凝药末次用药时间');
  });

  it('ask which dose of heparin it was', () => {
    const heparin = {
      lowMolecularWeightHeparin: takes(drug('enoxaparin', 'low-molecular-weight-heparin', hoursAgo(12))),
    };
    expect(cardOf('thrombolysis', heparin)).toContain('treatment or prophylactic dose of low-molecular-weight heparin');
  });

  it('limit the pressure target of hemorrhage to mild and moderate ones', () => {
    const bleed = { hemorrhageOnImaging: given(true), bloodPressure: pressure(196, 104) };
    expect(cardOf('hemorrhage', bleed)).toContain('In mild to moderate hemorrhage: systolic BP target 140 mmHg');
    expect(cardOf('hemorrhage', bleed, {}, 'zh-CN')).toContain('轻中度出血：收缩压目标140 mmHg');
  });

  it('say that a reversal was given and when, and do not offer the dose again', () => {
    const reversed = {
      hemorrhageOnImaging: given(true),
      vitaminKAntagonist: takes(drug('warfarin', 'vitamin-k-antagonist', hoursAgo(10))),
      inr: measured(2.9, '{INR}', minutesAgo(34)),
      anticoagulantReversal: takes(drug('prothrombin-complex', 'anticoagulant-reversal', minutesAgo(10))),
    };
    const english = cardOf('hemorrhage', reversed);
    expect(english).toContain('reversal given');
    expect(english).toContain('Prothrombin complex given 14:50: re-check the INR before any further dose');
    expect(english).not.toContain('25–50 IU/kg');
    const chinese = cardOf('hemorrhage', reversed, {}, 'zh-CN');
    expect(chinese).toContain('凝血酶原复合物已于14:50给予');
    expect(chinese).not.toContain('25–50 IU/kg');
  });

  it('name every blood thinner that is recorded, and ask for more without saying that there is none', () => {
    const bleed = { hemorrhageOnImaging: given(true) };
    const argatroban = takes(drug('argatroban', 'direct-thrombin-inhibitor', minutesAgo(10)));
    const aspirin = takes(drug('aspirin', 'antiplatelet', hoursAgo(10)));
    const english = cardOf('hemorrhage', { ...bleed, otherAnticoagulant: argatroban });
    expect(english).toContain('Stop the anticoagulant');
    expect(english).toContain('other anticoagulant: argatroban');
    expect(english).toContain('**Ask:** other anticoagulants or antiplatelets');
    expect(cardOf('hemorrhage', { ...bleed, antiplatelet: aspirin })).not.toContain('none recorded');
    expect(cardOf('hemorrhage', bleed)).toContain('anticoagulants or antiplatelets (none recorded)');
    const chinese = cardOf('hemorrhage', { ...bleed, antiplatelet: aspirin }, {}, 'zh-CN');
    expect(chinese).toContain('除已记录者外');
  });

  it('name the harm of a systolic pressure below 140 mmHg for 72 h after thrombectomy, with its class', () => {
    const opened = (hours: number) => ({
      thrombectomyDone: had('thrombectomy', hoursAgo(hours)),
      lastKnownWell: time(hoursAgo(30)),
      witnessedOnset: time(hoursAgo(30)),
      bloodPressure: pressure(128, 70),
    });
    const early = cardOf('stroke-state', opened(2));
    expect(early).toContain('systolic BP below 140 mmHg is harmful (72 h) (COR 3: Harm, LOE A)');
    expect(early).toContain('at most 180/105 mmHg');
    const later = cardOf('stroke-state', opened(26));
    expect(later).toContain('systolic BP below 140 mmHg is harmful');
    expect(later).not.toContain('180/105');
    expect(cardOf('stroke-state', opened(26), {}, 'zh-CN')).toContain('140 mmHg');
  });

  it('say of a subarachnoid hemorrhage alone that the rules of intracerebral hemorrhage do not cover it', () => {
    const bleed = {
      hemorrhageOnImaging: given(true),
      acuteIntracranialHemorrhage: had('subarachnoid-hemorrhage', hoursAgo(1)),
      bloodPressure: pressure(190, 100),
    };
    const english = cardOf('hemorrhage', bleed);
    expect(english).toContain('Subarachnoid hemorrhage: thrombolysis contraindicated');
    expect(english).toContain('does not cover it');
    expect(english).not.toMatch(/130|140|ICH score|Expansion|written for/);
    expect(cardOf('hemorrhage', bleed, {}, 'zh-CN')).toContain('不涵盖');
    const onWarfarin = { vitaminKAntagonist: takes(drug('warfarin', 'vitamin-k-antagonist', hoursAgo(10))) };
    expect(cardOf('hemorrhage', { ...bleed, ...onWarfarin, inr: measured(2.9, '{INR}') })).toContain(
      'written for intracerebral hemorrhage',
    );
  });

  it('offer no protamine for heparin of two days ago', () => {
    const heparin = drug('heparin', 'unfractionated-heparin', hoursAgo(40), { intent: 'treatment' });
    const bleed = { hemorrhageOnImaging: given(true), unfractionatedHeparin: takes(heparin) };
    const english = cardOf('hemorrhage', bleed);
    expect(english).toContain('guideline options: stop the anticoagulant');
    expect(english).toContain('over 4 h ago: no protamine unless the aPTT is prolonged');
    expect(english).not.toContain('50 mg');
    expect(cardOf('hemorrhage', bleed, {}, 'zh-CN')).toContain('已超过4小时：除非aPTT延长，否则不用鱼精蛋白');
  });

  it('ask when a recorded heparin was given last, before protamine', () => {
    const heparin = { unfractionatedHeparin: takes(drug('heparin', 'unfractionated-heparin', null)) };
    const english = cardOf('hemorrhage', { hemorrhageOnImaging: given(true), ...heparin });
    expect(english).toContain('Time of the last heparin unknown: ask, and check the aPTT before protamine');
    expect(english).toContain('last dose of unfractionated heparin');
    expect(english).not.toContain('50 mg');
  });

  it('name a raised INR for which no drug is recorded', () => {
    const bleed = { hemorrhageOnImaging: given(true), inr: measured(2.5, '{INR}') };
    expect(cardOf('hemorrhage', bleed)).toContain('INR 2.5 without a recorded vitamin K antagonist');
    expect(cardOf('hemorrhage', bleed, {}, 'zh-CN')).toContain('INR 2.5，但未记录维生素K拮抗剂');
  });

  it('name what another guideline objects to, not the window that is open in it', () => {
    const trauma = { majorTrauma: had('major-trauma', daysAgo(60)) };
    const card = cardOf('thrombolysis', trauma, { guideline: 'aha-asa-2019' });
    expect(card).toContain('AHA/ASA 2026: may be considered (Major non-CNS trauma 14 d–3 mo)');
  });

  it('say how much a weight band amounts to, and what the guideline holds less of', () => {
    expect(cardOf('thrombolysis', { weight: weightOf(50) })).toContain('15 mg (3 mL), which is 0.30 mg/kg');
    expect(cardOf('thrombolysis', { weight: weightOf(35) }, { tenecteplaseDosing: 'banded' })).toContain(
      '**Tenecteplase 8.8 mg (1.76 mL)',
    );
    expect(cardOf('thrombolysis', {}, { guideline: 'aha-asa-2019' })).toContain(
      'tenecteplase (weaker option in this guideline)',
    );
  });

  it('say that one copy of the guideline limits the penumbra window to patients who cannot have thrombectomy', () => {
    const late: Partial<StrokeFacts> = {
      lastKnownWell: time(hoursAgo(7)),
      witnessedOnset: time(hoursAgo(7)),
      symptomRecognition: time(hoursAgo(7)),
      coreVolume: measured(20, 'mL'),
      hypoperfusionVolume: measured(80, 'mL'),
    };
    expect(cardOf('thrombolysis', late)).toContain(
      'one transcription of the guideline limits this to patients not eligible for thrombectomy',
    );
    expect(cardOf('thrombolysis', late, {}, 'zh-CN')).toContain('指南的一个转录版本将其限于不适合取栓的患者');
  });

  it('say that a tenecteplase bolus, other than an infusion, cannot be stopped when a result comes back abnormal', () => {
    const labs: Partial<StrokeFacts> = { inr: unknown('pending'), platelets: unknown('pending') };
    const english = cardOf('thrombolysis', labs);
    expect(english).toContain('Alteplase: stop the infusion if INR');
    expect(english).toContain('Tenecteplase is one bolus and cannot be stopped then');
    expect(cardOf('thrombolysis', labs, {}, 'zh-CN')).toContain('替奈普酶为单次推注，届时无法停止');
  });

  it.each([
    ['head-injury', daysAgo(5), 'confirmed', 'severity of head trauma', '头部外伤的严重程度'],
    ['severe-head-injury', null, 'confirmed', 'date of head trauma', '头部外伤的日期'],
    [
      'severe-head-injury',
      sometimeBetweenDaysAgo(20, 10),
      'confirmed',
      'exact date of head trauma',
      '头部外伤的确切日期',
    ],
    ['severe-head-injury', daysAgo(5), 'suspected', 'whether head trauma is confirmed', '头部外伤是否确诊'],
  ] as const)(
    'ask for what a recorded event lacks, not for the event: %s',
    (kind, when, certainty, english, chinese) => {
      const injured = { headTrauma: had(kind, when, { certainty }) };
      expect(cardOf('thrombolysis', injured).split('\n')[0]).toContain(`missing: ${english}`);
      expect(cardOf('thrombolysis', injured)).toContain(`Missing:** ${english}`);
      expect(cardOf('thrombolysis', injured, {}, 'zh-CN').split('\n')[0]).toContain(`缺少：${chinese}`);
    },
  );

  it('say on what thrombectomy hangs after 6 h, not that its window closes then', () => {
    const m1: Partial<StrokeFacts> = {
      lastKnownWell: time(hoursAgo(4)),
      witnessedOnset: time(hoursAgo(4)),
      symptomRecognition: time(hoursAgo(4)),
      occlusionSite: given('M1'),
      aspects: measured(5, '{score}'),
      massEffect: unknown('not-recorded'),
    };
    expect(cardOf('thrombectomy', m1).split('\n')[0]).toBe(
      'Thrombectomy: recommended, holds until 17:00 (2 h left), then decided by: mass effect',
    );
    expect(cardOf('thrombectomy', m1, {}, 'zh-CN').split('\n')[0]).toContain('此后取决于：占位效应');
    expect(cardOf('thrombectomy', { ...m1, massEffect: given(true) })).toContain('window closes 17:00');
  });

  it('do not ask for the place of a hematoma that is recorded', () => {
    const cerebellar: Partial<StrokeFacts> = {
      hemorrhageOnImaging: given(true),
      hematomaLocation: given('cerebellar'),
      hydrocephalus: unknown('not-recorded'),
      nihssCourse: given([]),
    };
    const card = cardOf('hemorrhage', cerebellar);
    expect(card).toContain('hydrocephalus');
    expect(card.split('Missing:')[1]?.split('\n')[0]).not.toContain('hematoma location');
  });

  it('ask for perfusion figures, and say where a site without the software may get them', () => {
    const late: Partial<StrokeFacts> = {
      lastKnownWell: time(hoursAgo(7)),
      witnessedOnset: time(hoursAgo(7)),
      symptomRecognition: time(hoursAgo(7)),
      occlusionSite: given('none'),
    };
    const site = { automatedPerfusion: false };
    const english = cardOf('thrombolysis', late, site);
    expect(english).toContain('cannot be decided yet, missing: core volume, volume with Tmax');
    expect(english).toContain('**Perfusion:** no automated perfusion is configured for this site');
    expect(cardOf('thrombolysis', late, site, 'zh-CN')).toContain('本院未配置自动灌注软件');
    expect(cardOf('thrombolysis', late)).not.toContain('**Perfusion:**');
  });

  it('name thrombectomy where it is what stands against a window', () => {
    const woke: Partial<StrokeFacts> = {
      witnessedOnset: unknown('not-recorded'),
      wakeUpStroke: given(true),
      lastKnownWell: time(hoursAgo(10)),
      wakeTime: time(hoursAgo(2)),
      symptomRecognition: time(hoursAgo(2)),
      dwiFlairMismatch: given(true),
      dwiLesionUnderOneThirdMca: given(true),
      occlusionSite: given('M1'),
      thrombectomyAccess: given(true),
    };
    const english = cardOf('thrombolysis', woke, { guideline: 'eso-2021-2023' });
    expect(english.split('\n')[0]).toBe('Thrombolysis: not recommended (thrombectomy is available instead)');
    expect(english).not.toContain('imaging criteria are not met');
    expect(cardOf('thrombolysis', woke)).toContain(
      'ESO 2021/2023: not recommended (thrombectomy is available instead)',
    );
    expect(cardOf('thrombolysis', woke, { guideline: 'eso-2021-2023' }, 'zh-CN')).toContain('可行血管内取栓');
  });

  it('ask for the drug that could not be identified, once and by its possible harm', () => {
    const unidentified: Fact<never> = unknown('unidentified-drug');
    const facts: Partial<StrokeFacts> = {
      directOralAnticoagulant: unidentified,
      vitaminKAntagonist: unidentified,
      lowMolecularWeightHeparin: unidentified,
      unfractionatedHeparin: unidentified,
      otherAnticoagulant: unidentified,
    };
    const english = cardOf('thrombolysis', facts);
    expect(english.split('\n')[0]).toContain('missing: what an unidentified drug is (anticoagulant?)');
    expect(english).toContain('a recorded drug could not be identified: check the medication list for anticoagulants');
    expect(english.match(/could not be identified/g)).toHaveLength(1);
    expect(cardOf('thrombolysis', facts, {}, 'zh-CN')).toContain('记录中有药物无法识别，请核对有无抗凝药');
  });

  it('name the class of recommendation in the reader’s language', () => {
    const mild: Partial<StrokeFacts> = {
      nihss: nihssTotal(2),
      nihssItems: nihssItems({ '4': 2 }),
      disablingDeficit: given(false),
    };
    expect(cardOf('thrombolysis', mild)).toContain('COR 3: No Benefit, LOE B-R');
    const chinese = cardOf('thrombolysis', mild, {}, 'zh-CN');
    expect(chinese).toContain('推荐类别3（无获益），证据级别B-R');
    expect(chinese).not.toContain('No Benefit');
  });

  it('give Chinese readers mmol/L', () => {
    const card = cardOf('thrombolysis', { glucose: measured(55, 'mg/dL') }, {}, 'zh-CN');
    expect(card).toContain('目前3.1 mmol/L');
    expect(card).toContain('3.1 mmol/L（55 mg/dL）');
  });

  it('count the 9 h of a wake-up stroke from the middle of sleep', () => {
    const woke: Partial<StrokeFacts> = {
      witnessedOnset: unknown('not-recorded'),
      wakeUpStroke: given(true),
      lastKnownWell: time(hoursAgo(9)),
      bedtime: time(hoursAgo(9)),
      wakeTime: time(minutesAgo(120)),
      symptomRecognition: time(minutesAgo(120)),
    };
    expect(cardOf('stroke-state', woke)).toContain('Next mark: 4.5 h from recognition at 17:30');
  });
});

describe('a stroke that is late', () => {
  const lastWell = (hours: number): Partial<StrokeFacts> => ({
    lastKnownWell: time(hoursAgo(hours)),
    witnessedOnset: unknown('not-recorded'),
    symptomRecognition: unknown('not-recorded'),
    wakeUpStroke: unknown('not-recorded'),
  });

  it('is told that the windows from last known well have passed, and what alone could leave one open', () => {
    const english = cardOf('thrombolysis', lastWell(34));
    expect(english).toContain(
      'windows from last known well have passed, unless an unknown onset was noticed ≤4.5 h ago',
    );
    expect(english).toContain('every window counted from last known well has passed');
    expect(english).not.toContain('cannot be decided yet');
    expect(cardOf('thrombolysis', lastWell(34), {}, 'zh-CN')).toContain('自最后正常起的各时间窗均已过');
    expect(cardOf('thrombolysis', lastWell(20))).not.toContain('have passed');
  });

  it('and whose onset was seen is told that no window applies', () => {
    const seen = {
      lastKnownWell: time(hoursAgo(34)),
      witnessedOnset: time(hoursAgo(34)),
      symptomRecognition: time(hoursAgo(34)),
    };
    expect(cardOf('thrombolysis', seen)).toContain('not recommended (no time window applies)');
  });

  it('and for whom access to thrombectomy is asked is told what is asked next', () => {
    const late = {
      ...{ lastKnownWell: time(hoursAgo(10)), witnessedOnset: time(hoursAgo(10)) },
      ...{ symptomRecognition: time(hoursAgo(10)), occlusionSite: given('M1' as const) },
      ...{ aspects: measured(8, '{score}'), thrombectomyAccess: unknown('not-recorded') },
    };
    const card = cardOf('thrombolysis', late, { thrombectomyAccess: null });
    expect(card).toContain('if none: perfusion imaging');
  });
});

it('access that the record denies is not called open', () => {
  const denied = {
    ...{ lastKnownWell: time(hoursAgo(3)), witnessedOnset: time(hoursAgo(3)), occlusionSite: given('M1' as const) },
    ...{ aspects: measured(8, '{score}'), thrombectomyAccess: given(false) },
  };
  expect(cardOf('thrombectomy', denied)).toContain('No access to thrombectomy by the record');
  expect(cardOf('thrombectomy', denied)).not.toContain('not established');
});

it('times that could not be read are not called unrecorded', () => {
  const unread = { lastKnownWell: unknown('not-read'), witnessedOnset: unknown('not-read') };
  expect(cardOf('stroke-state', unread)).toContain('onset and last known well could not be read');
  expect(cardOf('stroke-state', unread)).not.toContain('onset and last known well not recorded');
  expect(cardOf('stroke-state', unread, {}, 'zh-CN')).toContain('未能读取');
});

it('Chinese texts use one kind of brackets', () => {
  const texts = content.texts['zh-CN'];
  const stroke = eligiblePatient({ priorIschemicStroke: had('prior-ischemic-stroke', daysAgo(40)) });
  const cards = explain(decide(stroke, NOW, aPolicy()), stroke, NOW, aPolicy(), content, 'zh-CN', { version: '0' });
  const written = cards.flatMap(({ summary, detail }) => [summary, detail]).join('\n');
  expect(written).not.toMatch(/[\u4e00-\u9fff][(]|[(][^()\n]*[\u4e00-\u9fff][^()\n]*[)]/);
  expect(texts.text('imaging.values', { pipeline: 'x', time: 'y', list: 'z' })).toContain('（');
});

it('the cards of a child name the age and give no recommendation or pressure of adults', () => {
  const child = { age: measured(10, 'a'), occlusionSite: given('M1' as const), aspects: measured(9, '{score}') };
  expect(cardOf('thrombectomy', child).split('\n')[0]).toBe('Thrombectomy: not covered, under 18; individual decision');
  expect(cardOf('thrombectomy', child)).toContain('The recommendations used here are for adults');
  expect(cardOf('thrombectomy', child, {}, 'zh-CN').split('\n')[0]).toBe(
    '血管内取栓：未满18岁，不在推荐范围，需个体化决定',
  );
  expect(cardOf('stroke-state', child)).toContain('BP targets are for adults: none given under 18');
  expect(cardOf('stroke-state', child)).not.toContain('185/110');
  expect(cardOf('stroke-state', child, {}, 'zh-CN')).toContain('血压目标适用于成人：未满18岁不给出');
});

it('a score with an open item is a range, and one that rests on an empty list names it', () => {
  const bleed = {
    hemorrhageOnImaging: given(true),
    ...{
      hematomaVolume: measured(15, 'mL'),
      hematomaLocation: given('cerebellar' as const),
      gcs: measured(14, '{score}'),
    },
    ...{ intraventricularHemorrhage: given(false), age: measured(60, 'a'), nihss: nihssTotal(6) },
    preStrokeCognitiveImpairment: unknown('not-recorded'),
    ...{ vitaminKAntagonist: noneRecorded(), directOralAnticoagulant: noneRecorded() },
  };
  const hemorrhage = cardOf('hemorrhage', bleed);
  expect(hemorrhage).toContain('FUNC 8–9: independent at 90 d 42–66 %');
  expect(hemorrhage).toContain('max-ICH 1–2: alive at 5 y 69–91 %');
  const silent = { hypertension: noneRecorded(), diabetes: noneRecorded(), atrialFibrillation: noneRecorded() };
  const outlook = { ...silent, nihss: nihssTotal(2), age: measured(60, 'a'), occlusionSite: given('M1' as const) };
  expect(cardOf('outlook', outlook)).toMatch(/THRIVE 1: .*; if no hypertension, diabetes, atrial fibrillation\n/);
  expect(cardOf('outlook', outlook, {}, 'zh-CN')).toMatch(/THRIVE 1.*前提：无高血压、糖尿病、心房颤动/);
});
