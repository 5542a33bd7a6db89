/** Which reference distributions stand for the patient. The source knows two kinds of stroke only. */
import { candidates } from '../../case/index.ts';
import type { OcclusionSite, StrokeCase } from '../../case/index.ts';
import type { SamuelTreatment } from '../scores/samuel-distributions.ts';
import type { Occlusion } from './result.ts';

interface References {
  readonly untreated: 'lvo' | 'nlvo';
  readonly thrombolysis: SamuelTreatment;
  /** Null: not in the source. */
  readonly thrombectomy: SamuelTreatment | null;
}

export const REFERENCES: Readonly<Record<Occlusion, References>> = {
  'large-vessel': { untreated: 'lvo', thrombolysis: 'lvo_ivt', thrombectomy: 'lvo_mt' },
  'no-large-vessel': { untreated: 'nlvo', thrombolysis: 'nlvo_ivt', thrombectomy: null },
};

/** As the thrombectomy trials of the source enrolled, plus the basilar artery, whose figures are marked. */
const LARGE: ReadonlySet<OcclusionSite> = new Set(['internal-carotid', 'M1', 'M2-dominant-proximal', 'basilar']);

/** Both when the site is unknown or the sources disagree on the kind. */
export function possibleOcclusions({ facts }: StrokeCase): readonly Occlusion[] {
  const sites = candidates(facts.occlusionSite).map(({ value }) => value);
  const kinds = new Set(sites.map((site): Occlusion => (LARGE.has(site) ? 'large-vessel' : 'no-large-vessel')));
  return kinds.size === 0 ? ['large-vessel', 'no-large-vessel'] : [...kinds];
}

export const mayBeBasilar = ({ facts }: StrokeCase): boolean =>
  candidates(facts.occlusionSite).some(({ value }) => value === 'basilar');
