import { compose } from '../compose.ts';
import { startServer } from '../http/server.ts';
import { configuration } from './configuration.ts';
import { CommandError, EXIT } from './terminal.ts';

/** Milliseconds; a study of gigabytes over a slow line takes minutes. */
const STUDY_TIMEOUT = 30 * 60_000;

/** `stroke-cds serve`: runs until SIGTERM or SIGINT, then lets requests finish. */
export async function serveCommand(options: { config?: string }): Promise<number> {
  const config = configuration(options.config);
  const say = (text: string): void => {
    process.stderr.write(`${text}\n`);
  };
  let service;
  try {
    service = await compose(config, { onProgress: say, warm: true });
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : 'the service could not start', EXIT.unavailable);
  }
  let server;
  try {
    server = await startServer({
      app: service.app,
      host: config.host,
      port: config.port,
      grace: config.deadlines.shutdown,
      ...(config.imaging.enabled ? { requestTimeout: STUDY_TIMEOUT } : {}),
    });
  } catch (error) {
    await service.close();
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(
      code === 'EADDRINUSE'
        ? `port ${String(config.port)} of ${config.host} is taken: set STROKE_CDS_PORT to another one`
        : `cannot listen on ${config.host}:${String(config.port)} (${code ?? 'unknown error'})`,
      EXIT.unavailable,
    );
  }

  say(`stroke-cds listens on ${server.url}`);
  if (service.open) {
    say(
      '  OPEN: anybody who reaches this address gets advice. For development only; configure clients for anything else.',
    );
  }
  say(`  models: ${service.models.summary}`);
  if (service.images !== null) {
    const { dimsePort } = service.images;
    const dimse = dimsePort === null ? '' : `, C-STORE on port ${String(dimsePort)}`;
    say(`  images: STOW-RS at ${server.url}/dicom-web/studies${dimse}`);
  }
  say('  try next:');
  say(`    curl ${server.url}/cds-services        what an EHR discovers`);
  say(`    open ${server.url}/                    what runs here`);
  say('    npm run demo                                  synthetic patients, hooks called as an EHR would');
  say('    npx stroke-cds ehr-config --vendor epic       the sheet for the EHR analyst');

  // Node would print the message of an unforeseen error, which may quote the record; the logger keeps kind and place only.
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      service.logger.fatal({ error, event }, 'an unforeseen error: the process ends and is to be started again');
      process.exit(EXIT.unavailable);
    });
  }

  const signal = await new Promise<NodeJS.Signals>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  say('stopping: requests under way are finished first');
  service.announceStop();
  // Whoever types Ctrl-C has no load balancer that must notice.
  await server.close(signal === 'SIGTERM' ? config.deadlines.drain : 0);
  await service.close();
  return EXIT.ok;
}
