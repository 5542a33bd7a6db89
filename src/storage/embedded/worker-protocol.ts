/** Messages between the service and the thread that runs the embedded database. */

export interface WorkerOptions {
  /** Directory on disk; null keeps everything in memory (tests). */
  readonly directory: string | null;
  /** Tar archive of a database directory to start from (tests). */
  readonly archive?: string;
}

export interface WorkerRequest {
  readonly id: number;
  readonly sql: string;
  /** null: a script of several statements without parameters. */
  readonly parameters: readonly unknown[] | null;
  /** See `keptPlan`. */
  readonly keepsPlan: boolean;
}

export interface QueryAnswer {
  readonly rows: readonly Record<string, unknown>[];
  readonly affectedRows: number;
}

/** Only code and message cross: PostgreSQL's `detail` quotes stored values. */
export interface WorkerFailure {
  readonly message: string;
  readonly code: string | null;
}

export type WorkerReply =
  | { readonly type: 'ready' }
  | { readonly type: 'failed-to-open'; readonly failure: WorkerFailure }
  | { readonly type: 'answer'; readonly id: number; readonly answer: QueryAnswer }
  | { readonly type: 'failure'; readonly id: number; readonly failure: WorkerFailure }
  | { readonly type: 'closed' };

export type WorkerCommand = WorkerRequest | 'close';
