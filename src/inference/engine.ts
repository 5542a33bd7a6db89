/** The inference port, in the vocabulary of the Open Inference Protocol (KServe v2). Volumes are binary, never JSON. */

export type Datatype = 'FP32' | 'FP16' | 'INT64' | 'INT32' | 'INT16' | 'UINT8' | 'BOOL';

export interface Tensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  /** FP16 as its bits in a Uint16Array. */
  readonly data: Float32Array | Uint16Array | BigInt64Array | Int32Array | Int16Array | Uint8Array;
}

export interface InferenceRequest {
  readonly model: string;
  /** Pinned; else the version that is installed. */
  readonly version?: string;
  readonly inputs: readonly Tensor[];
  /** Names of the outputs that are wanted; all when left out. */
  readonly outputs?: readonly string[];
}

export interface InferenceAnswer {
  readonly model: { readonly name: string; readonly version: string; readonly digest: string };
  readonly outputs: readonly Tensor[];
  /** 'cpu', 'cuda', … or 'kserve:<host>' */
  readonly ranOn: string;
  readonly milliseconds: number;
}

export interface InferenceEngine {
  /**
   * @throws InferenceError 'time-out' | 'unavailable' (may heal), 'refused' | 'unknown-model' | 'bad-input' (will not)
   */
  readonly infer: (
    request: InferenceRequest,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ) => Promise<InferenceAnswer>;
  readonly close: () => Promise<void>;
}

export type InferenceErrorCode = 'time-out' | 'unavailable' | 'refused' | 'unknown-model' | 'bad-input' | 'aborted';

export class InferenceError extends Error {
  override readonly name = 'InferenceError';
  readonly code: InferenceErrorCode;

  constructor(code: InferenceErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
