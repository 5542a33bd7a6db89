/** From a study to the next one: the process that analyzes reads the earlier scan with its segmentation and compares. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createAnalysisClient } from '../../src/analysis/analysis-client.ts';
import { priorScan } from '../../src/analysis/prior-scan.ts';
import type { AnalyzedRun, PriorStudy } from '../../src/analysis/protocol.ts';
import { HOUR, plus, type FindingKind } from '../../src/case/index.ts';
import { loadConfig } from '../../src/config/index.ts';
import { openFolderStore } from '../../src/imaging/ingest/index.ts';
import { ROLE_RULES } from '../../src/imaging/series/role-rules.ts';
import { registryOptions } from '../../src/registry-options.ts';
import type { BuiltInstance } from '../support/dicom-files.ts';
import { hemorrhageModelFolder } from '../support/hemorrhage-model.ts';
import { NOON } from '../support/image-ingest.ts';
import { DEEP_LEFT, ellipsoidMl, ncctSeries, ncctStudy } from '../support/ncct-study.ts';

const priorAt = (hoursAgo: number): PriorStudy => ({
  studyUid: `1.2.${String(hoursAgo)}`,
  findingId: `${String(hoursAgo)} h ago`,
  volume: { ml: 20, interval: { low: 18, high: 22 } },
  method: { version: '1.0.0', model: null, settings: {} },
  acquiredAt: plus(NOON, -hoursAgo * HOUR),
  paths: [],
  segmentation: new Uint8Array(),
});
const open = () => Promise.resolve([]);

describe('the scan to compare with', () => {
  const native = [ncctSeries({}, { acquiredAt: NOON })];
  const chosen = (hours: readonly number[], series = native) => priorScan(hours.map(priorAt), series, open)?.findingId;

  it.each([
    ['the first of the episode', [2, 30, 9], '30 h ago'],
    ['none of another stay', [73, 4], '4 h ago'],
    ['none that is newer, or the same', [0, -3], undefined],
    ['none', [], undefined],
  ] as const)('is %s', (_, hours, expected) => {
    expect(chosen(hours)).toBe(expected);
  });

  it('is none where the images do not say when they were taken', () => {
    expect(chosen([2], [ncctSeries({})])).toBeUndefined();
  });
});

describe('two studies in the analysis process', () => {
  const directory = mkdtempSync(join(tmpdir(), 'stroke-cds-prior-'));
  const models = hemorrhageModelFolder();
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
    models.remove();
  });
  const day = { StudyDate: '20261123', AcquisitionDate: '20261123', ContentDate: '20261123' };
  const at = (time: string) => ({ ...day, AcquisitionTime: time, ContentTime: time });

  it('the later one is laid on the earlier one', async () => {
    const loaded = loadConfig({}, null);
    if ('problems' in loaded) throw new Error('the defaults have problems');
    const store = await openFolderStore({ directory });
    const analysis = createAnalysisClient({
      settings: {
        images: { directory, encryption: null },
        engine: {
          registry: registryOptions({ ...loaded.config, modelsDirectory: models.directory }),
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
    const analyzed = async (instances: readonly BuiltInstance[], priors: readonly PriorStudy[]) => {
      const paths: string[] = [];
      for (const { bytes, studyUid, seriesUid, sopInstanceUid } of instances) {
        paths.push((await store.write({ studyUid, seriesUid, sopInstanceUid }, bytes)).path);
      }
      const request = { studyUid: instances[0]?.studyUid ?? '', content: 'c', paths, lastKnownWell: null };
      const { runs, failed } = await analysis.analyze(
        { ...request, overrides: {}, complete: true, at: NOON, former: {}, replaced: {}, priors },
        { signal: new AbortController().signal, progress: () => undefined, onRun: () => Promise.resolve() },
      );
      expect(failed).toEqual([]);
      const run = runs.find(({ found }) => found.pipeline === 'hemorrhage');
      if (run === undefined) throw new Error('the hemorrhage pipeline did not run');
      return { paths, run };
    };
    const finding = ({ found }: AnalyzedRun, kind: FindingKind) => found.said.findings.find((one) => one.kind === kind);
    try {
      const first = await analyzed(ncctStudy({ bleedings: [DEEP_LEFT], tags: at('080000') }), []);
      expect(finding(first.run, 'hematoma-volume-change')).toBeUndefined();
      const volume = finding(first.run, 'intraparenchymal-volume');
      const prior: PriorStudy = {
        studyUid: first.run.found.studyUid,
        findingId: 'the volume at eight',
        volume: { ml: Number(volume?.value), interval: volume?.interval ?? { low: 0, high: 0 } },
        method: {
          version: first.run.found.pipelineVersion,
          model: first.run.found.said.model,
          settings: volume?.settings ?? {},
        },
        acquiredAt: first.run.found.acquiredAt ?? NOON,
        paths: first.paths,
        segmentation: first.run.outputs.find(({ kind }) => kind === 'seg')?.bytes ?? new Uint8Array(),
      };
      const grown = { ...DEEP_LEFT, half: [18, 30, 22] } as const;
      const tags = at('110000');
      const later = ncctStudy({ bleedings: [grown], moved: [5, -4, 0], study: 'later native ct', tags });
      const second = await analyzed(later, [prior]);
      expect(second.run.found.said.quality.map(({ code }) => code)).not.toContain('earlier-scan-not-compared');
      const change = finding(second.run, 'hematoma-volume-change');
      const growth = ellipsoidMl(grown) - ellipsoidMl(DEEP_LEFT);
      expect(Number(change?.value)).toBeGreaterThan(0.7 * growth);
      expect(Number(change?.value)).toBeLessThan(1.3 * growth);
      expect(change?.settings).toMatchObject({ comparedWith: 'the volume at eight' });
      expect(Number(finding(second.run, 'hematoma-new-blood-volume')?.value)).toBeLessThan(growth);
      expect(second.run.found.inputsHash).not.toBe(first.run.found.inputsHash);
    } finally {
      await analysis.close();
    }
  }, 400_000);
});
