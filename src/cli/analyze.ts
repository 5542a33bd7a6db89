/** `stroke-cds analyze`: the pipelines on a folder of images, without a service. */
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { FINDING_KINDS, instantFromEpoch, parseInstant, shownFigure, type Instant } from '../case/index.ts';
import { analyzeStudy, type AnalyzedPipeline, type AnalyzedStudy } from '../analysis/analyze-study.ts';
import { openEngine } from '../analysis/open-engine.ts';
import { priorScanOf } from '../analysis/prior-scan.ts';
import type { Config } from '../config/index.ts';
import { LOCALES } from '../explanation/index.ts';
import { openStudySeries, type StudyInstance } from '../imaging/index.ts';
import { samePatientInStudy } from '../imaging/ingest/same-patient.ts';
import { pipelinesInUse, switchedOn } from '../imaging/pipelines/index.ts';
import type { Pipeline, PriorScan, RoledSeries } from '../imaging/pipelines/pipeline.ts';
import type { SheetWords } from '../imaging/results/contact-sheet/words.ts';
import { writeResultFolder } from '../imaging/results/folder/write-result-folder.ts';
import { VERSION } from '../product.ts';
import { registryOptions } from '../registry-options.ts';
import { configuration, rulesOf } from './configuration.ts';
import { filesBelow, instancesIn } from './dicom-files.ts';
import { NIFTI, seriesRole, studyOfSeries, studyPerFile } from './nifti-studies.ts';
import { overridesOf, type OverrideOptions } from './overrides.ts';
import { chosen, CommandError, EXIT, progress } from './terminal.ts';
import { wordsOf } from './words.ts';

export interface AnalyzeCommandOptions extends OverrideOptions {
  readonly out?: string;
  readonly json?: boolean;
  /** Of NIfTI files that are a study each. */
  readonly role?: string;
  /** NIfTI files that are one study: 'adc=adc.nii.gz'. */
  readonly series?: readonly string[];
  /** Folder or file of an earlier study of the patient. */
  readonly earlier?: string;
  /** Instant with zone. */
  readonly lastKnownWell?: string;
  readonly locale?: string;
  readonly config?: string;
}

interface Study {
  /** For files and messages: no patient data. */
  readonly name: string;
  readonly series: readonly RoledSeries[];
  readonly instances: readonly StudyInstance[];
  /** SHA-256 over the files. */
  readonly content: string;
}

