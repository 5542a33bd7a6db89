import { defineConfig } from 'vitest/config';

/** Pure functions: their files share one module graph, which is loaded once instead of for each. */
const PURE = 'cards|case|decisions|definitions|explanation|fhir|model-report|outgoing|prediction';

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 240_000,
    maxWorkers: 2,
    reporters: ['default', './test/support/summary-reporter.ts'],
    projects: [
      { extends: true, test: { name: 'pure', include: [`test/@(${PURE})/**/*.test.ts`], isolate: false } },
      // No `exclude` here: it would replace the one of the command line.
      { extends: true, test: { name: 'parts', include: ['test/*.test.ts', `test/!(${PURE})/**/*.test.ts`] } },
    ],
  },
});
