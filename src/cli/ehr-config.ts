import { join } from 'node:path';
import { DEFAULT_ALGORITHMS, OVERRIDE_REASONS, TOPIC_SYSTEM, TOPICS } from '../cds-hooks/index.ts';
import { EHR_VENDORS, ehrConfigurationSheet, type EhrVendor } from '../cds-hooks/ehr-configuration-sheet.ts';
import { contentFolder } from '../advisor-parts.ts';
import { describeHookService } from '../compose.ts';
import { prefetchTemplates } from '../fhir/access/index.ts';
import { observationCodes } from '../fhir/facts/observation-codes.ts';
import { loadTerminology } from '../fhir/terminology/load-terminology.ts';
import { configuration } from './configuration.ts';
import { CommandError, EXIT } from './terminal.ts';

/** `stroke-cds ehr-config`: Markdown on standard output. */
export function ehrConfigCommand(options: { config?: string; vendor: string }): number {
  const vendor = EHR_VENDORS.find((known): known is EhrVendor => known === options.vendor);
  if (vendor === undefined) throw new CommandError(`--vendor is one of ${EHR_VENDORS.join(', ')}`);
  const config = configuration(options.config);
  const terminology = loadTerminology(join(contentFolder(config.fhirResourcesDirectory), 'valuesets'));
  process.stdout.write(
    ehrConfigurationSheet(
      {
        publicBaseUrl: config.publicBaseUrl,
        services: [describeHookService(prefetchTemplates(observationCodes(terminology)))],
        overrideReasons: OVERRIDE_REASONS.map(({ system, code, display }) => ({ system, code, display: display.en })),
        topicSystem: TOPIC_SYSTEM,
        topics: Object.values(TOPICS).map(({ code, en }) => `${code}: ${en}`),
        algorithms: DEFAULT_ALGORITHMS,
      },
      vendor,
    ),
  );
  return EXIT.ok;
}
