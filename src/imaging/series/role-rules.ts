/**
 * Which series has which role: the first rule that holds, from the top. Numbers without another source are the project's
 * own choice, tested on generated series of the vendors' habits and on a real head CT.
 */
import type { Condition, RoleRule } from './rule.ts';
import { MIN_COURSE } from './split-series.ts';
import { WORDS } from './words.ts';

const isCt: Condition = { set: 'modality', hasAny: ['CT'] };
const isMr: Condition = { set: 'modality', hasAny: ['MR'] };
const isAxial: Condition = { set: 'plane', hasAny: ['AXIAL'] };
const isCourse: Condition = { number: 'imagesPerPosition', atLeast: MIN_COURSE };
const isNoCourse: Condition = { number: 'imagesPerPosition', atMost: MIN_COURSE - 1 };
const describedAs = (has: string): Condition => ({ text: 'description', has });
const notDescribedAs = (lacks: string): Condition => ({ text: 'description', lacks });

const isDiffusion: Condition = {
  any: [
    { number: 'bValue', atLeast: 0 },
    { set: 'imageType', hasAny: ['DIFFUSION', 'TRACEW', 'TRACE'] },
    describedAs(WORDS.diffusion),
  ],
};

const hasContrast: Condition = {
  all: [
    { any: [{ set: 'contrast', hasAny: ['GIVEN'] }, describedAs(WORDS.contrast), describedAs(WORDS.angiography)] },
    notDescribedAs(WORDS.noContrast),
  ],
};

const isReformat: Condition = {
  any: [
    {
      set: 'imageType',
      hasAny: [
        'MPR',
        'MIP',
        'MINIP',
        'PROJECTION IMAGE',
        'VRT',
        '3D',
        'REFORMATTED',
        'CSA MPR',
        'CSA MIP',
        'CT_SOM5 MIP',
        'CT_SOM5 MPR',
        'AVERAGE',
      ],
    },
    describedAs(WORDS.reformat),
  ],
};

const isSharp: Condition = {
  any: [
    describedAs(WORDS.boneKernel),
    // Siemens H/J/Hr/Br 60 and above, GE BONE and LUNG, Philips YC/YD/E, Canon FC30 and FC80 families, United Imaging.
    {
      text: 'kernel',
      has: '\\b[hjubq]r?[6-9]\\d|bone|lung|edge|sharp|^y[cd]\\b|^e\\b|^d\\b|\\bfc ?(3\\d|5\\d|8\\d)|_sharp',
    },
  ],
};

const HEAD_SHARE = 0.15;
/**
 * Of the brain, this much is as bright as contrast in vessels: calcified plexus alone gives up to 0.0015 (0.0008 on the
 * native scan at hand); between the two the description decides.
 */
const SOME_CONTRAST = 0.0015;
const SURE_CONTRAST = 0.004;
const OTHER_BODY_PARTS = [
  ...[
    'CHEST',
    'THORAX',
    'LUNG',
    'HEART',
    'ABDOMEN',
    'PELVIS',
    'LIVER',
    'KIDNEY',
    'SPINE',
    'CSPINE',
    'TSPINE',
    'LSPINE',
  ],
  ...['KNEE', 'HIP', 'SHOULDER', 'ELBOW', 'WRIST', 'HAND', 'FOOT', 'ANKLE', 'LEG', 'ARM', 'EXTREMITY', 'BREAST'],
];

