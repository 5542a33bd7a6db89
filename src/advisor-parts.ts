/**
 * The parts of the main flow that need no database, client or network: content, code sets and the rules of the site. The
 * service, its threads and offline evaluation use the same.
 */
import { join } from 'node:path';
import type { AdvisorParts } from './advice.ts';
import type { Config } from './config/index.ts';
import { loadCardContent } from './explanation/content/load.ts';
import { prefetchTemplates } from './fhir/access/index.ts';
import { buildStrokeCase } from './fhir/facts/build-stroke-case.ts';
import { observationCodes } from './fhir/facts/observation-codes.ts';
import { loadTerminology } from './fhir/terminology/load-terminology.ts';
import { PRODUCT_ROOT, VERSION } from './product.ts';

/** Folder of the configuration, relative to the product when it is not absolute. */
export function contentFolder(folder: string): string {
  return join(folder.startsWith('/') ? '' : PRODUCT_ROOT, folder);
}

/** @param log is told of each decision that threw */
export function composeAdvisorParts(
  config: Pick<Config, 'site' | 'contentDirectory' | 'fhirResourcesDirectory'>,
  log: { readonly error: (details: object, message: string) => void },
): Omit<AdvisorParts, 'readRecord' | 'clock' | 'defaultLocale' | 'locales'> & {
  readonly prefetch: Readonly<Record<string, string>>;
} & {
  readonly codes: ReturnType<typeof observationCodes>;
} {
  const terminology = loadTerminology(join(contentFolder(config.fhirResourcesDirectory), 'valuesets'));
  const codes = observationCodes(terminology);
  const { timeZone, thrombectomyAccess } = config.site;
  return {
    policy: config.site,
    content: loadCardContent(contentFolder(config.contentDirectory)),
    version: VERSION,
    codes,
    prefetch: prefetchTemplates(codes),
    toCase: (record, at) => buildStrokeCase(record, { at, timeZone, terminology, thrombectomyAccess }),
    onDecisionError: (decision, error) => {
      log.error({ decision, error }, 'a decision could not be evaluated; the other statements stand');
    },
  };
}
