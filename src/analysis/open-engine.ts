/** The engine that the settings ask for: child processes on this machine, a KServe v2 server, or the server with a way out. */
import {
  createFallbackEngine,
  createKserveEngine,
  createProcessEngine,
  openModelRegistry,
  type InferenceEngine,
} from '../inference/index.ts';
import type { EngineSettings } from './engine-settings.ts';

/** @throws when the models cannot be read */
export async function openEngine(settings: EngineSettings): Promise<InferenceEngine> {
  const { registry, providers, threads, server } = settings;
  const models = await openModelRegistry(registry);
  const here = createProcessEngine({ models: models.imaging, providers, settings: { threads } });
  const engine = server === null ? here : onServer(server, settings, models.imaging, here);
  return {
    infer: engine.infer,
    close: async () => {
      await engine.close();
      await here.close();
      await models.close();
    },
  };
}

function onServer(
  { url, fallBackToCpu, versions }: NonNullable<EngineSettings['server']>,
  { serverAuthorization }: EngineSettings,
  models: Parameters<typeof createProcessEngine>[0]['models'],
  here: InferenceEngine,
): InferenceEngine {
  const remote = createKserveEngine({
    url,
    manifests: models.map(({ manifest }) => manifest),
    remote: Object.fromEntries(Object.entries(versions).map(([name, version]) => [name, { name, version }])),
    ...(serverAuthorization === null ? {} : { authorization: () => serverAuthorization }),
  });
  return fallBackToCpu ? createFallbackEngine(remote, here) : remote;
}
