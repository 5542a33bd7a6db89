/** `findings.json`: one result for programs, without anything of the patient. Version 1. */
import { Ajv } from 'ajv';
import { FINDING_KINDS, FINDING_STATES, toIso, type ImagingFinding, type Instant } from '../../../case/index.ts';
import { RESEARCH_USE } from '../dicom/report.ts';
import type { NewResult } from '../result.ts';
import type { SheetWords } from '../contact-sheet/words.ts';

export interface FileEntry {
  /** Below the folder of the findings, with forward slashes. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface StageDuration {
  readonly stage: string;
  readonly milliseconds: number;
}

const text = { type: 'string' } as const;
const nullable = (type: string) => ({ type: [type, 'null'] });
const object = (properties: Record<string, unknown>) => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(properties),
  properties,
});
const list = (items: unknown) => ({ type: 'array', items });
const digest = { type: 'string', pattern: '^[0-9a-f]{64}$' } as const;
const instant = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$' } as const;

const REMARK = object({
  code: text,
  severity: { enum: ['note', 'limits', 'refuses'] },
  figures: { type: 'object', additionalProperties: { type: 'number' } },
});

/** JSON Schema of the file. */
export const FINDINGS_SCHEMA = {
  $id: 'https://stroke-cds.org/schemas/findings-1.json',
  title: 'Findings of one imaging pipeline on one study',
  ...object({
    format: { const: 'stroke-cds findings' },
    formatVersion: { const: 1 },
    notice: { ...text, description: 'What the figures may be used for.' },
    studyUid: { ...text, description: 'Study Instance UID.' },
    pipeline: object({
      name: text,
      version: text,
      model: {
        description: 'Network or graph that computed the heavy step; null where none ran.',
        anyOf: [{ type: 'null' }, object({ name: text, version: text, digest: text })],
      },
      ranOn: { ...nullable('string'), description: 'Execution provider that really ran.' },
    }),
    inputsHash: { ...digest, description: 'Same inputs, same hash.' },
    state: { enum: ['final', 'preliminary', 'refused'] },
    acquiredAt: { anyOf: [{ type: 'null' }, instant] },
    foundAt: instant,
    quality: list(REMARK),
    findings: list(
      object({
        id: text,
        kind: { enum: Object.keys(FINDING_KINDS) },
        name: { ...text, description: 'In the language that was asked for; `kind` is the code.' },
        state: { enum: FINDING_STATES },
        value: {
          description: 'In `unit`; null: refused or not computable, never zero.',
          type: ['number', 'string', 'boolean', 'null'],
        },
        unit: { ...nullable('string'), description: 'UCUM; null for coded values.' },
        interval: {
          description: 'Closed; `basis` says what it spans.',
          anyOf: [{ type: 'null' }, object({ low: { type: 'number' }, high: { type: 'number' }, basis: text })],
        },
        detectionFloor: { ...nullable('number'), description: 'Below this the method sees nothing.' },
        quality: list(REMARK),
        settings: { type: 'object', additionalProperties: { type: ['number', 'string', 'boolean'] } },
        seriesUids: list(text),
      }),
    ),
    curves: list(
      object({
        name: text,
        seconds: list({ type: 'number' }),
        values: list({ type: 'number' }),
        voxel: { anyOf: [{ type: 'null' }, { type: 'array', items: { type: 'integer' }, minItems: 3, maxItems: 3 }] },
      }),
    ),
    stages: list(object({ stage: text, milliseconds: { type: 'number', minimum: 0 } })),
    files: list(object({ path: text, bytes: { type: 'integer', minimum: 0 }, sha256: digest })),
  }),
} as const;

const validate = new Ajv({ allowUnionTypes: true }).compile(FINDINGS_SCHEMA);

export interface FindingsFileInput {
  readonly result: NewResult;
  readonly findings: readonly ImagingFinding[];
  readonly stages: readonly StageDuration[];
  readonly at: Instant;
  readonly files: readonly FileEntry[];
  readonly words: Pick<SheetWords, 'finding'>;
}

/** @throws Error when the file would not be what its schema says */
export function findingsFile({ result, findings, stages, at, files, words }: FindingsFileInput): string {
  const { said } = result;
  const content = {
    format: 'stroke-cds findings',
    formatVersion: 1,
    notice: RESEARCH_USE,
    studyUid: result.studyUid,
    pipeline: { name: result.pipeline, version: result.pipelineVersion, model: said.model, ranOn: said.ranOn },
    inputsHash: result.inputsHash,
    state: result.state,
    acquiredAt: result.acquiredAt === null ? null : toIso(result.acquiredAt),
    foundAt: toIso(at),
    quality: said.quality,
    findings: findings.map((finding) => {
      const { id, kind, state, value, interval, detectionFloor, quality, method, seriesUids } = finding;
      return {
        ...{ id, kind, name: words.finding(finding).name, state, value, unit: FINDING_KINDS[kind] },
        ...{ interval, detectionFloor, quality, settings: method.settings, seriesUids },
      };
    }),
    curves: said.curves,
    stages,
    files,
  };
  if (!validate(content)) {
    const [problem] = validate.errors ?? [];
    throw new Error(
      `findings.json would break its schema at ${problem?.instancePath ?? ''}: ${problem?.message ?? ''}`,
    );
  }
  return `${JSON.stringify(content, null, 2)}\n`;
}
