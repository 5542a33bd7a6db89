/** `models/<name>/model.json`, checked against `models/model.schema.json`. */
import { Ajv } from 'ajv';

export interface TensorDeclaration {
  readonly name: string;
  readonly type: 'float32' | 'float64' | 'float16' | 'int16' | 'int32' | 'int64' | 'uint8' | 'bool';
  /** A string names an open dimension. */
  readonly shape: readonly (number | string)[];
  /** UCUM; '1' for a pure number. */
  readonly unit: string;
  /** Lowest and highest value seen in training. */
  readonly range?: readonly [number, number];
  /** Of a tensor that is an image: how voxels became numbers, so that another image can be made alike. */
  readonly image?: ImageSpace;
}

/** The space of an image in a tensor; the features of a volume that decide whether an answer means anything. */
export interface ImageSpace {
  readonly modality: 'CT' | 'MR';
  /** What each dimension of the shape is: 'batch' | 'channel' | 'slice' | 'row' | 'column' | 'time'. */
  readonly axes: readonly ('batch' | 'channel' | 'slice' | 'row' | 'column' | 'time')[];
  /** Where slice, row and column index grow to, as three letters: 'SAR' … */
  readonly orientation: string;
  /** Millimeters between slices, rows and columns; null leaves them as they come. */
  readonly spacing: readonly (number | null)[];
  /** Stored value to tensor value. */
  readonly intensity:
    | {
        readonly kind: 'window';
        readonly unit: string;
        readonly low: number;
        readonly high: number;
        readonly to: readonly [number, number];
      }
    | { readonly kind: 'z-score'; readonly over: 'image' | 'brain' }
    | { readonly kind: 'none' };
}

/** The smallest thing that is found reliably: below it, 'not seen' means unknown. */
export interface DetectionFloor {
  readonly finding: string;
  readonly value: number;
  /** UCUM. */
  readonly unit: string;
  readonly basis: string;
}

export interface DataStatement {
  readonly description: string;
  readonly subjects?: number;
  readonly source?: string;
  readonly metrics?: Readonly<Record<string, number>>;
}

export interface ModelManifest {
  readonly name: string;
  readonly version: string;
  readonly kind: 'tabular' | 'imaging';
  readonly title: string;
  /** The question; given with `preference`, `classes` and `role`, and with a statistics.json among the files. */
  readonly family?: 'discharge-mrs' | 'toast' | 'hemorrhagic-transformation' | 'mrs-90-days';
  /** Of the variants of a family whose inputs are known the one with the lowest number answers. */
  readonly preference?: number;
  /** Names of the classes of the output, in order. */
  readonly classes?: readonly string[];
  /** Until the site decides otherwise. */
  readonly role?: 'active' | 'shadow';
  /** Trained on simulated data; every statement says so. */
  readonly simulated?: boolean;
  /** Source attributes of 45 CFR 170.315(b)(11)(iv)(B) by number, '1' to '31'. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** SPDX identifier. */
  readonly licence: string;
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
  readonly inputs: readonly TensorDeclaration[];
  readonly outputs: readonly TensorDeclaration[];
  readonly thresholds?: readonly { readonly name: string; readonly value: number; readonly basis: string }[];
  /** Of the ONNX graph; given for imaging models. */
  readonly opset?: number;
  /** Given for imaging models; empty for a graph that detects nothing. */
  readonly detectionFloor?: readonly DetectionFloor[];
  readonly training: DataStatement;
  readonly validation: DataStatement;
  readonly limits: readonly string[];
}

export type ParsedManifest = { readonly manifest: ModelManifest } | { readonly problem: string };

/** @param schema content of `models/model.schema.json` */
export function manifestParser(schema: object): (text: string) => ParsedManifest {
  const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile<ModelManifest>(schema);
  return (text) => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return { problem: 'model.json is not valid JSON' };
    }
    if (validate(value)) return { manifest: value };
    const findings = (validate.errors ?? []).map((e) => `${e.instancePath || '/'} ${e.message ?? 'is not valid'}`);
    return { problem: `model.json: ${findings.join('; ')}` };
  };
}