/** @returns 0; 1 when something was refused, failed or left out */
export async function analyzeCommand(paths: readonly string[], options: AnalyzeCommandOptions): Promise<number> {
  const config = configuration(options.config);
  const words = wordsOf(config, chosen('locale', options.locale, LOCALES) ?? config.defaultLocale);
  const overrides = overridesOf(options);
  const lastKnownWell = options.lastKnownWell === undefined ? null : instantOf(options.lastKnownWell);
  const { studies, refused } = await studiesIn(paths, options, config);
  const earlier = options.earlier === undefined ? null : await earlierOf(options.earlier, studies, options, config);
  for (const [reason, count] of [...refused, ...(earlier?.refused ?? [])]) {
    process.stderr.write(`${String(count)} files left out: ${reason}\n`);
  }

  const engine = await openEngine({
    registry: registryOptions(config),
    providers: config.executionProviders,
    threads: config.imaging.threads,
    server: config.imaging.inferenceServer,
    serverAuthorization: config.imaging.inferenceServerAuthorization,
  });
  let problems = refused.size > 0 || (earlier?.refused.size ?? 0) > 0;

  /** Says what was found, and writes it where that was asked for. */
  const analyzed = async (
    study: Study,
    pipelines: readonly Pipeline[],
    out: string | undefined,
    prior?: PriorScan,
  ): Promise<AnalyzedStudy> => {
    const at = instantFromEpoch(Date.now());
    const bar = progress(`analyzing ${study.name}`, 100);
    const found = await analyzeStudy(
      study.series,
      study.instances,
      {
        engine,
        figuresOf: engine.figuresOf,
        signal: new AbortController().signal,
        progress: (stage, percent) => {
          bar.tick(percent, stage);
        },
      },
      {
        pipelines,
        content: study.content,
        lastKnownWell,
        overrides,
        complete: true,
        timeZone: config.site.timeZone,
        device: {
          manufacturer: 'Stroke CDS',
          modelName: 'stroke-cds',
          version: VERSION,
          serialNumber: 'command line',
        },
        at,
        former: {},
        ...(prior === undefined ? {} : { prior }),
        now: () => performance.now(),
      },
    );
    bar.done();
    for (const run of found.runs) {
      const folder = out === undefined ? null : join(resolve(out), study.name, run.pipeline);
      if (folder !== null) {
        await writeResultFolder(
          {
            ...run,
            at,
            title: words.pipeline(run.pipeline),
            subtitle: `${run.pipeline} ${run.version}, ${roleList(study.series)}, ${words.text('study', { reference: referenceOf(study) })}`,
            words,
          },
          folder,
        );
      }
      say(options.json === true ? JSON.stringify(asJson(study, run)) : asText(study, run, words, folder));
      problems ||= run.result.state === 'refused';
    }
    for (const { pipeline, error } of found.failed) {
      process.stderr.write(
        `${study.name}: ${pipeline} failed: ${error instanceof Error ? error.message : 'unknown'}\n`,
      );
    }
    problems ||= found.failed.length > 0;
    return found;
  };

  const pipelines = pipelinesInUse(config.imaging.pipelinesOff, engine.networks);
  const asked = switchedOn(config.imaging.pipelinesOff);
  try {
    let prior: PriorScan | undefined;
    if (earlier !== null) {
      const comparing = pipelines.filter(({ compares }) => compares === true);
      if (comparing.length === 0) {
        const needs = asked.filter(({ compares }) => compares === true).map((one) => needsOf(one, engine.networks));
        throw new CommandError(`--earlier compares hemorrhages, which is not in use: ${needs.join('; ')}`);
      }
      const out = options.out === undefined ? undefined : join(options.out, 'earlier');
      const { runs } = await analyzed(earlier.study, comparing, out);
      prior = runs.map((run) => priorScanOf(run, earlier.study.series)).find((one) => one !== undefined);
      if (prior === undefined) process.stderr.write('no hemorrhage was found for sure in the earlier study\n');
    }
    for (const study of studies) {
      const { runs, failed } = await analyzed(study, pipelines, options.out, prior);
      if (runs.length + failed.length > 0) continue;
      const missing = Object.fromEntries(asked.map((one) => [one.name, needsOf(one, engine.networks)]));
      const nothing = { ...namesOf(study), pipeline: null, missing };
      say(options.json === true ? JSON.stringify(nothing) : nothingFits(study, missing));
    }
  } finally {
    await engine.close();
  }
  return problems ? EXIT.problems : EXIT.ok;
}

/** @throws CommandError where it is not one study, of another patient, or taken after the study that is compared with it */
async function earlierOf(
  path: string,
  studies: readonly Study[],
  { role }: AnalyzeCommandOptions,
  config: Config,
): Promise<{ readonly study: Study; readonly refused: ReadonlyMap<string, number> }> {
  const found = await studiesIn([path], role === undefined ? {} : { role }, config);
  const [study] = found.studies;
  const [later] = studies;
  if (study === undefined || later === undefined || found.studies.length + studies.length > 2) {
    throw new CommandError('--earlier compares one study with one earlier study');
  }
  const [then, now] = [study, later].map(({ instances }) => instances[0]?.header.patient);
  if (then !== undefined && now !== undefined && samePatientInStudy(then, now) === 'different') {
    throw new CommandError('--earlier: the two studies are not of one patient');
  }
  const [thenAt, nowAt] = [startOf(study), startOf(later)];
  if (thenAt !== null && nowAt !== null && thenAt >= nowAt) {
    throw new CommandError('--earlier names the study that was taken later');
  }
  return { study, refused: found.refused };
}

/** null where its images do not say. */
function startOf({ series }: Study): Instant | null {
  const times = series.flatMap(({ acquiredAt }) => (acquiredAt === null ? [] : [acquiredAt]));
  return times.length === 0 ? null : instantFromEpoch(Math.min(...times));
}

