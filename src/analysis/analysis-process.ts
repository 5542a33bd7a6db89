/**
 * The process that analyzes studies, one at a time: volumes and their computations stay away from the service's event loop.
 * It ends with its parent.
 */
import { createHash } from 'node:crypto';
import { ImageRefusal } from '../imaging/image-refusal.ts';
import { loadCardContent } from '../explanation/index.ts';
import { openFolderStore, type FolderStore } from '../imaging/ingest/index.ts';
import { renderContactSheet } from '../imaging/results/contact-sheet/render-contact-sheet.ts';
import type { SheetWords } from '../imaging/results/contact-sheet/words.ts';
import { pipelinesInUse } from '../imaging/pipelines/index.ts';
import { openStudySeries } from '../imaging/series/open-study-series.ts';
import { ROLE_RULES } from '../imaging/series/role-rules.ts';
import { sheetWords } from '../sheet-words.ts';
import { analyzeStudy, type AnalyzedPipeline } from './analyze-study.ts';
import { openEngine, type OpenedEngine } from './open-engine.ts';
import { priorScan } from './prior-scan.ts';
import type { AnalysisAnswer, AnalysisRequest, AnalysisSettings, FromAnalysis, ToAnalysis } from './protocol.ts';
import { storedInstances } from './stored-instances.ts';

interface Ready {
  readonly settings: AnalysisSettings;
  readonly images: FolderStore;
  readonly engine: OpenedEngine;
  readonly words: SheetWords;
}

const send = (message: FromAnalysis): void => {
  process.send?.(message);
};

async function open(settings: AnalysisSettings): Promise<Ready> {
  const { directory, encryption } = settings.images;
  const [images, engine] = await Promise.all([
    openFolderStore({ directory, ...encryption }),
    openEngine(settings.engine),
  ]);
  const { directory: content, locale } = settings.texts;
  return { settings, images, engine, words: sheetWords(loadCardContent(content).texts[locale]) };
}

async function analyze(request: AnalysisRequest, id: number, ready: Ready): Promise<Omit<AnalysisAnswer, 'runs'>> {
  const { settings, images, engine, words } = ready;
  let reached = 0;
  const progress = (stage: string, percent: number): void => {
    reached = percent;
    send({ type: 'progress', id, stage, percent });
  };
  const { signal } = new AbortController();
  progress('reading images', 0);
  const instances = await storedInstances(request.paths, images);
  progress('sorting series', 3);
  const series = await openStudySeries(instances, {
    zone: settings.timeZone,
    rules: settings.seriesRules,
  });
  const prior = priorScan(request.priors, series, ({ paths }) =>
    storedInstances(paths, images).then((own) =>
      openStudySeries(own, { zone: settings.timeZone, rules: settings.seriesRules }),
    ),
  );
  const { failed } = await analyzeStudy(
    series,
    instances,
    { engine, figuresOf: engine.figuresOf, progress, signal },
    {
      ...request,
      ...(prior === undefined ? {} : { prior }),
      settingsVersion: versionOf(settings.seriesRules),
      pipelines: pipelinesInUse(settings.pipelinesOff, engine.networks),
      timeZone: settings.timeZone,
      device: settings.device,
      onAnalyzed: async (run) => {
        progress(`${run.pipeline}: contact sheet`, reached);
        const { found, stages, outputs } = run;
        send({ type: 'run', id, run: { found, stages, outputs, ...(await sheetOf(run, words)) } });
      },
      now: () => performance.now(),
    },
  );
  return {
    series: series.map(({ source, role }) => ({ seriesUid: source.seriesUid, role })),
    failed: failed.map(({ pipeline, version, error }) => ({ pipeline, version, reason: reasonOf(error) })),
  };
}

/** A picture that cannot be drawn costs no finding. */
async function sheetOf(
  { pipeline, version, result, found, findings }: AnalyzedPipeline,
  words: SheetWords,
): Promise<{ readonly sheet?: Uint8Array }> {
  const reference = createHash('sha256').update(found.studyUid).digest('hex').slice(0, 8);
  try {
    const sheet = await renderContactSheet({
      ...result,
      findings,
      state: found.state,
      title: words.pipeline(pipeline),
      subtitle: `${pipeline} ${version}, ${words.text('study', { reference })}`,
      words,
    });
    return { sheet };
  } catch {
    return {};
  }
}

/** Other rules may find other series, so what the site's own rules led to is another result. */
function versionOf(rules: AnalysisSettings['seriesRules']): string {
  return rules.length === ROLE_RULES.length ? '' : createHash('sha256').update(JSON.stringify(rules)).digest('hex');
}

/** Names and codes only: a library may quote what it was given. */
function reasonOf(error: unknown): string {
  if (error instanceof ImageRefusal) return `${error.code}: ${error.message}`;
  if (!(error instanceof Error)) return 'unknown failure';
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? `${error.name} (${code})` : error.name;
}

let opened: Promise<Ready> | undefined;
let last: Promise<void> = Promise.resolve();

async function serve(id: number, request: AnalysisRequest): Promise<void> {
  try {
    if (opened === undefined) throw new Error('the settings come first');
    send({ type: 'answer', id, answer: await analyze(request, id, await opened) });
  } catch (error) {
    send({ type: 'failure', id, reason: reasonOf(error), permanent: error instanceof ImageRefusal });
  }
}

process.on('message', (message: ToAnalysis) => {
  if (message.type === 'settings') {
    opened = open(message.settings);
    opened
      .then(({ engine }) => engine.warmUp())
      .then(
        (models) => {
          send({ type: 'ready', models });
        },
        () => {
          // Whatever was missing may be there again for the next process; the request in hand is told first.
          void last.then(() => process.exit(1));
        },
      );
    return;
  }
  const { id, request } = message;
  last = last.then(() => serve(id, request));
});
process.once('disconnect', () => {
  process.exit(0);
});
// The service decides when it ends; a terminal's Ctrl-C reaches the whole group.
process.on('SIGINT', () => undefined);
