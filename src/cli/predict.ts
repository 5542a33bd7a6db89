/** `stroke-cds predict`: what the trained models say about every row of a table and its lesion masks. */
import { rename, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { MODEL_FAMILIES } from '../decisions/prediction.ts';
import { createLogger } from '../http/logging.ts';
import { measureMasks, type MaskMeasurement } from '../imaging/index.ts';
import { openModels } from '../models.ts';
import { predictReadings, type PredictionModels } from '../prediction/index.ts';
import { registryOptions } from '../registry-options.ts';
import { configuration } from './configuration.ts';
import { findMasks } from './lesion-masks.ts';
import { participantReadings, whatIsMissing } from './participant-readings.ts';
import { readParticipants, type Participant } from './participants.ts';
import { PREDICTION_COLUMNS, predictionCells } from './prediction-table.ts';
import { CommandError, EXIT, progress } from './terminal.ts';

export interface PredictCommandOptions {
  readonly model?: string;
  readonly participants: string;
  readonly lesions?: string;
  readonly out: string;
  readonly config?: string;
}

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/**
 * The models to ask, those named first. A name is a wish, not a limit: a row for which the named model lacks an input is
 * answered by the variant that does not need it, and the table says which one answered.
 */
export function askedModels(models: PredictionModels, asked: string | undefined): PredictionModels {
  const names = (asked ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const known = [...MODEL_FAMILIES, ...models.usable.map(({ name }) => name)];
  const wrong = names.filter((name) => !known.some((one) => one === name));
  if (wrong.length > 0) {
    throw new CommandError(
      `--model: ${wrong.join(', ')} is not installed or not usable; there are ${known.join(', ')}`,
    );
  }
  const rank = (name: string): number => (names.includes(name) ? names.indexOf(name) : names.length);
  return {
    ...models,
    usable: models.usable
      // A model in shadow answers when it is asked by name: that is how a site looks at it before activation.
      .map((model) => (names.includes(model.name) ? { ...model, role: 'active' as const } : model))
      .filter(({ role }) => role === 'active')
      .toSorted((a, b) => rank(a.name) - rank(b.name) || a.preference - b.preference),
  };
}

async function measured(
  participants: readonly Participant[],
  folder: string | undefined,
): Promise<ReadonlyMap<string, MaskMeasurement>> {
  if (folder === undefined) return new Map();
  const { masks, ambiguous, unmatched } = await findMasks(
    folder,
    participants.map(({ id }) => id),
  );
  if (unmatched.length > 0) say(`${unmatched.length} masks belong to nobody in the table`);
  const files = [...new Set(masks.values())];
  const bar = progress('measuring lesions', files.length);
  const measurements = await measureMasks(files, { onProgress: bar.tick });
  bar.done();
  const byFile = new Map(measurements.map((one) => [one.file, one]));
  const refused = (id: string): [string, MaskMeasurement] => [
    id,
    { file: id, state: 'refused', reason: 'more than one mask belongs to this participant' },
  ];
  const found = [...masks].flatMap(([id, file]): [string, MaskMeasurement][] => {
    const one = byFile.get(file);
    return one === undefined ? [] : [[id, one]];
  });
  return new Map([...found, ...ambiguous.map(refused)]);
}

/** @returns 0, or 1 when a mask was refused or a model failed for a row; every row is in the table all the same */
export async function predictCommand(options: PredictCommandOptions): Promise<number> {
  const folder = dirname(resolve(options.out));
  if ((await stat(folder).catch(() => undefined))?.isDirectory() !== true) {
    throw new CommandError(`there is no folder ${folder} to write into`);
  }
  const config = configuration(options.config);
  const logger = createLogger({ level: 'warn', destination: process.stderr });
  const { participants, warnings } = await readParticipants(options.participants);
  warnings.forEach(say);
  const { registry, prediction } = await openModels(registryOptions(config), logger);
  try {
    const models = askedModels(prediction, options.model);
    if (models.usable.length === 0) throw new CommandError('no model is installed that can predict');
    const masks = await measured(participants, options.lesions);
    const bar = progress('predicting', participants.length);
    const rows: (string | number)[][] = [];
    let problems = 0;
    for (const [index, participant] of participants.entries()) {
      const mask = masks.get(participant.id) ?? null;
      const said = await predictReadings(participantReadings(participant, mask), models, {
        assumesIschemic: false,
        fromNothing: true,
        families: ['discharge-mrs', 'toast'],
        onError: (model) => {
          say(`${participant.id}: ${model} failed`);
          problems += 1;
        },
      });
      if (mask?.state === 'refused') problems += 1;
      rows.push(predictionCells(participant.id, said, whatIsMissing(participant, mask)));
      bar.tick(index + 1);
    }
    bar.done();
    await writeTable(options.out, [[...PREDICTION_COLUMNS], ...rows]);
    const withMask = [...masks.values()].filter(({ state }) => state === 'measured').length;
    say(`${rows.length} participants, ${withMask} with a measured lesion → ${options.out}`);
    return problems > 0 ? EXIT.problems : EXIT.ok;
  } finally {
    await registry.close();
  }
}

/** Whole or not at all: a reader never sees half a table. */
async function writeTable(out: string, rows: readonly (string | number)[][]): Promise<void> {
  const partial = `${out}.partial`;
  try {
    await writeFile(partial, stringify([...rows]));
    await rename(partial, out);
  } catch {
    throw new CommandError(`cannot write ${out}`);
  }
}