/** @throws CommandError where nothing can be used */
async function studiesIn(
  paths: readonly string[],
  options: Pick<AnalyzeCommandOptions, 'role' | 'series'>,
  config: Config,
): Promise<{ studies: readonly Study[]; refused: Map<string, number> }> {
  const files = await filesBelow(paths);
  const nifti = files.filter((file) => NIFTI.test(file));
  const found = await instancesIn(files.filter((file) => !NIFTI.test(file)));
  const refused = new Map(found.refused);
  const studies: Study[] = [];
  const rules = rulesOf(config);
  for (const studyUid of new Set(found.instances.map(({ header }) => header.studyUid))) {
    const instances = found.instances.filter(({ header }) => header.studyUid === studyUid);
    const series = await openStudySeries(instances, { zone: config.site.timeZone, rules });
    const content = digestOf(instances.map(({ header }) => header.sopInstanceUid).sort());
    studies.push({ name: studyUid, series, instances, content });
  }
  const onRefused = (reason: string): void => {
    refused.set(reason, (refused.get(reason) ?? 0) + 1);
  };
  const pairs = options.series ?? [];
  const together = pairs.length === 0 ? null : await studyOfSeries(pairs, onRefused);
  const single = nifti.length === 0 ? [] : await studyPerFile(nifti, seriesRole(options.role), onRefused);
  for (const { name, series, bytes } of together === null ? single : [together, ...single]) {
    studies.push({ name, series, instances: [], content: digestOf(bytes) });
  }
  if (studies.length === 0) {
    throw new CommandError(`there is no usable image in ${[...paths, ...pairs].join(', ') || 'nothing: name files'}`);
  }
  return { studies, refused };
}

function digestOf(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

function instantOf(text: string): Instant {
  const at = parseInstant(text);
  if (at === undefined) {
    throw new CommandError('--last-known-well is an instant with zone, such as 2026-11-28T13:05:00+01:00');
  }
  return at;
}

const roleList = (series: readonly RoledSeries[]): string => [...new Set(series.map(({ role }) => role))].join(', ');

const namesOf = ({ name, series }: Study): object => ({
  study: name,
  series: series.map(({ role, source }) => ({ seriesUid: source.seriesUid, role })),
});

const nothingFits = ({ name, series }: Study, missing: Readonly<Record<string, string>>): string =>
  [
    name,
    `  no pipeline has what it needs; series: ${roleList(series)} (stroke-cds series explain says why)`,
    ...Object.entries(missing).map(([pipeline, needs]) => `    ${pipeline} needs ${needs}`),
  ].join('\n');

const needsOf = ({ needs = 'other series', networks: anyOf }: Pipeline, networks: readonly string[]): string =>
  anyOf === undefined || anyOf.some((name) => networks.includes(name))
    ? `${needs}: none found`
    : `${needs}: none found, or its network is not in use ("modelRoles": {"${anyOf[0]}": "active"} switches it on)`;

/** Pictures are kept apart from their folder; this leads back to it and says nothing of the study. */
const referenceOf = ({ name }: Study): string => digestOf([name]).slice(0, 8);

function asJson(study: Study, { pipeline, version, found, findings, stages }: AnalyzedPipeline): object {
  return { ...namesOf(study), pipeline, version, state: found.state, quality: found.said.quality, findings, stages };
}

function asText(
  { name }: Study,
  { pipeline, version, found, findings, stages }: AnalyzedPipeline,
  words: SheetWords,
  folder: string | null,
): string {
  const seconds = stages.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1_000;
  const lines = [name, `  ${pipeline} ${version}: ${found.state} (${seconds.toFixed(1)} s), for research use`];
  for (const { kind, value, interval } of findings) {
    const unit = FINDING_KINDS[kind];
    const shown =
      value === null ? 'not computable' : typeof value === 'number' ? shownFigure(value, unit) : String(value);
    const range =
      interval === null ? '' : ` (${shownFigure(interval.low, unit)} to ${shownFigure(interval.high, unit)})`;
    const plainUnit = unit === null || unit.startsWith('{') ? '' : ` ${unit}`;
    lines.push(`    ${kind.padEnd(30)} ${shown}${plainUnit}${range}`);
  }
  for (const { code, severity } of found.said.quality) lines.push(`    ${severity}: ${words.remark(code)}`);
  if (folder !== null) lines.push(`  written to ${folder}`);
  return lines.join('\n');
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
