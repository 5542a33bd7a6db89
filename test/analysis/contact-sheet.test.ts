/** The process that analyzes studies draws what it found, also when it refused: the picture says why. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createAnalysisClient } from '../../src/analysis/analysis-client.ts';
import type { AnalyzedRun } from '../../src/analysis/protocol.ts';
import { loadConfig } from '../../src/config/index.ts';
import { openFolderStore } from '../../src/imaging/ingest/index.ts';
import { ROLE_RULES } from '../../src/imaging/series/role-rules.ts';
import { registryOptions } from '../../src/registry-options.ts';
import { ctpStudy } from '../support/ctp-study.ts';
import { NOON } from '../support/image-ingest.ts';

const directory = mkdtempSync(join(tmpdir(), 'stroke-cds-sheet-'));
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

it('a result comes with its contact sheet', async () => {
  const loaded = loadConfig({}, null);
  if ('problems' in loaded) throw new Error('the defaults have problems');
  const { config } = loaded;
  const store = await openFolderStore({ directory });
  // Too few time points: the pipeline refuses, and that is a result as well.
  const { instances } = ctpStudy({ radii: [20, 32, 37] });
  const few = instances.slice(0, Math.ceil(instances.length / 3));
  const paths: string[] = [];
  for (const { bytes, studyUid, seriesUid, sopInstanceUid } of few) {
    paths.push((await store.write({ studyUid, seriesUid, sopInstanceUid }, bytes)).path);
  }
  const analysis = createAnalysisClient({
    settings: {
      images: { directory, encryption: null },
      engine: {
        registry: registryOptions(config),
        providers: ['cpu'],
        threads: 1,
        server: null,
        serverAuthorization: null,
      },
      pipelinesOff: [],
      seriesRules: ROLE_RULES,
      timeZone: 'UTC',
      texts: { directory: 'cards', locale: 'zh-CN' },
      device: { manufacturer: 'm', modelName: 'n', version: '1', serialNumber: 's' },
    },
    timeLimit: 400_000,
  });
  try {
    const early: AnalyzedRun[] = [];
    const onRun = (run: AnalyzedRun): Promise<void> => {
      early.push(run);
      return Promise.resolve();
    };
    const { runs, failed } = await analysis.analyze(
      {
        studyUid: few[0]?.studyUid ?? '',
        content: 'c',
        paths,
        lastKnownWell: null,
        overrides: {},
        complete: true,
        at: NOON,
        former: {},
        replaced: {},
        priors: [],
      },
      { signal: new AbortController().signal, progress: () => undefined, onRun },
    );
    expect(failed).toEqual([]);
    expect(runs.length).toBeGreaterThan(0);
    expect(early).toEqual(runs);
    for (const { sheet, found } of runs) {
      expect(Buffer.from(sheet ?? []).toString('latin1', 1, 4)).toBe('PNG');
      expect(found.content).toBe('c');
    }
  } finally {
    await analysis.close();
  }
}, 400_000);
