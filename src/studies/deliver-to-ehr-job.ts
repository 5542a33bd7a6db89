/** The job that writes a result into the chart: Observations, and references to SEG and SR. */
import { WriteFailure } from '../fhir/write/write-failure.ts';
import type { OutgoingDocument, OutgoingResult } from '../fhir/write/outgoing-result.ts';
import type { ResultWriter } from '../fhir/write/result-writer.ts';
import type { Instant } from '../case/index.ts';
import { normalizedId, type IdentifierDomains } from '../imaging/ingest/same-patient.ts';
import { studyOf } from '../imaging/ingest/study-index.ts';
import type { FindingsStore } from '../imaging/results/findings-store.ts';
import type { ImagingResult } from '../imaging/results/result.ts';
import { isWithdrawal } from '../imaging/results/withdrawal.ts';
import { PermanentJobFailure, type JobHandler, type NewJob } from '../jobs/index.ts';
import type { Database } from '../storage/index.ts';

export const DELIVER_TO_EHR = 'deliver-to-ehr';
export const EHR_LANE = 'ehr';
/** In the record of deliveries. */
const EHR = 'ehr';
const PRIORITY = 30;
const ATTEMPTS = 30;

export function deliverToEhrJob(resultId: string): NewJob {
  return {
    kind: DELIVER_TO_EHR,
    key: resultId,
    lane: EHR_LANE,
    payload: {},
    priority: PRIORITY,
    maxAttempts: ATTEMPTS,
  };
}

export interface EhrDeliveryParts {
  readonly database: Database;
  readonly findings: FindingsStore;
  readonly writer: ResultWriter;
  readonly domains: IdentifierDomains;
  /** Base of WADO-RS of the archive that has SEG and SR; null: no DocumentReference. */
  readonly wadoBase: string | null;
  /** Called with the result that stands, when one that it replaced may have been written after it. */
  readonly onStale: (standingId: string) => Promise<unknown>;
  readonly clock: () => Instant;
}

export function deliverToEhrHandler(parts: EhrDeliveryParts): JobHandler {
  const { database, findings, writer, domains, wadoBase, onStale, clock } = parts;
  const writeAgain = async ({ studyUid, pipeline }: ImagingResult): Promise<void> => {
    const standing = (await findings.currentResults([studyUid])).find((one) => one.pipeline === pipeline);
    if (standing !== undefined) await onStale(standing.id);
  };
  return async ({ key: resultId }, { attempt, signal }) => {
    const result = await findings.resultById(resultId);
    if (result === undefined) return;
    // What a newer result replaced must not come after it; an attempt that failed may have written some of it.
    if (result.superseded !== null) {
      if (attempt > 1) await writeAgain(result);
      return;
    }
    const study = await studyOf(database, result.studyUid);
    if (study === null) return;
    const former = await writtenBefore(result, findings);
    // In quarantine only what the chart already holds is taken back.
    if (study.quarantine !== null && !(isWithdrawal(result) && former.length > 0)) return;
    const allDocuments = async ({ id }: ImagingResult): Promise<readonly OutgoingDocument[]> => [
      ...(await findings.outputsOf(id)),
      ...(await findings.replacedOutputsOf(id)),
    ];
    const settled = await findings.replacedOutputsOf(resultId);
    const formerDocuments = [...settled, ...(await Promise.all(former.map(allDocuments))).flat()];
    const outgoing: OutgoingResult = {
      ...result,
      foundAt: result.committedAt,
      documents: await findings.outputsOf(resultId),
      former:
        former.length + settled.length === 0 ? null : { findings: oneOfAKind(former), documents: formerDocuments },
      wadoBase,
    };
    const { patientId, issuer, birthDate } = study.patient;
    const system = issuer === null ? domains.localSystem : (domains.systems[issuer] ?? issuer);
    // What scanners write when nobody knew ('UNKNOWN') finds the wrong chart.
    const known = patientId !== null && normalizedId(patientId) !== null;
    const identifiers = known ? [{ system, value: patientId }] : [];
    try {
      const written = await writer.write(outgoing, { identifiers, birthDate }, signal);
      for (const { reference } of written) {
        await findings.confirmDelivery(resultId, { object: reference, destination: EHR, confirmedAt: clock() });
      }
      // It may have been replaced while it was written, and another process have written the new one first.
      if ((await findings.resultById(resultId))?.superseded !== null) await writeAgain(result);
    } catch (error) {
      if (error instanceof WriteFailure && !error.mayHeal) throw new PermanentJobFailure(error.message);
      throw error;
    }
  };
}

/** Every former result of the pipeline that reached the chart: the last one may have been replaced before it was sent. */
async function writtenBefore(result: ImagingResult, findings: FindingsStore): Promise<readonly ImagingResult[]> {
  const replaced = (await findings.historyOf(result.studyUid)).filter(
    ({ pipeline, superseded }) => pipeline === result.pipeline && superseded !== null,
  );
  const written: ImagingResult[] = [];
  for (const former of replaced) {
    const deliveries = await findings.deliveriesOf(former.id);
    if (deliveries.some(({ destination }) => destination === EHR)) written.push(former);
  }
  return written;
}

/** A pipeline says each kind once, and the chart holds one Observation a kind. */
function oneOfAKind(results: readonly ImagingResult[]): ImagingResult['findings'] {
  const byKind = new Map(
    results.flatMap(({ findings }) => findings.map((finding) => [finding.kind, finding] as const)),
  );
  return [...byKind.values()];
}
