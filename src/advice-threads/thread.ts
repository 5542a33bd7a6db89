/** A thread that computes advice: facts, models, decisions and cards of one record at a time. It reads and writes nothing. */
import { parentPort, workerData } from 'node:worker_threads';
import { adviseOnRecord } from '../advice.ts';
import { composeAdvisorParts } from '../advisor-parts.ts';
import { canonicalText } from '../audit/canonical-text.ts';
import type { PatientImaging } from '../case/index.ts';
import type { PatientRecord } from '../fhir/record.ts';
import { openModels } from '../models.ts';
import { errorOf, type ThreadAdvice, type ThreadCommand, type ThreadOptions, type ThreadReply } from './protocol.ts';

function send(reply: ThreadReply): void {
  parentPort?.postMessage(reply);
}

interface Asked {
  readonly resolve: (imaging: PatientImaging) => void;
  readonly reject: (error: Error) => void;
}

async function serve({ config, models, hasImaging }: ThreadOptions): Promise<void> {
  const error = (details: object, message: string): void => {
    // Only what can cross: an error that is none of JavaScript's own stays here.
    const safe = 'error' in details ? { ...details, error: errorOf(details.error) } : details;
    send({ type: 'problem', details: safe, message });
  };
  // The service itself opens the same models and tells what they cannot do.
  const log = { error, warn: () => undefined };
  const { registry, predict } = await openModels(models, log);
  const parts = { ...composeAdvisorParts(config, log), ...(predict === undefined ? {} : { predict }) };
  const asked = new Map<number, Asked>();

  const imagingOf = (id: number) => (): Promise<PatientImaging> =>
    new Promise((resolve, reject) => {
      asked.set(id, { resolve, reject });
      send({ type: 'imaging-wanted', id });
    });

  const advise = async (command: Extract<ThreadCommand, { type: 'advise' }>): Promise<void> => {
    const { id, record, at, locale } = command;
    try {
      const { evaluationId, cards, isStrokeCase, degradations, ...advice } = await adviseOnRecord(
        JSON.parse(record) as PatientRecord,
        at,
        locale,
        hasImaging ? { ...parts, imagingOf: imagingOf(id) } : parts,
      );
      const answer: ThreadAdvice = { evaluationId, locale, isStrokeCase, cards, degradations };
      send({ type: 'advice', id, advice: JSON.stringify(answer), record: canonicalText(advice.record) });
    } catch (error) {
      send({ type: 'failed', id, error: errorOf(error) });
    } finally {
      asked.delete(id);
    }
  };

  parentPort?.on('message', (command: ThreadCommand) => {
    switch (command.type) {
      case 'advise':
        void advise(command);
        break;
      case 'imaging':
        asked.get(command.id)?.resolve(command.imaging);
        break;
      case 'imaging-failed':
        asked.get(command.id)?.reject(command.error);
        break;
      case 'close':
        void registry.close().finally(() => parentPort?.close());
        break;
    }
  });
  send({ type: 'ready' });
}

serve(workerData as ThreadOptions).catch((error: unknown) => {
  send({ type: 'failed-to-open', error: errorOf(error) });
  parentPort?.close();
});
