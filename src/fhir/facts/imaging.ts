/** Examinations and findings of imaging that are already in the record; the radiologist's report counts as recorded. */
import {
  HOUR,
  known,
  type Fact,
  type HematomaLocation,
  type HypodensityExtent,
  type ImagingExam,
  type OcclusionSite,
  type StrokeFacts,
} from '../../case/index.ts';
import { isFutureDated } from '../time.ts';
import { choose, sourcesOf, type Candidate } from './choose.ts';
import type { ImagingEntry } from './index-imaging.ts';
import { LOOK_BACK } from './quantity-table.ts';
import { ofThisEpisode } from './quantities.ts';
import { accept, reject, type Reading } from './reading.ts';
import { readingsOf, type RecordIndex } from './record-index.ts';
import { absence, unknownFact, type Scope } from './scope.ts';
import { candidatesOf, codedFact, parseYesNo, yesNoFact } from './values.ts';

const SIGNS = {
  extensiveHypodensity: 'extensive-hypodensity',
  earlyIschemicChange: 'early-ischemic-change',
  hyperdenseArtery: 'hyperdense-artery',
  massEffect: 'mass-effect',
  dwiLesionUnderOneThirdMca: 'dwi-lesion-under-one-third-mca',
  dwiFlairMismatch: 'dwi-flair-mismatch',
  intraventricularHemorrhage: 'intraventricular-hemorrhage',
  hydrocephalus: 'hydrocephalus',
  blendSign: 'blend-sign',
  hematomaHypodensity: 'hematoma-hypodensity',
  spotSign: 'spot-sign',
} as const satisfies Partial<Record<keyof StrokeFacts, string>>;
type SignKey = keyof typeof SIGNS;
const SIGN_KEYS = Object.keys(SIGNS) as readonly SignKey[];

const SITES: Readonly<Record<string, OcclusionSite>> = {
  'answer-occlusion-site-none': 'none',
  'answer-occlusion-site-internal-carotid': 'internal-carotid',
  'answer-occlusion-site-m1': 'M1',
  'answer-occlusion-site-m2-dominant-proximal': 'M2-dominant-proximal',
  'answer-occlusion-site-m2-other': 'M2-other',
  'answer-occlusion-site-distal-mca': 'distal-MCA',
  'answer-occlusion-site-aca': 'ACA',
  'answer-occlusion-site-pca': 'PCA',
  'answer-occlusion-site-basilar': 'basilar',
  'answer-occlusion-site-vertebral': 'vertebral',
};
const LOCATIONS: Readonly<Record<string, HematomaLocation>> = {
  'answer-hematoma-location-lobar': 'lobar',
  'answer-hematoma-location-deep': 'deep',
  'answer-hematoma-location-brainstem': 'brainstem',
  'answer-hematoma-location-cerebellar': 'cerebellar',
};
const EXTENTS: Readonly<Record<string, HypodensityExtent>> = {
  'answer-hypodensity-extent-none': 'none',
  'answer-hypodensity-extent-up-to-one-third-mca': 'up-to-one-third-mca',
  'answer-hypodensity-extent-over-one-third-mca': 'over-one-third-mca',
};

/** Reports of the head: by their own code or by the study they read. */
function headReports(index: RecordIndex): readonly ImagingEntry[] {
  const studies = new Set(index.imaging.filter((e) => e.from === 'study').map((e) => e.reference));
  return index.imaging.filter(
    (e) => e.from === 'report' && (e.modalities.length > 0 || e.reads.some((r) => studies.has(r))),
  );
}

/** Two who read within an hour read the same examination, whatever time they put down: who disagrees, contradicts. */
const ONE_EXAMINATION = HOUR;

/**
 * Hemorrhage, from observations and from the coded conclusions of reports, by the same rules. The time of a reading is
 * that of the scan for one reader and that of the reading for another, so a later 'no' does not undo blood that somebody
 * saw; only the final word on what was preliminary does.
 */
