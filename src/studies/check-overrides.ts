/** What of a reviewer's choices cannot be meant: found on the images that are held, before anything is kept. */
import { storedInstances } from '../analysis/stored-instances.ts';
import type { QualityRemark } from '../case/index.ts';
import type { FolderStore } from '../imaging/ingest/index.ts';
import type { Pipeline } from '../imaging/pipelines/pipeline.ts';
import { applicable } from '../imaging/pipelines/run-pipelines.ts';
import { openStudySeries } from '../imaging/series/open-study-series.ts';
import type { RoleRule } from '../imaging/series/rule.ts';
import type { Database } from '../storage/index.ts';
import { imagesOf } from './prior-studies.ts';

export interface OverrideProblems {
  /** Overrides that no pipeline reads on these images, with what one that reads them needs. */
  readonly unread: readonly { readonly name: string; readonly needs: string }[];
  /** What pipelines say of the others. */
  readonly remarks: readonly QualityRemark[];
}

/** @throws ImageRefusal for images that cannot be read or built */
export type CheckOverrides = (
  studyUid: string,
  overrides: Readonly<Record<string, unknown>>,
) => Promise<OverrideProblems>;

export interface CheckParts {
  readonly database: Database;
  readonly images: Pick<FolderStore, 'read'>;
  /** Those that the site runs. */
  readonly pipelines: readonly Pipeline[];
  readonly rules: readonly RoleRule[];
  /** IANA zone of acquisition times without one. */
  readonly zone: string;
}

/** Reads and builds the series that a pipeline is asked about: seconds for a perfusion study. */
export function overrideCheck({ database, images, pipelines, rules, zone }: CheckParts): CheckOverrides {
  return async (studyUid, overrides) => {
    const names = Object.keys(overrides);
    if (names.length === 0) return { unread: [], remarks: [] };
    const paths = (await imagesOf(database, studyUid)).map(({ path }) => path);
    const series = await openStudySeries(await storedInstances(paths, images), { zone, rules });
    const readers = applicable(pipelines, { series }).filter((pipeline) => readsAny(pipeline, names));
    const unread = names
      .filter((name) => !readers.some((pipeline) => readsAny(pipeline, [name])))
      .map((name) => ({ name, needs: needsOf(pipelines, name) }));
    const remarks: QualityRemark[] = [];
    for (const { checkOverrides } of readers) {
      remarks.push(...((await checkOverrides?.({ series, lastKnownWell: null, overrides })) ?? []));
    }
    return { unread, remarks };
  };
}

const readsAny = ({ overrides = [] }: Pipeline, names: readonly string[]): boolean =>
  overrides.some((name) => names.includes(name));

const needsOf = (pipelines: readonly Pipeline[], name: string): string =>
  pipelines.find((pipeline) => readsAny(pipeline, [name]))?.needs ?? 'a pipeline that is switched on';