export const ROLE_RULES: readonly RoleRule[] = [
  {
    name: 'no-image',
    role: 'other',
    reason: 'it holds no images',
    when: { number: 'images', atMost: 0 },
  },
  {
    name: 'other-modality',
    role: 'other',
    reason: 'it is neither CT nor MR',
    when: { set: 'modality', hasNone: ['CT', 'MR'] },
  },
  {
    name: 'color',
    role: 'derived',
    reason: 'color images hold no measured values',
    when: { set: 'color', hasAny: ['COLOR'] },
  },
  {
    name: 'localizer',
    role: 'localizer',
    reason: 'an overview to plan by',
    when: {
      any: [
        { set: 'imageType', hasAny: ['LOCALIZER'] },
        { all: [describedAs(WORDS.localizer), { number: 'positions', atMost: 40 }] },
        {
          all: [
            { number: 'orientationsInSeries', atLeast: 3 },
            { number: 'positions', atMost: 12 },
          ],
        },
      ],
    },
  },
  {
    name: 'phantom',
    role: 'not-a-head',
    reason: 'it says that it is a phantom',
    when: {
      any: [
        describedAs(WORDS.phantom),
        { text: 'study', has: WORDS.phantom },
        { set: 'bodyPart', hasAny: ['PHANTOM'] },
      ],
    },
  },
  {
    name: 'other-body-part',
    role: 'not-a-head',
    reason: 'it says that it shows another part of the body',
    when: {
      all: [
        { set: 'bodyPart', hasAny: OTHER_BODY_PARTS },
        notDescribedAs('head|brain|schädel|kopf|crâne|cerveau|头|颅|脑|stroke|cerebr'),
      ],
    },
  },
  {
    name: 'mosaic',
    role: 'other',
    reason:
      'all slices in one picture (mosaic) without the private elements that tell their places: send it with them, or as single slices',
    when: { all: [isMr, { set: 'imageType', hasAny: ['MOSAIC'] }] },
  },
  {
    name: 'perfusion-map',
    role: 'derived',
    reason: 'a computed map of perfusion',
    when: {
      all: [
        {
          any: [
            describedAs(WORDS.perfusionMap),
            {
              set: 'imageType',
              hasAny: ['CBF', 'CBV', 'MTT', 'TTP', 'TMAX', 'RCBF', 'RCBV', 'PERFUSION_MAP', 'PERF_MAP'],
            },
          ],
        },
        isNoCourse,
      ],
    },
  },
  {
    name: 'diffusion-map',
    role: 'derived',
    reason: 'a computed map of diffusion that is no ADC',
    when: {
      all: [
        isMr,
        {
          any: [
            { set: 'imageType', hasAny: ['FA', 'EADC', 'EXP_ADC'] },
            { all: [describedAs(WORDS.diffusionMap), { set: 'imageType', hasAny: ['DERIVED'] }] },
          ],
        },
      ],
    },
  },
  {
    name: 'adc',
    role: 'adc',
    reason: 'a map of the apparent diffusion coefficient',
    when: {
      all: [
        isMr,
        { any: [{ set: 'imageType', hasAny: ['ADC', 'ADC_UNSPECIFIED', 'DIFFUSION_ADC'] }, describedAs(WORDS.adc)] },
        { number: 'imagesPerPosition', atMost: 1 },
        { number: 'bValue', atMost: 0, orUnknown: true },
      ],
    },
    confirmedBy: [{ pixels: 'headShare', atLeast: HEAD_SHARE }],
  },
  {
    name: 'adc-with-b-value',
    role: 'adc',
    reason: 'a map of the apparent diffusion coefficient that carries the b-value it was made with',
    when: {
      all: [
        isMr,
        { set: 'imageType', hasAny: ['ADC', 'ADC_UNSPECIFIED', 'DIFFUSION_ADC'] },
        { number: 'imagesPerPosition', atMost: 1 },
      ],
    },
    confirmedBy: [{ pixels: 'headShare', atLeast: HEAD_SHARE }],
  },
  {
    name: 'reformat',
    role: 'derived',
    reason: 'a reformat or projection of another series',
    when: { all: [isReformat, isNoCourse] },
  },
  {
    name: 'bolus-tracking',
    role: 'other',
    reason: 'one place watched over time, to time the injection',
    when: {
      all: [
        isCt,
        {
          any: [
            {
              all: [
                { number: 'positions', atMost: 1 },
                { number: 'images', atLeast: 2 },
              ],
            },
            { all: [describedAs(WORDS.bolusTracking), { number: 'positions', atMost: 4 }] },
          ],
        },
      ],
    },
  },
  {
    name: 'body-in-the-pixels',
    role: 'not-a-head',
    reason: 'hardly any of its images has the shape of a head with a skull',
    when: { all: [isCt, isAxial, { number: 'positions', atLeast: 2 }] },
    confirmedBy: [{ pixels: 'headShare', atMost: HEAD_SHARE - 1e-9 }],
  },
  {
    name: 'ct-perfusion',
    role: 'ctp',
    reason: 'CT of the same positions over time, through which contrast passes',
    when: { all: [isCt, isCourse, { number: 'positions', atLeast: 2 }] },
    confirmedBy: [{ pixels: 'contrastRiseHu', atLeast: 20 }],
  },
  {
    name: 'ct-perfusion-by-its-words',
    role: 'ctp',
    reason: 'it is called a perfusion, though hardly any contrast arrives: the quality gate says so',
    when: { all: [isCt, isCourse, { number: 'positions', atLeast: 2 }, describedAs(WORDS.perfusion)] },
  },
  {
    name: 'ct-over-time-without-contrast',
    role: 'other',
    reason: 'CT over time in which no contrast arrives',
    when: { all: [isCt, isCourse] },
  },
  {
    name: 'arterial-spin-labeling',
    role: 'other',
    reason: 'MR over time without contrast agent (labeling or BOLD)',
    when: { all: [isMr, isCourse, describedAs(WORDS.labeling)] },
  },
  {
    name: 'mr-perfusion',
    role: 'pwi',
    reason: 'MR of the same positions over time, through which contrast passes',
    when: {
      all: [
        isMr,
        { number: 'imagesPerPosition', atLeast: 15 },
        { number: 'positions', atLeast: 2 },
        { number: 'bValue', atMost: 0, orUnknown: true },
        { number: 'echoTimeMs', atLeast: 10, atMost: 90, orUnknown: true },
      ],
    },
    confirmedBy: [{ pixels: 'signalDropShare', atLeast: 0.05 }],
  },
  {
    name: 'mr-perfusion-by-its-words',
    role: 'pwi',
    reason: 'it is called a perfusion, though the signal hardly falls: the quality gate says so',
    when: {
      all: [
        isMr,
        { number: 'imagesPerPosition', atLeast: 15 },
        { number: 'positions', atLeast: 2 },
        { number: 'bValue', atMost: 0, orUnknown: true },
        describedAs(WORDS.perfusion),
      ],
    },
  },
  {
    name: 'trace',
    role: 'dwi-trace',
    reason: 'diffusion-weighted, its directions combined by the scanner',
    when: {
      all: [
        isMr,
        isDiffusion,
        { any: [{ set: 'imageType', hasAny: ['TRACEW', 'TRACE'] }, describedAs(WORDS.trace)] },
        { number: 'bValue', atLeast: 700, atMost: 1500, orUnknown: true },
        { any: [{ number: 'bValue', atLeast: 1 }, notDescribedAs(WORDS.unweighted)] },
      ],
    },
    confirmedBy: [{ pixels: 'headShare', atLeast: HEAD_SHARE }],
  },
  {
    name: 'unweighted-diffusion',
    role: 'dwi-b0',
    reason: 'the diffusion sequence without diffusion weighting',
    when: {
      all: [
        isMr,
        {
          any: [
            { number: 'bValue', atLeast: 0, atMost: 50 },
            { all: [isDiffusion, describedAs(WORDS.unweighted), { number: 'bValue', atMost: 50, orUnknown: true }] },
          ],
        },
      ],
    },
    confirmedBy: [{ pixels: 'headShare', atLeast: HEAD_SHARE }],
  },
  {
    name: 'b1000',
    role: 'dwi-b1000',
    reason: 'diffusion-weighted with a b-value around 1000 s/mm²',
    when: { all: [isMr, { number: 'bValue', atLeast: 700, atMost: 1500 }] },
    confirmedBy: [{ pixels: 'headShare', atLeast: HEAD_SHARE }],
  },
  {
    name: 'fluid-attenuated',
    role: 'flair',
    reason: 'T2-weighted with suppressed fluid',
    when: {
      all: [
        isMr,
        isNoCourse,
        { number: 'positions', atLeast: 8 },
        {
          any: [
            describedAs(WORDS.flair),
            {
              all: [
                { number: 'inversionTimeMs', atLeast: 1500, atMost: 3000 },
                { number: 'repetitionTimeMs', atLeast: 4000 },
                { number: 'echoTimeMs', atLeast: 70 },
              ],
            },
          ],
        },
      ],
    },
    confirmedBy: [{ pixels: 'headShare', atLeast: HEAD_SHARE }],
  },
  {
    name: 'venous-phase',
    role: 'other',
    reason: 'contrast in the veins: neither a native CT nor an arterial phase',
    when: { all: [isCt, describedAs(WORDS.venous)] },
  },
  {
    name: 'ct-angiography',
    role: 'cta',
    reason: 'thin slices with contrast in the arteries',
    when: {
      all: [isCt, isNoCourse, hasContrast, { number: 'positions', atLeast: 40 }, { number: 'gapMm', atMost: 2.1 }],
    },
    confirmedBy: [{ pixels: 'vesselShare', atLeast: SOME_CONTRAST }],
  },
  {
    name: 'ct-with-contrast',
    role: 'other',
    reason: 'CT with contrast that is no angiography: blood and contrast look alike',
    when: { all: [isCt, isNoCourse, hasContrast] },
    // Protocols often name an agent for the native scan, too.
    confirmedBy: [{ pixels: 'vesselShare', atLeast: SOME_CONTRAST / 2 }],
  },
  {
    name: 'sharp-kernel',
    role: 'other',
    reason: 'reconstructed sharply for bone: too noisy for the brain',
    when: { all: [isCt, isSharp] },
  },
  {
    name: 'native-head',
    role: 'ncct',
    reason: 'axial CT of the head without contrast',
    when: {
      all: [
        isCt,
        isAxial,
        isNoCourse,
        { number: 'positions', atLeast: 8 },
        { number: 'thicknessMm', atMost: 10, orUnknown: true },
      ],
    },
    confirmedBy: [
      { pixels: 'headShare', atLeast: HEAD_SHARE },
      { pixels: 'vesselShare', atMost: SURE_CONTRAST },
    ],
  },
  {
    name: 'unlabeled-ct-angiography',
    role: 'cta',
    reason: 'thin slices; the description does not tell it, but vessels hold contrast',
    when: { all: [isCt, isAxial, isNoCourse, { number: 'positions', atLeast: 40 }, { number: 'gapMm', atMost: 2.1 }] },
    confirmedBy: [{ pixels: 'vesselShare', atLeast: SURE_CONTRAST }],
  },
  {
    name: 'native-head-reformatted',
    role: 'ncct',
    reason: 'axial slices computed from a native CT; the study has no other native CT',
    onlyIfNoOther: true,
    when: {
      all: [
        isCt,
        isAxial,
        isNoCourse,
        { set: 'imageType', hasAny: ['MPR', 'CSA MPR', 'CT_SOM5 MPR', 'REFORMATTED', 'AVERAGE'] },
        { set: 'imageType', hasNone: ['MIP', 'MINIP', 'CT_SOM5 MIP', 'CSA MIP', 'PROJECTION IMAGE'] },
        notDescribedAs('\\bmip|min ?ip|vrt'),
        { set: 'color', hasAny: ['GRAY'] },
        { number: 'positions', atLeast: 8 },
      ],
    },
    confirmedBy: [
      { pixels: 'headShare', atLeast: HEAD_SHARE },
      { pixels: 'vesselShare', atMost: SURE_CONTRAST },
    ],
  },
  {
    name: 'native-head-sharp',
    role: 'ncct',
    reason: 'sharply reconstructed, but the study has no other native CT',
    onlyIfNoOther: true,
    when: {
      all: [
        isCt,
        isAxial,
        isNoCourse,
        isSharp,
        { set: 'contrast', hasNone: ['GIVEN'] },
        { number: 'positions', atLeast: 8 },
      ],
    },
    confirmedBy: [
      { pixels: 'headShare', atLeast: HEAD_SHARE },
      { pixels: 'vesselShare', atMost: SURE_CONTRAST },
    ],
  },
];
