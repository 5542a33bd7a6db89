/**
 * A core from CT perfusion soon after onset is often overestimated ('ghost core': Boned 2017, J Neurointerv Surg 9:66; Rotem
 * 2021). The analysis of images does not know the onset; the case does, so its remark is put right where both meet. Pure.
 */
import {
  MINUTE,
  type ImagingFinding,
  type PatientImaging,
  type QualityRemark,
  type StrokeFacts,
} from '../../case/index.ts';
import { SETTINGS } from '../pipelines/perfusion/settings.ts';

const LIMIT = SETTINGS.ghostCoreMinutes * MINUTE;

/** Only findings that ask for the onset are changed; without a known last known well they keep asking. */
export function withOnset(
  imaging: PatientImaging,
  { lastKnownWell }: Pick<StrokeFacts, 'lastKnownWell'>,
): PatientImaging {
  if (lastKnownWell.status !== 'known') return imaging;
  const { earliest, latest } = lastKnownWell.value;
  const findings = imaging.findings.map((finding): ImagingFinding => {
    const { acquiredAt, quality } = finding;
    if (acquiredAt === null || !quality.some(({ code }) => code === 'onset-unknown')) return finding;
    // Images before the patient was last well show another episode; that is said elsewhere.
    const isEarly = acquiredAt >= earliest && acquiredAt - latest <= LIMIT;
    const others = quality.filter(({ code }) => code !== 'onset-unknown');
    return { ...finding, quality: isEarly ? [...others, ghostCore((acquiredAt - latest) / MINUTE)] : others };
  });
  return { ...imaging, findings };
}

function ghostCore(minutes: number): QualityRemark {
  return { code: 'ghost-core', severity: 'limits', figures: { minutes: Math.max(0, Math.round(minutes)) } };
}
