/** A model folder that holds a hemorrhage network of the shape of the product's, which sees blood by its density. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imagingManifest } from './imaging-models.ts';
import { bloodByDensityOnnx } from './tiny-onnx.ts';

export function hemorrhageModelFolder(): { readonly directory: string; readonly remove: () => void } {
  const directory = mkdtempSync(join(tmpdir(), 'stroke-cds-hemorrhage-'));
  for (const schema of ['model.schema.json', 'statistics.schema.json']) {
    copyFileSync(new URL(`../../models/${schema}`, import.meta.url), join(directory, schema));
  }
  const graph = bloodByDensityOnnx();
  const tensor = (name: string, channels: number, unit: string) => ({
    ...{ name, type: 'float32' as const, unit },
    shape: ['slices', channels, 'rows', 'columns'],
  });
  const io = { inputs: [tensor('hu', 3, "[hnsf'U]")], outputs: [tensor('probability', 6, '1')] };
  mkdirSync(join(directory, 'hemorrhage'));
  writeFileSync(join(directory, 'hemorrhage', 'model.json'), JSON.stringify(imagingManifest('hemorrhage', graph, io)));
  writeFileSync(join(directory, 'hemorrhage', 'model.onnx'), graph);
  return {
    directory,
    remove: () => {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
