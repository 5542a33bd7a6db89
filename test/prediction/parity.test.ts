/**
 * From mask and table to probabilities the product gives what the trainer computed, and its contributions add up to that,
 * model by model: one subject in five, every one with `PARITY=all`. The trainer writes the expected figures (`--parity`);
 * the subjects lie beside the checkout.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findMasks } from '../../src/cli/lesion-masks.ts';
import { participantReadings } from '../../src/cli/participant-readings.ts';
import { readParticipants, type Participant } from '../../src/cli/participants.ts';
import { measureMasks, type MaskMeasurement } from '../../src/imaging/index.ts';
import { openModelRegistry, type ModelRegistry } from '../../src/inference/index.ts';
import { loadPredictionModels, type PredictionModels } from '../../src/prediction/index.ts';
import { predictModel } from '../../src/prediction/predict-model.ts';

const SOOP = fileURLToPath(new URL('../../../shared/data/soop', import.meta.url));
const MODELS = fileURLToPath(new URL('../../models', import.meta.url));
const TRAINING = fileURLToPath(new URL('../../models/training', import.meta.url));
const EVERY = process.env['PARITY'] === 'all' ? 1 : 5;

interface Expected {
  readonly model: string;
  readonly id: string;
  readonly probabilities: readonly number[];
}

function expectedOf(file: string): Expected[] {
  const path = join(TRAINING, file);
  if (!existsSync(path)) return [];
  const rows: readonly Readonly<Record<string, string>>[] = parse(gunzipSync(readFileSync(path)), { columns: true });
  const chosen = rows.filter((_, index) => index % EVERY === 0);
  return chosen.map(({ model = '', participant_id: id = '', ...rest }) => ({
    model,
    id,
    probabilities: Object.values(rest).map(Number),
  }));
}

const EXPECTED = ['discharge-mrs-parity.csv.gz', 'toast-parity.csv.gz'].flatMap(expectedOf);

let registry: ModelRegistry;
let models: PredictionModels;
beforeAll(async () => {
  registry = await openModelRegistry({ directory: MODELS, providers: ['cpu'] });
  models = await loadPredictionModels(registry, MODELS);
});
afterAll(() => registry.close());

describe.skipIf(!existsSync(SOOP))('on development subjects (../shared/data/soop beside the checkout)', () => {
  let people: ReadonlyMap<string, Participant>;
  let masks: ReadonlyMap<string, MaskMeasurement>;
  beforeAll(async () => {
    const { participants } = await readParticipants(join(SOOP, 'participants_dev.tsv'));
    people = new Map(participants.map((participant) => [participant.id, participant]));
    const wanted = [...new Set(EXPECTED.map(({ id }) => id))];
    const found = await findMasks(join(SOOP, 'masks'), wanted);
    const measured = await measureMasks([...found.masks.values()]);
    const byFile = new Map(measured.map((one) => [one.file, one]));
    masks = new Map(
      [...found.masks].flatMap(([id, file]) => {
        const one = byFile.get(file);
        return one === undefined ? [] : [[id, one] as const];
      }),
    );
  }, 300_000);

  it.each([...new Set(EXPECTED.map(({ model }) => model))])('%s', { timeout: 120_000 }, async (name) => {
    const model = models.usable.find((one) => one.name === name);
    if (model === undefined) throw new Error(`${name} is not usable`);
    const rows = EXPECTED.filter((row) => row.model === name);
    expect(rows.length).toBeGreaterThan(400 / EVERY);
    for (const { id, probabilities } of rows) {
      const participant = people.get(id);
      if (participant === undefined) throw new Error(`${id} is not in the table`);
      const readings = participantReadings(participant, masks.get(id) ?? null);
      const {
        probabilities: own,
        explanation,
        missing,
      } = await predictModel(model, readings, {
        wanted: [],
        assumesIschemic: false,
      });
      expect(missing).toEqual([]);
      const apart = own.map((p, k) => Math.abs(p - (probabilities[k] ?? Number.NaN)));
      expect(Math.max(...apart)).toBeLessThan(1e-5);
      const { baselineLogOdds, contributions, totalLogOdds } = explanation;
      const sum = contributions.reduce((s, { logOdds }) => s + logOdds, baselineLogOdds);
      expect(Math.abs(sum - totalLogOdds)).toBeLessThan(1e-6);
    }
  });
});
