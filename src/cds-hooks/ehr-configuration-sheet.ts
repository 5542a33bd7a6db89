/**
 * What an EHR analyst needs to enter by hand: Epic does not fetch discovery, Oracle registers services manually.
 * Made from the same service description that discovery answers with, so the two cannot drift apart.
 */
import type { HookService } from './hook-service.ts';

export interface SheetInput {
  readonly publicBaseUrl: string;
  readonly services: readonly Pick<
    HookService,
    'id' | 'hooks' | 'title' | 'description' | 'usageRequirements' | 'prefetch'
  >[];
  readonly overrideReasons: readonly { readonly system: string; readonly code: string; readonly display: string }[];
  readonly topicSystem: string;
  readonly topics: readonly string[];
  readonly algorithms: readonly string[];
}

export const EHR_VENDORS = ['epic', 'oracle', 'generic'] as const;
export type EhrVendor = (typeof EHR_VENDORS)[number];

/** Hooks that a vendor is known to fire; the others are left out of its sheet. */
const SUPPORTED_HOOKS: Readonly<Record<EhrVendor, readonly string[] | 'all'>> = {
  epic: ['patient-view', 'order-select', 'order-sign'],
  oracle: ['patient-view'],
  generic: 'all',
};

const VENDOR_NOTES: Readonly<Record<EhrVendor, readonly string[]>> = {
  epic: [
    'Epic does not fetch discovery: enter every prefetch template below in the LPA/BPA record by hand.',
    'The endpoint URI must match the registration exactly, or the hook fires without data.',
    'Admission and discharge arrive as patient-view with the trigger actions 26 and 27; they need no service of their own.',
    'Cards use selectionBehavior "any" and one action per suggestion; action.description is the text that the user reads.',
    'Map each override reason to a site acknowledgement reason.',
    'Epic signs with RS384 and a lifetime of 15 minutes, nbf five minutes back: set maxTokenLifetimeSeconds to 1500 in the trust record.',
  ],
  oracle: [
    'Registration is manual: give hook, title, URL, description and an owner contact to the vendor; it is enabled per client and role.',
    'Issuer https://cds-hooks.cerner.com and keys at https://authorization.cerner.com/jwk were in use when this was written: confirm both.',
  ],
  generic: ['The EHR may read everything below from discovery.'],
};

/** SMART v2 scopes needed for a set of prefetch templates: read and search of each resource type, nothing else. */
export function requiredScopes(prefetch: Readonly<Record<string, string>>): string[] {
  const types = new Set(Object.values(prefetch).flatMap((template) => /^[A-Z][A-Za-z]+/.exec(template) ?? []));
  return [...types].sort().map((type) => `user/${type}.rs`);
}

/** The sheet as Markdown. */
export function ehrConfigurationSheet(input: SheetInput, vendor: EhrVendor): string {
  const supported = SUPPORTED_HOOKS[vendor];
  const base = input.publicBaseUrl.replace(/\/$/, '');
  const services = input.services.flatMap((service) =>
    service.hooks
      .filter((hook) => supported === 'all' || supported.includes(hook))
      .map((hook) => ({ service, hook, url: `${base}/cds-services/${service.id}` })),
  );
  const unique = [...new Map(services.map(({ service }) => [service.id, service])).values()];
  const lines = [
    `# EHR configuration: ${vendor}`,
    '',
    ...VENDOR_NOTES[vendor].map((note) => `- ${note}`),
    '',
    '## Services',
    '',
    '| hook | endpoint | id | title |',
    '| --- | --- | --- | --- |',
    ...services.map(({ service, hook, url }) => `| ${hook} | ${url} | ${service.id} | ${service.title} |`),
    '',
    `Discovery: ${base}/cds-services. Feedback: the endpoint followed by /feedback.`,
  ];
  for (const service of unique) {
    lines.push(
      '',
      `## Prefetch of ${service.id}`,
      '',
      service.usageRequirements,
      '',
      '| key | template |',
      '| --- | --- |',
      ...Object.entries(service.prefetch).map(
        ([key, template]) => `| ${key} | \`${template.replaceAll('|', '\\|')}\` |`,
      ),
      '',
      'Scopes of the access token that goes with the request (used only for keys that the prefetch does not satisfy):',
      '',
      '```',
      ...requiredScopes(service.prefetch),
      '```',
    );
  }
  lines.push(
    '',
    '## Client authentication',
    '',
    '| claim | value |',
    '| --- | --- |',
    `| alg | ${input.algorithms.join(' or ')} |`,
    '| aud | exactly the endpoint that is called (discovery, service or feedback) |',
    '| iss, jku | as agreed; both are entered in the trust record of the service (clients[] of its configuration) |',
    '| exp, iat, jti | required; each jti is accepted once |',
    '',
    '## Topics (for lockout and reporting)',
    '',
    `System ${input.topicSystem}`,
    '',
    ...input.topics.map((topic) => `- ${topic}`),
    '',
    '## Override reasons',
    '',
    '| system | code | display |',
    '| --- | --- | --- |',
    ...input.overrideReasons.map(({ system, code, display }) => `| ${system} | ${code} | ${display} |`),
    '',
  );
  return lines.join('\n');
}
