/** Writes the example patients to `fhir-resources/examples`; a test checks that the files are what the code says. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exampleStories } from './example-patients.ts';

/** File name → content of every file of the folder. */
export function exampleFiles(): Map<string, string> {
  const stories = exampleStories();
  const index = stories.map(({ id, story }) => ({ file: `${id}.json`, story }));
  return new Map([
    ...stories.map(({ id, bundle }) => [`${id}.json`, `${JSON.stringify(bundle, null, 1)}\n`] as const),
    ['stories.json', `${JSON.stringify(index, null, 2)}\n`] as const,
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = fileURLToPath(new URL('../../fhir-resources/examples/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of exampleFiles()) writeFileSync(`${folder}${name}`, content);
  process.stdout.write(`wrote ${String(exampleFiles().size)} files to ${folder}\n`);
}
