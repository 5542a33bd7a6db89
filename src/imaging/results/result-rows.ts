/** Results in and out of the database. */
import type { Insertable, Selectable } from 'kysely';
import {
  FINDING_KINDS,
  instantFromEpoch,
  toIso,
  type FindingKind,
  type FindingMethod,
  type FindingState,
  type ImagingFinding,
  type Instant,
  type QualityRemark,
} from '../../case/index.ts';
import type { ImagingFindingTable, ImagingResultTable } from '../../storage/schema.ts';
import { resultIdOf } from './identifiers.ts';
import type { Curve, ImagingResult, NewResult, ResultState, StageTime } from './result.ts';

export type ResultRow = Selectable<ImagingResultTable>;
export type FindingRow = Selectable<ImagingFindingTable>;

const instant = (date: Date): Instant => instantFromEpoch(date.getTime());

export function resultRow(result: NewResult, version: number, at: Instant): Insertable<ImagingResultTable> {
  const { studyUid, pipeline, pipelineVersion, inputsHash, content, state, acquiredAt, said, stageTimes } = result;
  return {
    id: resultIdOf(result),
    study_uid: studyUid,
    pipeline,
    version,
    pipeline_version: pipelineVersion,
    inputs_hash: inputsHash,
    content: content ?? null,
    state,
    committed_at: toIso(at),
    acquired_at: acquiredAt === null ? null : toIso(acquiredAt),
    superseded_at: null,
    superseded_by: null,
    quality: JSON.stringify(said.quality),
    curves: JSON.stringify(said.curves),
    model: said.model === null ? null : JSON.stringify(said.model),
    ran_on: said.ranOn,
    stage_times: JSON.stringify(stageTimes),
  };
}

export function findingRow(
  resultId: string,
  finding: ImagingFinding,
  position: number,
): Insertable<ImagingFindingTable> {
  return {
    id: finding.id,
    result_id: resultId,
    position,
    kind: finding.kind,
    value: JSON.stringify(finding.value),
    unit: FINDING_KINDS[finding.kind],
    interval_low: finding.interval?.low ?? null,
    interval_high: finding.interval?.high ?? null,
    interval_basis: finding.interval?.basis ?? null,
    detection_floor: finding.detectionFloor,
    quality: JSON.stringify(finding.quality),
    settings: JSON.stringify(finding.method.settings),
    series_uids: JSON.stringify(finding.seriesUids),
    features: finding.features === undefined ? null : JSON.stringify(finding.features),
  };
}

/** The JSON columns are written by this file only, so what is parsed is what was written. */
export function findingFrom(row: FindingRow, result: ResultRow): ImagingFinding {
  const { interval_low: low, interval_high: high, interval_basis: basis } = row;
  return {
    id: row.id,
    kind: row.kind as FindingKind,
    state: result.superseded_at === null ? (result.state as FindingState) : 'superseded',
    value: JSON.parse(row.value) as ImagingFinding['value'],
    interval: low === null || high === null || basis === null ? null : { low, high, basis },
    detectionFloor: row.detection_floor,
    ...(row.features === null ? {} : { features: JSON.parse(row.features) as Readonly<Record<string, number>> }),
    quality: JSON.parse(row.quality) as readonly QualityRemark[],
    method: {
      pipeline: result.pipeline,
      version: result.pipeline_version,
      model: result.model === null ? null : (JSON.parse(result.model) as FindingMethod['model']),
      ranOn: result.ran_on,
      settings: JSON.parse(row.settings) as FindingMethod['settings'],
    },
    studyUid: result.study_uid,
    seriesUids: JSON.parse(row.series_uids) as readonly string[],
    acquiredAt: result.acquired_at === null ? null : instant(result.acquired_at),
    foundAt: instant(result.committed_at),
  };
}

export function resultFrom(row: ResultRow, findings: readonly FindingRow[]): ImagingResult {
  const { superseded_at: at, superseded_by: by } = row;
  return {
    id: row.id,
    studyUid: row.study_uid,
    pipeline: row.pipeline,
    pipelineVersion: row.pipeline_version,
    inputsHash: row.inputs_hash,
    ...(row.content === null ? {} : { content: row.content }),
    version: row.version,
    state: row.state as ResultState,
    committedAt: instant(row.committed_at),
    acquiredAt: row.acquired_at === null ? null : instant(row.acquired_at),
    superseded: at === null || by === null ? null : { at: instant(at), by },
    quality: JSON.parse(row.quality) as readonly QualityRemark[],
    curves: JSON.parse(row.curves) as readonly Curve[],
    model: row.model === null ? null : (JSON.parse(row.model) as FindingMethod['model']),
    ranOn: row.ran_on,
    stageTimes: JSON.parse(row.stage_times) as readonly StageTime[],
    findings: findings.map((finding) => findingFrom(finding, row)),
  };
}
