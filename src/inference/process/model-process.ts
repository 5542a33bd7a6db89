/**
 * The process that holds models: loads each once, runs one request at a time, and ends with its parent. It is killed
 * when a run lasts too long: nothing in here can stop a run that is under way.
 */
import '../no-telemetry.ts';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { Tensor as OnnxTensor, type InferenceSession } from 'onnxruntime-node';
import { compareTensors } from '../compare-tensors.ts';
import type { Tensor } from '../engine.ts';
import { loadSession } from '../execution-providers.ts';
import { DATATYPES, datatypeOf } from '../tensors.ts';
import type { LoadCommand, ProcessCommand, ProcessReply, RunCommand } from './protocol.ts';

const sessions = new Map<string, InferenceSession>();

/**
 * 'disconnect' is heard between runs only. A parent that is killed during one leaves this process computing for
 * nobody, so a thread, which a run does not block, looks whether the parent is still there.
 */
const WATCH = `
  const { workerData } = require('node:worker_threads');
  setInterval(() => {
    if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL');
  }, 250);`;

function endWithParent(): void {
  process.once('disconnect', () => {
    process.exit(0);
  });
  new Worker(WATCH, { eval: true, workerData: Number(process.argv[2]), execArgv: [] }).unref();
}

const reasonOf = (error: unknown): string =>
  (error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown').slice(0, 300);

/** The bytes that are checked are the bytes that are loaded. */
async function load(command: LoadCommand): Promise<ProcessReply> {
  const { id, manifest, file, digest, providers, settings } = command;
  const refuse = (refused: boolean, reason: string): ProcessReply => ({ type: 'not-loaded', id, refused, reason });
  let graph: Uint8Array;
  try {
    graph = await readFile(file);
  } catch (error) {
    return refuse(true, `its graph cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
  if (createHash('sha256').update(graph).digest('hex') !== digest) {
    return refuse(true, 'its graph differs from its digest');
  }
  try {
    const { session, provider, failed } = await loadSession(graph, providers, settings);
    const differences = compareTensors(manifest, session);
    if (differences.length > 0) {
      await session.release();
      return refuse(true, `its graph is not as declared: ${differences.join('; ')}`);
    }
    sessions.set(manifest.name, session);
    return { type: 'loaded', id, provider, failed };
  } catch (error) {
    return refuse(false, reasonOf(error));
  }
}

function answerOf(name: string, { type, dims, data }: OnnxTensor): Tensor {
  const datatype = datatypeOf(type);
  if (datatype === undefined || !ArrayBuffer.isView(data)) throw new Error(`the output '${name}' is ${type}`);
  const { array, holds } = DATATYPES[datatype];
  // Newer versions of Node show 16-bit floats as numbers; here they are bits.
  const plain = holds(data)
    ? (data as Tensor['data'])
    : new array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) as ArrayBuffer);
  return { name, datatype, shape: [...dims], data: plain };
}

async function run({ id, model, inputs, outputs }: RunCommand): Promise<ProcessReply> {
  const session = sessions.get(model);
  if (session === undefined) return { type: 'failure', id, reason: `${model} is not loaded` };
  const started = performance.now();
  try {
    const feeds = Object.fromEntries(
      inputs.map(({ name, datatype, shape, data }) => [name, new OnnxTensor(DATATYPES[datatype].onnx, data, shape)]),
    );
    const results = await session.run(feeds, [...outputs]);
    const answers = outputs.map((name) => {
      const result = results[name];
      if (!(result instanceof OnnxTensor)) throw new Error(`the output '${name}' is no tensor`);
      return answerOf(name, result);
    });
    return { type: 'answer', id, outputs: answers, milliseconds: performance.now() - started };
  } catch (error) {
    return { type: 'failure', id, reason: reasonOf(error) };
  }
}

endWithParent();
let last: Promise<void> = Promise.resolve();
process.on('message', (command: ProcessCommand) => {
  last = last.then(async () => {
    const reply = await (command.type === 'load' ? load(command) : run(command));
    process.send?.(reply);
  });
});
