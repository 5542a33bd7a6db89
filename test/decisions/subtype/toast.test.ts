/** TOAST as printed by Adams et al., Stroke 1993;24:35-41, with its boundaries. */
import { describe, expect, it } from 'vitest';
import type { StrokeCase, StrokeFacts } from '../../../src/case/index.ts';
import { evaluateSubtype } from '../../../src/decisions/subtype/index.ts';
import {
  aCase,
  daysAgo,
  drug,
  event,
  given,
  had,
  hoursAgo,
  measured,
  minutesAgo,
  nihssItems,
  NOW,
  sometimeBetweenDaysAgo,
  takes,
} from '../../support/case-builder.ts';
import { arteries, classified, CORTICAL, done, fibrillation, lacunar, narrowed, searched } from './patients.ts';

const toast = (stroke: StrokeCase): readonly (string | null)[] => {
  const { class: name, level, undetermined } = classified(stroke).toast;
  return [name, level ?? undetermined];
};
const cardiac = (key: 'highRiskCardiacSource' | 'mediumRiskCardiacSource', kind: string): Partial<StrokeFacts> => ({
  [key]: given([event(kind, daysAgo(300))]),
});

describe('large-artery atherosclerosis', () => {
  it('is probable beyond a stenosis over 50 % when everything else was excluded', () => {
    expect(toast(searched(narrowed(70)))).toEqual(['large-artery-atherosclerosis', 'probable']);
  });
  it.each([
    [49, 'undetermined'],
    [50, 'undetermined'],
    [51, 'large-artery-atherosclerosis'],
    [100, 'large-artery-atherosclerosis'],
  ])('needs more than 50 %% (%d %%)', (percent, expected) => {
    expect(toast(searched(narrowed(percent)))[0]).toBe(expected);
  });
  it.each([
    ['the other carotid artery', 'extracranial-carotid right'],
    ['the basilar artery', 'basilar midline'],
  ])('is not made by a stenosis of %s', (_name, artery) => {
    expect(toast(searched(narrowed(80, artery)))).toEqual(['undetermined', 'negative-evaluation']);
  });
  it('stays open while nobody says on which side the infarct lies', () => {
    const unsided = searched({ ...narrowed(80), infarctTerritory: aCase().facts.infarctTerritory });
    expect(toast(unsided)).toEqual(['undetermined', 'incomplete-evaluation']);
    const row = classified(unsided).findings.find(({ id }) => id === 'relevant-stenosis-over-50');
    expect(row).toMatchObject({ status: 'unknown', note: { key: 'side-of-infarct-unknown' } });
  });
  it('is only possible while the heart was not examined', () => {
    expect(toast(searched({ ...narrowed(70), strokeInvestigation: done('extracranial-vessel-imaging') }))).toEqual([
      'large-artery-atherosclerosis',
      'possible',
    ]);
  });
});

describe('cardioembolism', () => {
  it('is probable with fibrillation, an infarct that fits and arteries that are open', () => {
    expect(toast(searched(fibrillation))).toEqual(['cardioembolism', 'probable']);
  });
  it.each(['mechanical-heart-valve', 'sick-sinus-syndrome', 'dilated-cardiomyopathy', 'cardiac-myxoma'])(
    'is probable with a source of high risk: %s',
    (kind) => {
      expect(toast(searched(cardiac('highRiskCardiacSource', kind)))).toEqual(['cardioembolism', 'probable']);
    },
  );
  it.each(['patent-foramen-ovale', 'bioprosthetic-heart-valve', 'mitral-annular-calcification'])(
    'is possible with a source of medium risk and no other cause: %s',
    (kind) => {
      expect(toast(searched(cardiac('mediumRiskCardiacSource', kind)))).toEqual(['cardioembolism', 'possible']);
    },
  );
  it.each([
    ['27 days', daysAgo(27), ['cardioembolism', 'probable']],
    ['29 days', daysAgo(29), ['cardioembolism', 'possible']],
    ['7 months', daysAgo(213), ['undetermined', 'negative-evaluation']],
    ['some day of the last two months', sometimeBetweenDaysAgo(60, 2), ['undetermined', 'incomplete-evaluation']],
  ])('takes a myocardial infarction by its age: %s', (_name, when, expected) => {
    expect(toast(searched({ myocardialInfarction: had('myocardial-infarction', when) }))).toEqual(expected);
  });
  it('is not concluded from a fibrillation that is only suspected', () => {
    const suspected = given([event('atrial-fibrillation', null, { certainty: 'suspected' as const })]);
    expect(toast(searched({ atrialFibrillation: suspected }))).toEqual(['undetermined', 'incomplete-evaluation']);
  });
});

describe('small-vessel occlusion', () => {
  it('is probable with a lacunar syndrome, a deep infarct below 15 mm and nothing else', () => {
    expect(toast(lacunar(9))).toEqual(['small-vessel-occlusion', 'probable']);
  });
  it.each([
    [14.9, 'small-vessel-occlusion'],
    [15, 'undetermined'],
    [15.1, 'undetermined'],
  ])('takes infarcts below 1.5 cm (%d mm)', (millimeters, expected) => {
    expect(toast(lacunar(millimeters))[0]).toBe(expected);
  });
  it('is probable with a lacunar syndrome and no visible infarct', () => {
    const invisible = lacunar(9, { infarctPattern: given('none-visible' as const) });
    expect(toast(invisible)).toEqual(['small-vessel-occlusion', 'probable']);
  });
  it('is not concluded with cortical signs', () => {
    expect(toast(lacunar(9, { nihssItems: CORTICAL }))[0]).toBe('undetermined');
  });
  it('is not concluded beyond an occluded main artery', () => {
    expect(toast(lacunar(9, { occlusionSite: given('M1' as const) }))[0]).toBe('undetermined');
  });
  it('stays open while the syndrome is not known', () => {
    const unknown = lacunar(9, { nihssItems: nihssItems({ '5b': 2, '6b': 2, '9': 'untestable' }) });
    expect(toast(unknown)).toEqual(['undetermined', 'incomplete-evaluation']);
  });
});

