/** Patients whose cause is looked for: the stories of the subtype, and of what a measured lesion adds. */
import type { ExamplePatient } from './example-builder.ts';
import * as code from './example-codes.ts';
import { LEFT_CAPSULE, LEFT_CORTICAL, RIGHT_SCATTERED } from './example-lesions.ts';
import { normalLaboratory, story, type Story } from './example-story.ts';

const HOUR = 60;

/** Percent by artery; all others of the list are open. */
function arteries(patient: ExamplePatient, minutesAgo: number, narrowed: Readonly<Record<string, number>> = {}) {
  const sided = ['extracranial-carotid', 'middle-cerebral', 'vertebral'].flatMap((a) => [`${a}-left`, `${a}-right`]);
  return [...sided, 'basilar'].reduce(
    (p, artery) => p.quantity(code.stenosisOf(artery), minutesAgo, narrowed[artery] ?? 0, '%'),
    patient,
  );
}

/** Electrocardiogram, a day of monitoring, echocardiography, ultrasound of the neck. */
function heartAndNeck(patient: ExamplePatient, ejectionFraction: number): ExamplePatient {
  return patient
    .procedure(code.ELECTROCARDIOGRAM, 25 * HOUR, 'exact')
    .procedure(code.RHYTHM_MONITORING, 2 * HOUR, 'exact')
    .procedure(code.TRANSTHORACIC_ECHO, 6 * HOUR, 'exact')
    .procedure(code.DUPLEX, 5 * HOUR, 'exact')
    .quantity(code.EJECTION_FRACTION, 6 * HOUR, ejectionFraction, '%');
}

export function causeStories(): Story[] {
  return [
    story(
      'fibrillation-worked-up',
      'Woman of 79, the day after thrombectomy of the left M1: fibrillation on the monitor, smooth arteries, a cortical infarct of 28 mL: cardioembolism.',
      (p) =>
        heartAndNeck(
          arteries(
            normalLaboratory(
              p
                .person('female', '1947-02-18', 'Example', 'Olga')
                .encounter(26 * HOUR, 'stroke')
                .clock(code.WITNESSED_ONSET, 26 * HOUR, 27 * HOUR)
                .nihss(26 * HOUR, { '1b': 1, '2': 1, '4': 2, '5b': 4, '6b': 3, '9': 2, '10': 1 })
                .nihss(40, { '4': 1, '5b': 2, '6b': 1, '9': 2 })
                .integer(code.PRE_STROKE_MRS, 26 * HOUR, 0)
                .bloodPressure(20, 148, 82)
                .quantity(code.WEIGHT_MEASURED, 25 * HOUR, 64, 'kg')
                .condition(code.ISCHEMIC_STROKE, { onsetMinutesAgo: 27 * HOUR, encounterDiagnosis: true })
                .condition(code.ATRIAL_FIBRILLATION, { onsetMinutesAgo: 3 * HOUR, encounterDiagnosis: true })
                .procedure(code.THROMBECTOMY, 24 * HOUR, 'exact')
                .imaging('MR', 4 * HOUR, code.MR_HEAD)
                .yesNo(code.HEMORRHAGE_ON_IMAGING, 4 * HOUR, false)
                .coded(code.OCCLUSION_SITE, 4 * HOUR, code.SITE_NONE)
                .coded(code.INFARCT_PATTERN, 4 * HOUR, code.PATTERN_TERRITORIAL)
                .coded(code.INFARCT_TERRITORY, 4 * HOUR, code.TERRITORY_LEFT)
                .lesion(4 * HOUR, LEFT_CORTICAL),
              3 * HOUR,
            ),
            4 * HOUR,
          ),
          56,
        ),
    ),
    story(
      'lacunar-worked-up',
      'Man of 63 with hypertension on the second day of a pure motor stroke: an infarct of 9 mm in the left internal capsule, search for other causes complete: small vessel, penetrating artery disease.',
      (p) =>
        heartAndNeck(
          arteries(
            normalLaboratory(
              p
                .person('male', '1963-07-09', 'Example', 'Paul')
                .encounter(30 * HOUR, 'stroke')
                .clock(code.LAST_KNOWN_WELL, 30 * HOUR, 34 * HOUR)
                .nihss(30 * HOUR, { '4': 1, '5b': 2, '6b': 2, '10': 1 })
                .nihss(50, { '4': 1, '5b': 1, '6b': 1 })
                .integer(code.PRE_STROKE_MRS, 30 * HOUR, 0)
                .bloodPressure(25, 162, 94)
                .quantity(code.WEIGHT_MEASURED, 29 * HOUR, 88, 'kg')
                .condition(code.HYPERTENSION, { onsetMinutesAgo: 6_000_000 })
                .condition(code.ISCHEMIC_STROKE, { onsetMinutesAgo: 34 * HOUR, encounterDiagnosis: true })
                .imaging('MR', 8 * HOUR, code.MR_HEAD)
                .yesNo(code.HEMORRHAGE_ON_IMAGING, 8 * HOUR, false)
                .coded(code.OCCLUSION_SITE, 8 * HOUR, code.SITE_NONE)
                .coded(code.INFARCT_PATTERN, 8 * HOUR, code.PATTERN_PENETRATOR)
                .coded(code.INFARCT_TERRITORY, 8 * HOUR, code.TERRITORY_LEFT)
                .quantity(code.INFARCT_DIAMETER, 8 * HOUR, 9, 'mm')
                .yesNo(code.PARENT_ARTERY_PLAQUE, 8 * HOUR, false)
                .yesNo(code.VULNERABLE_PLAQUE, 8 * HOUR, false)
                .lesion(8 * HOUR, LEFT_CAPSULE),
              28 * HOUR,
            ),
            8 * HOUR,
          ),
          62,
        ),
    ),
    story(
      'carotid-stenosis-with-lesion',
      'Man of 68 at three hours, NIHSS 9: right carotid stenosis of 85 %, scattered infarcts of 8 mL measured on MRI; the heart is not examined yet.',
      (p) =>
        arteries(
          normalLaboratory(
            p
              .person('male', '1958-05-27', 'Example', 'Quentin')
              .encounter(130, 'stroke')
              .clock(code.WITNESSED_ONSET, 125, 180)
              .nihss(120, { '4': 2, '5a': 3, '6a': 2, '10': 1, '11': 1 })
              .integer(code.PRE_STROKE_MRS, 120, 0)
              .bloodPressure(15, 166, 90)
              .quantity(code.WEIGHT_MEASURED, 110, 80, 'kg')
              .imaging('MR', 60, code.MR_HEAD)
              .yesNo(code.HEMORRHAGE_ON_IMAGING, 50, false)
              .yesNo(code.EXTENSIVE_HYPODENSITY, 50, false)
              .coded(code.OCCLUSION_SITE, 50, code.SITE_NONE)
              .coded(code.INFARCT_PATTERN, 50, code.PATTERN_SEVERAL)
              .coded(code.INFARCT_TERRITORY, 50, code.TERRITORY_RIGHT)
              .lesion(45, RIGHT_SCATTERED),
            100,
          ),
          50,
          { 'extracranial-carotid-right': 85 },
        ),
    ),
  ];
}
