/**
 * The synthetic patients of `fhir-resources/examples`: a dozen clearly different strokes, and one who has none.
 * Nobody here is real; every value was written for the story.
 */
import * as code from './example-codes.ts';
import { causeStories } from './example-causes.ts';
import { normalLaboratory, story, type Story } from './example-story.ts';

export type { Story } from './example-story.ts';

const LEFT_MCA = { '1b': 1, '1c': 1, '2': 1, '4': 2, '5b': 3, '6b': 2, '8': 1, '9': 2, '10': 1 } as const;

export function exampleStories(): Story[] {
  return [
    story(
      'early-large-vessel-occlusion',
      'Woman of 71, seen to fall ill 80 minutes ago: left M1 occlusion, NIHSS 14, nothing against treatment.',
      (p) =>
        normalLaboratory(
          p
            .person('female', '1955-03-12', 'Example', 'Ada')
            .encounter(35, 'stroke')
            .clock(code.LAST_KNOWN_WELL, 30, 80)
            .clock(code.WITNESSED_ONSET, 30, 80)
            .nihss(28, LEFT_MCA)
            .integer(code.PRE_STROKE_MRS, 28, 0)
            .bloodPressure(30, 168, 92)
            .bloodPressure(8, 162, 88)
            .quantity(code.WEIGHT_MEASURED, 25, 68, 'kg')
            .imaging('CT', 18, code.CT_HEAD)
            .yesNo(code.HEMORRHAGE_ON_IMAGING, 15, false)
            .yesNo(code.EXTENSIVE_HYPODENSITY, 15, false)
            .integer(code.ASPECTS, 15, 9)
            .coded(code.OCCLUSION_SITE, 12, code.SITE_M1)
            .condition(code.HYPERTENSION, { onsetMinutesAgo: 4_000_000 }),
          22,
        ),
    ),
    story(
      'laboratory-pending',
      'Man of 64 at 60 minutes, NIHSS 8, CT clean; coagulation results are still in the laboratory and nothing makes one suspect them.',
      (p) =>
        p
          .person('male', '1962-06-02', 'Example', 'Boris')
          .encounter(20, 'stroke')
          .clock(code.WITNESSED_ONSET, 18, 60)
          .nihss(15, { '4': 1, '5a': 3, '6a': 2, '8': 1, '10': 1 })
          .bloodPressure(12, 148, 82)
          .quantity(code.GLUCOSE_POINT_OF_CARE, 14, 6.4, 'mmol/L')
          .pending(code.INR, 12)
          .pending(code.PLATELETS, 12)
          .quantity(code.WEIGHT_STATED, 12, 84, 'kg')
          .imaging('CT', 8, code.CT_HEAD)
          .yesNo(code.HEMORRHAGE_ON_IMAGING, 5, false)
          .yesNo(code.EXTENSIVE_HYPODENSITY, 5, false),
    ),
    story('blood-pressure-too-high', 'Man of 58 at 110 minutes, eligible but for a pressure of 205/118 mmHg.', (p) =>
      normalLaboratory(
        p
          .person('male', '1968-01-20', 'Example', 'Carlos')
          .encounter(50, 'stroke')
          .clock(code.WITNESSED_ONSET, 45, 110)
          .nihss(40, { '4': 2, '5b': 2, '6b': 2, '8': 1, '9': 1, '10': 1 })
          .bloodPressure(40, 212, 120)
          .bloodPressure(6, 205, 118)
          .quantity(code.WEIGHT_MEASURED, 35, 97, 'kg')
          .imaging('CT', 30, code.CT_HEAD)
          .yesNo(code.HEMORRHAGE_ON_IMAGING, 26, false)
          .yesNo(code.EXTENSIVE_HYPODENSITY, 26, false)
          .condition(code.HYPERTENSION, { onsetMinutesAgo: 6_000_000 }),
        32,
        141,
      ),
    ),
    story(
      'apixaban-this-morning',
      'Woman of 79 with atrial fibrillation, apixaban five hours ago, M1 occlusion: the guideline sets disagree.',
      (p) =>
        normalLaboratory(
          p
            .person('female', '1947-09-30', 'Example', 'Dora')
            .encounter(40, 'stroke')
            .clock(code.LAST_KNOWN_WELL, 35, 120)
            .nihss(32, { ...LEFT_MCA, '11': 1 })
            .integer(code.PRE_STROKE_MRS, 30, 1)
            .bloodPressure(10, 151, 79)
            .quantity(code.WEIGHT_ESTIMATED, 30, 61, 'kg')
            .takes(code.APIXABAN, 300)
            .condition(code.ATRIAL_FIBRILLATION, { onsetMinutesAgo: 1_200_000 })
            .imaging('CT', 22, code.CT_HEAD)
            .yesNo(code.HEMORRHAGE_ON_IMAGING, 18, false)
            .yesNo(code.EXTENSIVE_HYPODENSITY, 18, false)
            .integer(code.ASPECTS, 18, 8)
            .coded(code.OCCLUSION_SITE, 15, code.SITE_M1),
          25,
        ),
    ),
    story(
      'wake-up-stroke-mri-mismatch',
      'Man of 66 who woke with weakness; MRI shows a small DWI lesion without FLAIR change.',
      (p) =>
        normalLaboratory(
          p
            .person('male', '1960-04-04', 'Example', 'Emil')
            .encounter(95, 'stroke')
            .clock(code.LAST_KNOWN_WELL, 90, 610)
            .yesNo(code.WAKE_UP_STROKE, 90, true)
            .clock(code.BEDTIME, 90, 610)
            .clock(code.WAKE_TIME, 90, 150)
            .clock(code.SYMPTOM_RECOGNITION, 90, 150)
            .nihss(80, { '4': 1, '5a': 2, '6a': 2, '8': 1, '10': 1 })
            .integer(code.PRE_STROKE_MRS, 80, 0)
            .bloodPressure(15, 158, 84)
            .quantity(code.WEIGHT_MEASURED, 70, 88, 'kg')
            .imaging('MR', 40, code.MR_HEAD)
            .yesNo(code.HEMORRHAGE_ON_IMAGING, 35, false)
            .yesNo(code.EXTENSIVE_HYPODENSITY, 35, false)
            .yesNo(code.DWI_FLAIR_MISMATCH, 35, true)
            .yesNo(code.DWI_UNDER_ONE_THIRD_MCA, 35, true)
            .coded(code.OCCLUSION_SITE, 33, code.SITE_NONE),
          60,
        ),
    ),
    story(
      'late-window-with-perfusion',
      'Man of 82, last seen well 11 hours ago: M1 occlusion, core 18 mL, Tmax > 6 s 96 mL.',
      (p) =>
        normalLaboratory(
          p
            .person('male', '1944-07-15', 'Example', 'Fritz')
            .encounter(70, 'stroke')
            .clock(code.LAST_KNOWN_WELL, 65, 660)
            .nihss(60, LEFT_MCA)
            .integer(code.PRE_STROKE_MRS, 60, 1)
            .bloodPressure(12, 166, 90)
            .quantity(code.WEIGHT_MEASURED, 55, 74, 'kg')
            .imaging('CT', 45, code.CT_PERFUSION)
            .yesNo(code.HEMORRHAGE_ON_IMAGING, 40, false)
            .yesNo(code.EXTENSIVE_HYPODENSITY, 40, false)
            .yesNo(code.MASS_EFFECT, 40, false)
            .integer(code.ASPECTS, 40, 7)
            .coded(code.OCCLUSION_SITE, 38, code.SITE_M1)
            .quantity(code.CORE_VOLUME, 38, 18, 'mL')
            .quantity(code.HYPOPERFUSION_VOLUME, 38, 96, 'mL'),
          50,
        ),
    ),
    story(
      'hemorrhage-on-warfarin',
      'Woman of 74 on warfarin, INR 2.9, deep hematoma of 34 mL with blood in the ventricles.',
      (p) =>
        p
          .person('female', '1952-02-11', 'Example', 'Greta')
          .encounter(55, 'stroke')
          .clock(code.WITNESSED_ONSET, 50, 125)
          .nihss(48, { '1a': 1, '1b': 1, '2': 1, '4': 2, '5a': 4, '6a': 3, '8': 2, '10': 2 })
          .integer(code.GCS, 45, 12)
          .integer(code.PRE_STROKE_MRS, 45, 1)
          .bloodPressure(42, 204, 110)
          .bloodPressure(10, 192, 104)
          .quantity(code.GLUCOSE, 38, 162, 'mg/dL')
          .quantity(code.INR, 34, 2.9, '{INR}')
          .quantity(code.PLATELETS, 34, 198, '10*9/L')
          .quantity(code.WEIGHT_STATED, 40, 70, 'kg')
          .takes(code.WARFARIN, 1080)
          .condition(code.ATRIAL_FIBRILLATION, { onsetMinutesAgo: 2_500_000 })
          .imaging('CT', 30, code.CT_HEAD)
          .yesNo(code.HEMORRHAGE_ON_IMAGING, 25, true)
          .quantity(code.HEMATOMA_VOLUME, 25, 34, 'mL')
          .coded(code.HEMATOMA_LOCATION, 25, code.LOCATION_DEEP)
          .yesNo(code.INTRAVENTRICULAR_HEMORRHAGE, 25, true)
          .yesNo(code.BLEND_SIGN, 25, true),
    ),
    story('mild-not-disabling', 'Man of 53, facial droop and tingling, NIHSS 2, judged not disabling.', (p) =>
      normalLaboratory(
        p
          .person('male', '1973-10-08', 'Example', 'Hugo')
          .encounter(60, 'stroke')
          .clock(code.WITNESSED_ONSET, 55, 100)
          .nihss(50, { '4': 1, '8': 1 })
          .yesNo(code.DISABLING_DEFICIT, 48, false)
          .bloodPressure(20, 144, 86)
          .quantity(code.WEIGHT_MEASURED, 40, 81, 'kg')
          .imaging('CT', 30, code.CT_HEAD)
          .yesNo(code.HEMORRHAGE_ON_IMAGING, 26, false)
          .yesNo(code.EXTENSIVE_HYPODENSITY, 26, false),
        35,
      ),
    ),
    story(
      'basilar-occlusion',
      "Woman of 62, basilar occlusion, last well nine hours ago, NIHSS 21 with an intubated patient's untestable speech.",
      (p) =>
        normalLaboratory(
          p
            .person('female', '1964-12-24', 'Example', 'Irma')
            .encounter(80, 'stroke')
            .clock(code.LAST_KNOWN_WELL, 75, 540)
            .nihss(70, { '1a': 2, '1b': 2, '1c': 2, '2': 1, '4': 2, '5a': 3, '5b': 3, '6a': 3, '6b': 3, '10': 'UN' })
            .integer(code.PRE_STROKE_MRS, 65, 0)
            .bloodPressure(15, 172, 94)
            .quantity(code.WEIGHT_ESTIMATED, 60, 66, 'kg')
            .imaging('CT', 50, code.CT_ANGIOGRAPHY)
            .yesNo(code.HEMORRHAGE_ON_IMAGING, 45, false)
            .yesNo(code.EXTENSIVE_HYPODENSITY, 45, false)
            .integer(code.PC_ASPECTS, 45, 8)
            .coded(code.OCCLUSION_SITE, 44, code.SITE_BASILAR),
          55,
        ),
    ),
    story(
      'worse-after-tenecteplase',
      'Man of 69 who got tenecteplase two hours ago: NIHSS from 9 to 15, pressure 196/108 mmHg, no repeat CT yet.',
      (p) =>
        normalLaboratory(
          p
            .person('male', '1957-05-19', 'Example', 'Jonas')
            .encounter(190, 'stroke')
            .clock(code.WITNESSED_ONSET, 185, 230)
            .nihss(180, { '4': 2, '5b': 2, '6b': 2, '8': 1, '9': 1, '10': 1 })
            .nihss(10, { '1a': 1, '1b': 1, '4': 2, '5b': 4, '6b': 3, '8': 1, '9': 2, '10': 1 })
            .bloodPressure(130, 172, 90)
            .bloodPressure(90, 176, 96)
            .bloodPressure(8, 196, 108)
            .quantity(code.WEIGHT_MEASURED, 160, 78, 'kg')
            .given(code.TENECTEPLASE, 120, 20, 'mg')
            .imaging('CT', 150, code.CT_HEAD)
            .yesNo(code.HEMORRHAGE_ON_IMAGING, 145, false)
            .yesNo(code.EXTENSIVE_HYPODENSITY, 145, false)
            .quantity(code.FIBRINOGEN, 150, 2.8, 'g/L'),
          155,
        ),
    ),
    story(
      'only-a-stroke-code',
      'Woman of about 60, just through the door: a stroke code and a first pressure, nothing else is known.',
      (p) => p.person('female', '1966', 'Example', 'Karla').encounter(4, 'stroke').bloodPressure(2, 178, 96),
    ),
    story(
      'entries-that-cannot-be',
      'Man of 77 whose record holds errors of entry: INR 480, weight 700 kg, two different pressures at the same minute.',
      (p) =>
        p
          .person('male', '1949-08-01', 'Example', 'Ludwig')
          .encounter(45, 'stroke')
          .clock(code.LAST_KNOWN_WELL, 40, 130)
          .nihss(38, { '4': 1, '5a': 3, '6a': 3, '8': 1, '10': 1 })
          .bloodPressure(12, 171, 90)
          .bloodPressure(12, 122, 61)
          .quantity(code.GLUCOSE, 25, 132, 'mg/dL')
          .quantity(code.INR, 25, 480, '{INR}')
          .quantity(code.PLATELETS, 25, 187, '10*3/uL')
          .quantity(code.WEIGHT_MEASURED, 30, 700, 'kg')
          .imaging('CT', 18, code.CT_HEAD)
          .yesNo(code.HEMORRHAGE_ON_IMAGING, 15, false)
          .yesNo(code.EXTENSIVE_HYPODENSITY, 15, false),
    ),
    story(
      'platelets-too-low',
      'Woman of 57 with leukemia at 90 minutes, NIHSS 10, platelets 62: contraindicated; an ischemic stroke six weeks ago besides.',
      (p) =>
        p
          .person('female', '1969-11-02', 'Example', 'Martha')
          .encounter(40, 'stroke')
          .clock(code.WITNESSED_ONSET, 38, 90)
          .nihss(32, { '4': 2, '5b': 3, '6b': 2, '8': 1, '9': 1, '10': 1 })
          .bloodPressure(12, 139, 78)
          .quantity(code.GLUCOSE, 25, 104, 'mg/dL')
          .quantity(code.INR, 25, 1.1, '{INR}')
          .quantity(code.APTT, 25, 31, 's')
          .quantity(code.PLATELETS, 25, 62, '10*3/uL')
          .quantity(code.WEIGHT_MEASURED, 30, 59, 'kg')
          .condition(code.ISCHEMIC_STROKE, { onsetMinutesAgo: 42 * 1440, status: 'resolved' })
          .condition(code.LEUKEMIA, { onsetMinutesAgo: 400_000 })
          .imaging('CT', 20, code.CT_HEAD)
          .yesNo(code.HEMORRHAGE_ON_IMAGING, 16, false)
          .yesNo(code.EXTENSIVE_HYPODENSITY, 16, false),
    ),
    story(
      'no-stroke',
      'Man of 61 at a check of his blood pressure; a stroke eight years ago is history: no card.',
      (p) =>
        p
          .person('male', '1965-02-27', 'Example', 'Norbert')
          .encounter(15, 'other')
          .bloodPressure(5, 146, 88)
          .quantity(code.WEIGHT_MEASURED, 5, 92, 'kg')
          .condition(code.HYPERTENSION, { onsetMinutesAgo: 5_000_000 })
          .condition(code.ISCHEMIC_STROKE, { onsetMinutesAgo: 8 * 525_600, status: 'resolved' }),
    ),
    ...causeStories(),
  ];
}
