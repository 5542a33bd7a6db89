/** Prometheus metrics of images and jobs. Labels come from closed sets: no ids of patients, studies or senders. */
import { Gauge, Histogram, type Registry } from 'prom-client';

export interface LaneFigures {
  readonly lane: string;
  readonly due: number;
  readonly waiting: number;
  readonly running: number;
  readonly failed: number;
  /** Seconds that the oldest due job has waited; null when none is due. */
  readonly oldestSeconds: number | null;
}

export interface ReceiptFigures {
  readonly studies: number;
  readonly instances: number;
  readonly bytes: number;
  readonly waiting: number;
  readonly quarantined: number;
  readonly unclear: number;
  /** Of the last 24 hours, by code. */
  readonly refused: Readonly<Record<string, number>>;
}

export interface ImagingFigures {
  readonly lanes: () => Promise<readonly LaneFigures[]>;
  readonly receipts: () => Promise<ReceiptFigures>;
}

export interface ImagingMetrics {
  /** Asked at every scrape. */
  readonly observe: (figures: ImagingFigures) => void;
  readonly jobEnded: (job: { readonly kind: string; readonly outcome: string; readonly milliseconds: number }) => void;
}

/** Seconds; around the budgets of one and three minutes. */
const BUCKETS = [0.1, 0.5, 1, 5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 600];

export function createImagingMetrics(registry: Registry): ImagingMetrics {
  const registers = [registry];
  const ended = new Histogram({
    name: 'imaging_job_seconds',
    help: 'Time of one attempt of a job',
    labelNames: ['kind', 'outcome'],
    buckets: BUCKETS,
    registers,
  });
  return {
    observe: ({ lanes, receipts }) => {
      const byLane = (name: string, help: string, value: (lane: LaneFigures) => number): Gauge =>
        new Gauge({
          name,
          help,
          labelNames: ['lane'],
          registers,
          async collect() {
            this.reset();
            for (const lane of await lanes()) this.set({ lane: lane.lane }, value(lane));
          },
        });
      byLane('imaging_jobs_due', 'Jobs that could run now', ({ due }) => due);
      byLane('imaging_jobs_waiting', 'Jobs that wait for their time', ({ waiting }) => waiting);
      byLane('imaging_jobs_running', 'Jobs that run', ({ running }) => running);
      byLane('imaging_jobs_failed', 'Dead letters: jobs that were given up', ({ failed }) => failed);
      byLane('imaging_jobs_oldest_seconds', 'Age of the oldest job that could run', (lane) => lane.oldestSeconds ?? 0);
      const plain = (name: string, help: string, value: (figures: ReceiptFigures) => number): Gauge =>
        new Gauge({
          name,
          help,
          registers,
          async collect() {
            this.set(value(await receipts()));
          },
        });
      plain('imaging_studies', 'Studies that are held', ({ studies }) => studies);
      plain('imaging_instances', 'Instances that are held', ({ instances }) => instances);
      plain('imaging_bytes', 'Bytes of held instances', ({ bytes }) => bytes);
      plain('imaging_studies_waiting', 'Studies that the analysis has not got', ({ waiting }) => waiting);
      plain(
        'imaging_studies_quarantined',
        'Studies that are not analyzed because their patient is in doubt',
        (figures) => figures.quarantined,
      );
      plain(
        'imaging_studies_unclear',
        'Studies that no card could match with a record for sure',
        (figures) => figures.unclear,
      );
      new Gauge({
        name: 'imaging_refused_instances',
        help: 'Instances refused in the last 24 hours',
        labelNames: ['code'],
        registers,
        async collect() {
          this.reset();
          for (const [code, count] of Object.entries((await receipts()).refused)) this.set({ code }, count);
        },
      });
    },
    jobEnded: ({ kind, outcome, milliseconds }) => {
      ended.observe({ kind, outcome }, milliseconds / 1_000);
    },
  };
}
