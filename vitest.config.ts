import { configDefaults, defineConfig } from 'vitest/config';

/** Pure functions: their files may share one module graph, which is loaded once instead of for each. */
const PURE = [
  'cards',
  'case',
  'decisions',
  'definitions',
  'explanation',
  'fhir',
  'model-report',
  'outgoing',
  'prediction',
].map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 240_000,
    maxWorkers: 2,
    reporters: ['default', './test/support/summary-reporter.ts'],
    projects: [
      { extends: true, test: { name: 'pure', include: PURE, isolate: false } },
      {
        extends: true,
        test: { name: 'parts', include: ['test/**/*.test.ts'], exclude: [...configDefaults.exclude, ...PURE] },
      },
    ],
  },
});