function hemorrhage(scope: Scope, index: RecordIndex, since: number | null): Fact<boolean> {
  const readings = ofThisEpisode(readingsOf(index, 'observation-hemorrhage-on-imaging'), since);
  const observed = candidatesOf(readings, (node) => parseYesNo(scope, node));
  const concluded = headReports(index).flatMap((e): Candidate<boolean>[] => {
    if (since !== null && e.at !== null && e.at.latest < since) return [];
    if (e.contradictory === true) return [{ at: e.at, reference: e.reference, result: reject('malformed') }];
    return e.hemorrhage === undefined ? [] : [{ at: e.at, reference: e.reference, result: accept(e.hemorrhage) }];
  });
  const all = [...observed, ...concluded];
  const among = (candidates: readonly Candidate<boolean>[], lookBack: number): Fact<boolean> =>
    choose(candidates, {
      asOf: scope.at,
      lookBack,
      unknown: unknownFact(scope, 'hemorrhageOnImaging', ['strokeObservations', 'diagnosticReports']),
    });
  // Blood does not go by itself: that it is there holds for the acute phase, that there is none grows old in a day.
  const last = among(all, LOOK_BACK.hemorrhage);
  if (last.status !== 'known' || last.value) return last;
  const preliminary = new Set(
    [...readings, ...headReports(index)].filter((r) => r.preliminary).map(({ reference }) => reference),
  );
  const isFinal = last.sources.some(({ reference }) => !preliminary.has(reference));
  const seen = among(
    all.filter(({ result, reference }) => result.ok && result.value && !(isFinal && preliminary.has(reference))),
    LOOK_BACK.hemorrhage,
  );
  if (seen.status === 'known') return { status: 'conflicting', values: [last, seen] };
  return among(all, LOOK_BACK.imagingFinding);
}

/** Examinations of this episode's days, newest first. */
function exams(scope: Scope, index: RecordIndex): Fact<readonly ImagingExam[]> {
  const reports = headReports(index).filter((r) => r.state === 'reported');
  const reported = new Set(reports.flatMap((r) => r.reads));
  const recent = (e: ImagingEntry): boolean =>
    e.at === null
      ? e.state === 'registered'
      : e.at.latest >= scope.at - LOOK_BACK.clock && !isFutureDated(e.at, scope.at);
  const studies = index.imaging.filter((e) => e.from === 'study' && recent(e));
  const known_ = new Set(studies.map((e) => e.reference));
  const alone = reports.filter((r) => recent(r) && !r.reads.some((s) => known_.has(s)));
  const found = [...studies, ...alone]
    .flatMap((e) =>
      e.modalities.map((modality): ImagingExam => ({
        modality,
        at: e.at,
        state: reported.has(e.reference) ? 'reported' : e.state,
        source: { reference: e.reference },
      })),
    )
    .sort(
      (a, b) =>
        (b.at?.latest ?? 0) - (a.at?.latest ?? 0) ||
        (a.source.reference + a.modality < b.source.reference + b.modality ? -1 : 1),
    );
  if (found.length > 0) return known(found, null, sourcesOf(found.map((e) => e.source)));
  const lists = ['imagingStudies', 'diagnosticReports'] as const;
  const why = absence(scope, lists);
  return why === 'not-recorded' ? known([], null, [], 'not-recorded') : unknownFact(scope, 'brainImaging', lists)(why);
}

/** What was preliminary gives way to a final reading that came later. */
function withoutSuperseded(readings: readonly Reading[]): readonly Reading[] {
  const final = Math.max(
    ...readings.map(({ preliminary, at }) => (preliminary ? -Infinity : (at?.latest ?? -Infinity))),
  );
  return readings.filter(({ preliminary, at }) => preliminary !== true || at === null || at.latest > final);
}

type ImagingKey =
  SignKey | 'hypodensityExtent' | 'occlusionSite' | 'hematomaLocation' | 'hemorrhageOnImaging' | 'brainImaging';

/** @param since examinations before it do not show this episode */
export function mapImaging(scope: Scope, index: RecordIndex, since: number | null): Pick<StrokeFacts, ImagingKey> {
  const readings = (group: string): ReturnType<typeof readingsOf> =>
    ofThisEpisode(readingsOf(index, `observation-${group}`), since);
  const sign = (key: SignKey): Fact<boolean> =>
    yesNoFact(
      scope,
      withoutSuperseded(readings(SIGNS[key])),
      key,
      LOOK_BACK.imagingFinding,
      ['strokeObservations'],
      ONE_EXAMINATION,
    );
  const signs: Partial<Record<SignKey, Fact<boolean>>> = {};
  for (const key of SIGN_KEYS) signs[key] = sign(key);
  return {
    ...(signs as Record<SignKey, Fact<boolean>>),
    hypodensityExtent: codedFact(
      scope,
      readings('hypodensity-extent'),
      'hypodensityExtent',
      EXTENTS,
      LOOK_BACK.imagingFinding,
      ONE_EXAMINATION,
    ),
    occlusionSite: codedFact(scope, readings('occlusion-site'), 'occlusionSite', SITES, LOOK_BACK.imagingFinding),
    hematomaLocation: codedFact(
      scope,
      readings('hematoma-location'),
      'hematomaLocation',
      LOCATIONS,
      LOOK_BACK.hemorrhage,
    ),
    hemorrhageOnImaging: hemorrhage(scope, index, since),
    brainImaging: exams(scope, index),
  };
}
