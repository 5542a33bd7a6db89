/**
 * Processor time of each stage of a hook call, over all example patients, in one process and without a network:
 *
 *   npm run build && node --import tsx test/load/stage-bench.ts [--rounds 20] [--bytes 40000]
 *
 * It runs the built files, as the service does. Add `--cpu-prof` to node for a profile of the same work.
 */
import { createHash, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type * as AuditRecord from '../../src/audit/record.ts';
import type * as Case from '../../src/case/index.ts';
import type * as CdsHooksCards from '../../src/cds-hooks/cards.ts';
import type * as CdsHooksParseRequest from '../../src/cds-hooks/parse-request.ts';
import type * as Compose from '../../src/compose.ts';
import type * as ConfigDefaults from '../../src/config/defaults.ts';
import type * as DecisionsDecide from '../../src/decisions/decide.ts';
import type * as Explanation from '../../src/explanation/index.ts';
import type * as ExplanationStoredEvaluation from '../../src/explanation/stored-evaluation.ts';
import type * as FhirAccess from '../../src/fhir/access/index.ts';
import type * as Models from '../../src/models.ts';
import type * as RegistryOptions from '../../src/registry-options.ts';
import { exampleBodies } from './example-bodies.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '20' }, bytes: { type: 'string', default: '40000' } },
});
const rounds = Number(values.rounds);
const root = fileURLToPath(new URL('../../', import.meta.url));

/** A built file with the types of its source. */
async function built(path: string): Promise<unknown> {
  return import(`${root}dist/${path}.js`);
}
const { composeAdvisorParts } = (await built('compose')) as typeof Compose;
const { openModels } = (await built('models')) as typeof Models;
const { registryOptions } = (await built('registry-options')) as typeof RegistryOptions;
const { DEFAULTS } = (await built('config/defaults')) as typeof ConfigDefaults;
const { collectRecord } = (await built('fhir/access/index')) as typeof FhirAccess;
const { parseHookRequest } = (await built('cds-hooks/parse-request')) as typeof CdsHooksParseRequest;
const { decide } = (await built('decisions/decide')) as typeof DecisionsDecide;
const { explain } = (await built('explanation/index')) as typeof Explanation;
const { storeEvaluation } = (await built('explanation/stored-evaluation')) as typeof ExplanationStoredEvaluation;
const { assembleCards } = (await built('cds-hooks/cards')) as typeof CdsHooksCards;
const { prepare, link, GENESIS } = (await built('audit/record')) as typeof AuditRecord;
const { instantFromEpoch } = (await built('case/index')) as typeof Case;

const logger = {
  error: (details: object, message: string): void => {
    process.stderr.write(`${message} ${JSON.stringify(details)}\n`);
  },
  warn: (): void => undefined,
};
const parts = composeAdvisorParts(DEFAULTS, logger);
const { registry, predict } = await openModels(
  registryOptions({ ...DEFAULTS, modelRoles: {}, executionProviders: ['cpu'] }),
  logger,
);
const now = Date.now();
const bodies = await exampleBodies(root, parts.prefetch, { at: now, bytes: Number(values.bytes) });
const client = { id: 'bench', smartLaunchUrl: 'https://app.example.org/launch' } as never;

const spent = new Map<string, number>();
const order: string[] = [];

/** Runs a stage over every input and adds its processor time. */
async function stage<I, O>(
  name: string,
  inputs: readonly I[],
  run: (input: I, i: number) => O | Promise<O>,
): Promise<O[]> {
  const outputs: O[] = [];
  const before = process.cpuUsage();
  for (let i = 0; i < inputs.length; i += 1) {
    const output = run(inputs[i] as I, i);
    outputs.push(output instanceof Promise ? await output : output);
  }
  const { user, system } = process.cpuUsage(before);
  if (!spent.has(name)) order.push(name);
  spent.set(name, (spent.get(name) ?? 0) + user + system);
  return outputs;
}

const buffers = bodies.map(({ body }) => Buffer.from(body));

async function round(): Promise<void> {
  const at = instantFromEpoch(Date.now());
  const { policy, content, version, toCase, codes } = parts;
  const parsed = await stage('hash and parse the body', buffers, (raw) => {
    createHash('sha256').update(raw).digest('hex');
    return JSON.parse(raw.toString('utf8')) as unknown;
  });
  const requests = await stage('check the request', parsed, (body) => parseHookRequest(body, ['patient-view']));
  const records = await stage('collect the record', requests, (request, i) => {
    const { patientId = '', encounterId } = bodies[i]?.context ?? {};
    return collectRecord({ patientId, encounterId, prefetch: request.prefetch, drafts: [] }, { codes });
  });
  const cases = await stage('facts', records, (record) => toCase(record, at));
  const predictions = await stage('predictions', cases, (stroke) =>
    stroke.indications.length === 0 ? undefined : predict?.(stroke),
  );
  const decisions = await stage('decisions', cases, (stroke, i) => {
    const predicted = predictions[i];
    return decide(stroke, at, policy, predicted === undefined ? {} : { predictions: predicted });
  });
  const drafts = await stage('cards', decisions, (decided, i) => {
    const stroke = cases[i];
    if (decided === null || stroke === undefined) return [];
    return explain(decided, stroke, at, policy, content, 'en', { version });
  });
  const stored = await stage('record of the evaluation', decisions, (decided, i) => {
    const stroke = cases[i];
    if (stroke === undefined) throw new Error('a case for every decision');
    return storeEvaluation(stroke, decided, at, policy, { service: version, content: content.version }, predictions[i]);
  });
  const assembled = await stage('assemble and check the cards', drafts, (cards, i) => {
    const evaluationId = randomUUID();
    const advice = { evaluationId, cards, locale: 'en', record: stored[i], degradations: [] };
    return assembleCards(advice, { client, publicBaseUrl: 'https://cds.example.org' }, 'drop');
  });
  await stage('write the answer', assembled, ({ cards }) => Buffer.from(JSON.stringify({ cards })));
  const prepared = await stage('canonical audit text', stored, (record, i) =>
    prepare(
      { kind: 'invocation', payload: { record, cards: assembled[i]?.sent }, evaluationId: null, hookInstance: null },
      new Date(at),
    ),
  );
  const linked = await stage('hash of the audit link', prepared, (entry) => link([entry], GENESIS));
  bytes = linked.reduce((sum, [raw]) => sum + (raw?.payload.length ?? 0), 0) / linked.length;
}
let bytes = 0;

// Compiled code is what a service runs.
for (let i = 0; i < 15; i += 1) await round();
spent.clear();
order.length = 0;
for (let i = 0; i < rounds; i += 1) await round();
let total = 0;
process.stdout.write(
  `${String(bodies.length)} patients, ${String(rounds)} rounds; processor time of a call, all threads\n`,
);
for (const name of order) {
  const milliseconds = (spent.get(name) ?? 0) / 1000 / rounds / bodies.length;
  total += milliseconds;
  process.stdout.write(`  ${name.padEnd(32)}${milliseconds.toFixed(3).padStart(8)} ms\n`);
}
process.stdout.write(`  ${'together'.padEnd(32)}${total.toFixed(3).padStart(8)} ms\n`);
process.stdout.write(`  ${'audit payload'.padEnd(32)}${(bytes / 1000).toFixed(1).padStart(8)} kB\n`);
await registry.close();