describe('other determined cause, and undetermined', () => {
  it.each([
    ['cervicalArteryDissection', 'cervical-artery-dissection'],
    ['moyamoya', 'moyamoya'],
    ['otherStrokeCause', 'cerebral-vasculitis'],
  ] as const)('%s is another cause', (key, kind) => {
    expect(toast(searched({ [key]: given([event(kind, daysAgo(2))]) }))).toEqual([
      'other-determined-cause',
      'probable',
    ]);
  });
  it.each([
    ['stenosis and fibrillation', searched({ ...narrowed(70), ...fibrillation })],
    ['lacune and fibrillation', lacunar(9, fibrillation)],
    ['lacune and stenosis', lacunar(9, narrowed(70, 'middle-cerebral left'))],
    ['dissection and fibrillation', searched({ ...fibrillation, moyamoya: given([event('moyamoya', null)]) })],
  ])('two causes leave it undetermined: %s', (_name, stroke) => {
    expect(toast(stroke)).toEqual(['undetermined', 'two-or-more-causes']);
  });
  it('a complete search without a cause is a negative one', () => {
    expect(toast(searched())).toEqual(['undetermined', 'negative-evaluation']);
  });
  it.each([
    [
      'rhythm monitoring',
      searched({ strokeInvestigation: done('electrocardiogram', 'transthoracic-echocardiography') }),
    ],
    ['echocardiography', searched({ strokeInvestigation: done('electrocardiogram', 'rhythm-monitoring') })],
    ['the arteries', searched({ arterialStenosis: aCase().facts.arterialStenosis })],
    ['any history', searched({ atrialFibrillation: aCase().facts.atrialFibrillation })],
  ])('without %s the search is incomplete', (_name, stroke) => {
    expect(toast(stroke)).toEqual(['undetermined', 'incomplete-evaluation']);
  });
  it('says so early in the evening, with the next best test', () => {
    const early = classified(aCase({ nihssItems: CORTICAL, hemorrhageOnImaging: given(false) }));
    expect(early.toast).toMatchObject({ class: 'undetermined', level: null, undetermined: 'incomplete-evaluation' });
    expect(early.nextBestTest?.id).toBe('intracranial-vessel-imaging');
    expect(early.settledBy.length).toBeGreaterThan(0);
  });
});

describe('an acute occlusion', () => {
  it('explains nothing by itself: an embolus or a plaque of its own', () => {
    const occluded = searched({
      ...fibrillation,
      occlusionSite: given('M1' as const),
      arterialStenosis: given(arteriesWithout('middle-cerebral')),
    });
    expect(toast(occluded)).toEqual(['cardioembolism', 'possible']);
    const row = classified(occluded).findings.find(({ id }) => id === 'relevant-stenosis-over-50');
    expect(row?.note).toEqual({ key: 'acute-occlusion-of-unknown-origin' });
  });
  it('was an embolus where the reopened artery is smooth', () => {
    expect(toast(searched({ ...fibrillation, occlusionSite: given('M1' as const) }))).toEqual([
      'cardioembolism',
      'probable',
    ]);
  });
});

function arteriesWithout(artery: string) {
  const all = arteries();
  return all.status === 'known' ? all.value.filter((one) => one.artery !== artery) : [];
}

it('is said of ischemic strokes only', () => {
  const bleeding = searched({ hemorrhageOnImaging: given(true) });
  expect(evaluateSubtype(bleeding, NOW)).toMatchObject({ status: 'not-applicable', why: 'hemorrhagic-stroke' });
  const unread = searched({ hemorrhageOnImaging: aCase().facts.hemorrhageOnImaging });
  expect(classified(unread).assumesIschemic).toBe(true);
  expect(classified(searched()).assumesIschemic).toBe(false);
});

it.each([
  ['thrombolysis', { thrombolyticGiven: takes(drug('alteplase', 'thrombolytic', hoursAgo(20))) }],
  ['thrombectomy', { thrombectomyDone: had('thrombectomy', hoursAgo(20)) }],
])('a hemorrhage after %s does not make the stroke a hemorrhagic one', (_name, treated) => {
  const bled = classified(searched({ ...fibrillation, ...treated, hemorrhageOnImaging: given(true) }));
  expect(bled.toast.class).toBe('cardioembolism');
  expect(bled.assumesIschemic).toBe(false);
});

it('what would change it names the finding, both ways it can turn out, and the class', () => {
  const { wouldChange } = classified(
    searched({
      atrialFibrillation: aCase().facts.atrialFibrillation,
      infarctDiameter: measured(42, 'mm', minutesAgo(60)),
    }),
  ).toast;
  expect(wouldChange).toContainEqual({
    finding: 'high-risk-cardiac-source',
    present: true,
    class: 'cardioembolism',
    level: 'probable',
  });
});
