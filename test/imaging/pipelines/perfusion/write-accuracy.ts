/** Measures the accuracy figures of the model card anew: `node --import tsx test/imaging/pipelines/perfusion/write-accuracy.ts`. */
import { writeFileSync } from 'node:fs';
import { inProcessEngine } from '../../../support/in-process-engine.ts';
import { accuracyRows, accuracyTables } from '../../../support/perfusion-accuracy.ts';
import { studyRows, studyTable } from '../../../support/perfusion-study-accuracy.ts';

const engine = inProcessEngine();
const rows = await accuracyRows(engine);
const studies = await studyRows(engine);
await engine.close();
writeFileSync(
  new URL('../../../../models/perfusion/accuracy.json', import.meta.url),
  `${JSON.stringify(rows, null, 2)}\n`,
);
process.stdout.write(`${accuracyTables(rows)}\n\n${studyTable(studies)}\n`);
