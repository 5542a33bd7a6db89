/** `stroke-cds series explain`: the role of every series in a folder of DICOM, and why. */
import { explainRole, ImageRefusal, openStudySeries, type OpenedSeries } from '../imaging/index.ts';
import { configuration, rulesOf } from './configuration.ts';
import { filesBelow, instancesIn } from './dicom-files.ts';
import { CommandError, EXIT } from './terminal.ts';

export interface SeriesExplainOptions {
  readonly json?: boolean;
  /** Every rule that did not hold, too. */
  readonly all?: boolean;
  /** Builds each volume and says what was done to it, or why it is none. */
  readonly build?: boolean;
  readonly config?: string;
}

/**
 * Prints no description, name or number of a patient: series are known by number, UID and geometry.
 * @returns 0, or 1 when files were left out or (with `build`) a series could not be built
 */
export async function seriesExplainCommand(
  paths: readonly string[],
  { json = false, all = false, build = false, config }: SeriesExplainOptions = {},
): Promise<number> {
  const rules = rulesOf(configuration(config));
  const { instances, refused } = await instancesIn(await filesBelow(paths));
  if (instances.length === 0) throw new CommandError(`no DICOM image in ${paths.join(', ')}`);
  let failed = 0;
  for (const studyUid of new Set(instances.map(({ header }) => header.studyUid))) {
    const study = instances.filter(({ header }) => header.studyUid === studyUid);
    for (const series of await openStudySeries(study, { rules })) {
      const built = build ? await buildText(series) : undefined;
      if (built?.ok === false) failed++;
      say(json ? JSON.stringify(asJson(series, built?.text)) : asText(series, built?.text, all));
    }
  }
  for (const [reason, count] of refused) process.stderr.write(`${count} files left out: ${reason}\n`);
  return refused.size > 0 || failed > 0 ? EXIT.problems : EXIT.ok;
}

async function buildText(series: OpenedSeries): Promise<{ ok: boolean; text: string }> {
  try {
    const { image, steps, quality = [] } = await series.load();
    const frames = 'frames' in image ? ` x ${image.frames.length} time points` : '';
    const remarks = quality.map(({ code, severity }) => `${severity}: ${code}`);
    return {
      ok: true,
      text: [`${image.size.join(' x ')}${frames}`, ...steps.map((step) => JSON.stringify(step)), ...remarks].join('; '),
    };
  } catch (error) {
    if (error instanceof ImageRefusal) return { ok: false, text: `refused (${error.code}): ${error.message}` };
    throw error;
  }
}

function asText(series: OpenedSeries, built: string | undefined, all: boolean): string {
  const decision = all ? series.decision : { ...series.decision, trials: [] };
  const lines = [explainRole(titleOf(series), decision)];
  for (const { code, severity } of series.quality) lines.push(`    ${severity}: ${code}`);
  if (built !== undefined) lines.push(`    built: ${built}`);
  return lines.join('\n');
}

function titleOf({ source, part, facts }: OpenedSeries): string {
  const { images, positions } = facts.numbers;
  const name = `series ${source.seriesUid}${part === '' ? '' : ` (${part})`}`;
  return `${name}, ${source.modality}, ${images ?? 0} images at ${positions ?? 0} positions, ${source.columns} x ${source.rows}`;
}

function asJson(
  { source, part, role, decision, facts, pixels, quality }: OpenedSeries,
  built: string | undefined,
): object {
  const { rule, reason, because, trials } = decision;
  return {
    seriesUid: source.seriesUid,
    part,
    modality: source.modality,
    role,
    rule,
    reason,
    because,
    numbers: facts.numbers,
    pixels,
    quality,
    trials,
    ...(built !== undefined && { built }),
  };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
