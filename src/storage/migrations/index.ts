/** Migrations in order. A published one is never edited: add the next. */
import type { Migration } from 'kysely';
import { initial } from './0001-initial.ts';
import { jobs } from './0002-jobs.ts';
import { images } from './0003-images.ts';
import { findings } from './0004-findings.ts';
import { resultFiles } from './0005-result-files.ts';
import { unclearPatients } from './0009-unclear-patients.ts';
import { analysisOverrides } from './0010-analysis-overrides.ts';
import { imageFolder } from './0011-image-folder.ts';
import { findingFeatures } from './0012-finding-features.ts';
import { uncompressedPayload } from './0013-uncompressed-payload.ts';

export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-initial': initial,
  '0002-jobs': jobs,
  '0003-images': images,
  '0004-findings': findings,
  '0005-result-files': resultFiles,
  '0009-unclear-patients': unclearPatients,
  '0010-analysis-overrides': analysisOverrides,
  '0011-image-folder': imageFolder,
  '0012-finding-features': findingFeatures,
  '0013-uncompressed-payload': uncompressedPayload,
};
