/**
 * Tells when studies are ready, and which went into quarantine. What is told is derived from the rows alone, so a killed
 * process tells it after its next start; a study may be told twice, with the same content version.
 */
import type { Selectable } from 'kysely';
import { instantFromEpoch, type Instant } from '../../case/index.ts';
import type { Database } from '../../storage/index.ts';
import type { ImageStudyTable } from '../../storage/schema.ts';
import {
  ANALYZED_SOP_CLASSES,
  completeness,
  contentVersion,
  CT_SOP_CLASSES,
  DEFAULT_QUIET_MS,
  type Completeness,
} from './completeness.ts';

export interface StudyReady {
  readonly studyUid: string;
  /** Changes with every image that comes or goes: results of another version are superseded. */
  readonly contentVersion: string;
  /** CT and MR images among the instances. */
  readonly images: number;
  /** CT images among them: fresh blood is looked for there first. */
  readonly ctImages: number;
  readonly received: number;
  readonly expected: number | null;
  readonly because: 'count' | 'quiet';
  /** The archive counts more instances than are here: what is found is preliminary. */
  readonly short: boolean;
  readonly firstReceivedAt: Instant;
  readonly lastReceivedAt: Instant;
}

export interface StudyWatchOptions {
  readonly database: Database;
  readonly clock: () => Instant;
  /** Enqueue the analysis. When it rejects, the study is told again. */
  readonly onStudyReady: (event: StudyReady) => Promise<void>;
  /** Withdraw what was found of it: two patients meet in it. When it rejects, the study is told again. */
  readonly onQuarantined: (studyUid: string) => Promise<void>;
  /** Default 8,000. */
  readonly quietMs?: number;
  /** How often to look for what other processes received. Default 1,000. */
  readonly pollMs?: number;
  /** Called when looking failed; the watch goes on. */
  readonly onFault?: (error: unknown) => void;
}

export interface StudyWatch {
  /** One look at every study that is not settled. @returns when to look again at the latest; null when all are settled */
  readonly check: () => Promise<Instant | null>;
  /** An instance was committed: looks soon. */
  readonly nudge: () => void;
  readonly start: () => void;
  /** Waits for a running look; repeatable. */
  readonly stop: () => Promise<void>;
}

const NUDGED_MS = 100;

type ImageStudy = Selectable<ImageStudyTable>;

interface Unsettled {
  readonly arrived: StudyReady | null;
  readonly verdict: Completeness;
  readonly study: Pick<ImageStudy, 'receipts' | 'expected_instances' | 'quarantine_reason'>;
}

export function createStudyWatch(options: StudyWatchOptions): StudyWatch {
  const { database, clock, onStudyReady, onQuarantined, onFault, quietMs = DEFAULT_QUIET_MS, pollMs = 1_000 } = options;
  const { sql } = database;

  async function look(studyUid: string, now: Instant): Promise<Unsettled | null> {
    const study = await sql.selectFrom('image_study').selectAll().where('study_uid', '=', studyUid).executeTakeFirst();
    if (study === undefined) return null;
    const instances = await sql
      .selectFrom('image_instance')
      .select(['sop_class_uid', 'content_digest'])
      .where('study_uid', '=', studyUid)
      .execute();
    const images = instances.filter(({ sop_class_uid }) => ANALYZED_SOP_CLASSES.includes(sop_class_uid));
    const content = contentVersion(images.map(({ content_digest }) => content_digest));
    const lastReceivedAt = instantFromEpoch(study.last_received_at.getTime());
    const expected = study.expected_instances;
    const verdict = completeness(
      {
        received: instances.length,
        expected,
        lastReceivedAt,
        content,
        announced: study.announced_content,
        announcedShort: study.announced_short,
        quarantined: study.quarantine_reason !== null,
      },
      now,
      quietMs,
    );
    const arrived =
      content === null || verdict.state !== 'ready'
        ? null
        : {
            studyUid,
            contentVersion: content,
            images: images.length,
            ctImages: images.filter(({ sop_class_uid }) => CT_SOP_CLASSES.includes(sop_class_uid)).length,
            received: instances.length,
            expected,
            because: verdict.because,
            short: verdict.short,
            firstReceivedAt: instantFromEpoch(study.first_received_at.getTime()),
            lastReceivedAt,
          };
    return { arrived, verdict, study };
  }

  /** What was committed since the look, another count or a release keeps the study unsettled. */
  async function settle(studyUid: string, { study, arrived }: Unsettled, now: Instant): Promise<void> {
    await sql
      .updateTable('image_study')
      .set({
        settled_receipts: study.receipts,
        ...(arrived === null
          ? {}
          : {
              announced_content: arrived.contentVersion,
              announced_short: arrived.short,
              announced_at: new Date(now),
            }),
      })
      .where('study_uid', '=', studyUid)
      .where('expected_instances', 'is not distinct from', study.expected_instances)
      .where('quarantine_reason', 'is not distinct from', study.quarantine_reason)
      .execute();
  }

  async function checkStudy(studyUid: string, now: Instant): Promise<Instant | null> {
    const unsettled = await look(studyUid, now);
    if (unsettled === null) return null;
    const { arrived, verdict } = unsettled;
    if (verdict.state === 'receiving') return verdict.lookAgainAt;
    if (verdict.state === 'quarantined') await onQuarantined(studyUid);
    if (arrived !== null) await onStudyReady(arrived);
    await settle(studyUid, unsettled, now);
    return null;
  }

  async function check(): Promise<Instant | null> {
    const now = clock();
    const studies = await sql
      .selectFrom('image_study')
      .select('study_uid')
      .where('settled_receipts', 'is distinct from', (eb) => eb.ref('receipts'))
      .orderBy('first_received_at')
      .execute();
    let next: Instant | null = null;
    for (const { study_uid } of studies) {
      try {
        const again = await checkStudy(study_uid, now);
        if (again !== null && (next === null || again < next)) next = again;
      } catch (error) {
        // One study that cannot be told holds up no other.
        onFault?.(error);
      }
    }
    return next;
  }

  let timer: NodeJS.Timeout | null = null;
  let dueAt = Infinity;
  let running: Promise<void> | null = null;
  let started = false;

  /** An earlier look stands: instances that keep coming must not put off the others. */
  function schedule(ms: number): void {
    const at = performance.now() + ms;
    if (!started || at >= dueAt) return;
    if (timer !== null) clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(run, ms);
    timer.unref();
  }

  function run(): void {
    dueAt = Infinity;
    if (running !== null) return;
    running = check()
      .catch((error: unknown) => {
        onFault?.(error);
        return null;
      })
      .then((next) => {
        running = null;
        schedule(next === null ? pollMs : Math.min(pollMs, Math.max(next - clock(), 0)));
      });
  }

  return {
    check,
    nudge: () => {
      schedule(NUDGED_MS);
    },
    start: () => {
      started = true;
      schedule(0);
    },
    stop: async () => {
      started = false;
      if (timer !== null) clearTimeout(timer);
      await running;
    },
  };
}
