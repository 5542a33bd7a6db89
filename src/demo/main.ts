/**
 * `npm run demo`: the main job on real input. A FHIR server in this process holds the example patients; the service is
 * called as an EHR calls it, signed tokens and all, with prefetch and without; the cards are printed as they would be read.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import type { Bundle } from 'fhir/r4.js';
import { printCards } from '../cli/print-cards.ts';
import { compose, describeHookService } from '../compose.ts';
import { loadConfig } from '../config/index.ts';
import { resourcesOf } from '../fhir/offline-records.ts';
import { startServer } from '../http/server.ts';
import { PRODUCT_ROOT } from '../product.ts';
import { callHook, createEhrKeys, runPrefetch, type HookAnswer } from './ehr.ts';
import { startFhirServer } from './fhir-server.ts';
import { moveBundle } from './move-bundle.ts';

const ISSUER = 'https://ehr.example.org/fhir';
const TOKEN = 'demo-access-token';

const { values: options } = parseArgs({
  options: {
    patient: { type: 'string' },
    locale: { type: 'string', default: 'en' },
    brief: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (options.help) {
  process.stdout.write(`npm run demo -- [options]
  --patient <id>   one example patient only (ids: fhir-resources/examples/stories.json)
  --locale zh-CN   cards in Simplified Chinese
  --brief          summaries only
  --keep           leave the service running afterwards, to open the basis pages
`);
  process.exit(0);
}

const say = (text = ''): void => {
  process.stdout.write(`${text}\n`);
};

interface Story {
  readonly file: string;
  readonly story: string;
}

const examples = join(PRODUCT_ROOT, 'fhir-resources', 'examples');
const stories = (JSON.parse(readFileSync(join(examples, 'stories.json'), 'utf8')) as Story[]).filter(
  ({ file }) => options.patient === undefined || file === `${options.patient}.json`,
);
if (stories.length === 0) {
  process.stderr.write(`there is no example patient ${String(options.patient)}\n`);
  process.exit(2);
}

const fhir = await startFhirServer({ token: TOKEN });
for (const { file } of stories) {
  const bundle = JSON.parse(readFileSync(join(examples, file), 'utf8')) as Bundle;
  fhir.load(moveBundle(bundle, Date.now()));
}

const synthea = join(PRODUCT_ROOT, '..', 'shared', 'data', 'synthea-r4-stroke');
const syntheaPatients: string[] = [];
if (options.patient === undefined && existsSync(synthea)) {
  for (const name of readdirSync(synthea).filter((n) => n.endsWith('.json.gz'))) {
    const resources = resourcesOf(JSON.parse(gunzipSync(readFileSync(join(synthea, name))).toString('utf8')));
    fhir.load({ resourceType: 'Bundle', type: 'collection', entry: resources.map((resource) => ({ resource })) });
    syntheaPatients.push(
      ...resources.flatMap((r) => (r.resourceType === 'Patient' && r.id !== undefined ? [r.id] : [])),
    );
  }
}

const keys = await createEhrKeys('ES384');
const directory = mkdtempSync(join(tmpdir(), 'stroke-cds-demo-'));
const address = await freeAddress();
const configuration = loadConfig(
  {},
  {
    name: 'demo',
    text: JSON.stringify({
      port: address.port,
      publicBaseUrl: address.url,
      logLevel: 'warn',
      allowInsecureHttp: true,
      database: { kind: 'embedded', directory: join(directory, 'database') },
      site: { thrombectomyAccess: true },
      clients: [
        {
          id: 'demo-ehr',
          issuer: ISSUER,
          keys: { jwks: { keys: [keys.publicJwk] } },
          algorithms: ['ES384'],
          fhirServers: [fhir.url],
        },
      ],
    }),
  },
);
if ('problems' in configuration) throw new Error(JSON.stringify(configuration.problems));

say(
  `FHIR R4 server on ${fhir.url}: ${String(stories.length)} example patients${
    syntheaPatients.length > 0 ? `, ${String(syntheaPatients.length)} Synthea patients` : ''
  }`,
);
const service = await compose(configuration.config, {
  onProgress: (message) => {
    say(`  ${message}`);
  },
});
const server = await startServer({ app: service.app, host: '127.0.0.1', port: address.port });
say(`service on ${server.url}, one trusted client, ES384 tokens`);

const discovered = (await (await fetch(`${server.url}/cds-services`)).json()) as {
  services: { id: string; hook: string; prefetch: Record<string, string> }[];
};
const patientView = discovered.services.find(({ hook }) => hook === 'patient-view');
if (patientView === undefined) throw new Error(`${describeHookService({}).id} offers no patient-view`);
const url = `${server.url}/cds-services/${patientView.id}`;

async function open(patientId: string, withPrefetch: boolean): Promise<HookAnswer> {
  const context = { userId: 'Practitioner/demo', patientId, encounterId: patientId };
  const prefetch = withPrefetch ? await runPrefetch(patientView?.prefetch ?? {}, context, fhir.url, TOKEN) : undefined;
  return callHook(keys, ISSUER, {
    url,
    hook: 'patient-view',
    context,
    ...(prefetch === undefined ? {} : { prefetch }),
    fhirServer: fhir.url,
    accessToken: TOKEN,
    acceptLanguage: options.locale,
  });
}

const summaries = (answer: HookAnswer): string =>
  ((answer.body as { cards?: { summary: string }[] } | undefined)?.cards ?? []).map((c) => c.summary).join('\n');

for (const { file, story } of stories) {
  const patientId = file.replace(/\.json$/, '');
  say();
  say('─'.repeat(120));
  say(`${patientId}: ${story}`);
  const prefetched = await open(patientId, true);
  const read = await open(patientId, false);
  say(
    `  with prefetch: HTTP ${String(prefetched.status)} in ${prefetched.milliseconds.toFixed(0)} ms;  ` +
      `reading by itself: HTTP ${String(read.status)} in ${read.milliseconds.toFixed(0)} ms, ` +
      (summaries(prefetched) === summaries(read) ? 'the same cards' : 'OTHER CARDS'),
  );
  say();
  say(printCards(prefetched.body, { color: process.stdout.isTTY, brief: options.brief }));
}

if (options.patient === undefined) {
  say('─'.repeat(120));
  say('When the laboratory of the EHR is down, its statements are unknown and the rest stands:');
  fhir.setFault('Observation', { status: 503 });
  say(
    printCards((await open('early-large-vessel-occlusion', false)).body, { color: process.stdout.isTTY, brief: true }),
  );
  fhir.setFault('Observation', null);

  if (syntheaPatients.length > 0) {
    const answers = await Promise.all(syntheaPatients.map((id) => open(id, true)));
    const withCards = answers.filter((answer) => summaries(answer) !== '').length;
    say(
      `${String(syntheaPatients.length)} Synthea patients, who have had a stroke at some time in their lives: ` +
        `${String(withCards)} with cards (nothing in the others points to an acute stroke)`,
    );
  }
  const stranger = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
  say(`a caller without a token: HTTP ${String(stranger.status)}`);
}

if (options.keep) {
  say(`\nThe service keeps running on ${server.url}; Ctrl-C ends it.`);
  await new Promise<void>((resolve) => process.once('SIGINT', resolve));
}
await server.close();
await service.close();
await fhir.close();
rmSync(directory, { recursive: true, force: true });

/** The address has to be known before the service is built: tokens are checked against it. */
async function freeAddress(): Promise<{ url: string; port: number }> {
  const probe = await startServer({ app: (_req, res) => res.end(), host: '127.0.0.1', port: 0 });
  await probe.close();
  return { url: probe.url, port: probe.port };
}
