/** The engine that the settings ask for: child processes on this machine, a KServe v2 server, or the server with a way out. */
import { createProcessEngine, openModelRegistry, type InferenceEngine } from '../inference/index.ts';
import type { EngineSettings } from './engine-settings.ts';

/** @throws when the models cannot be read */
export async function openEngine({ registry, providers, threads }: EngineSettings): Promise<InferenceEngine> {
  const models = await openModelRegistry(registry);
  const imaging = models.reports.flatMap(({ name }) => {
    const model = models.get(name);
    return model?.manifest.kind === 'imaging' ? [model] : [];
  });
  const engine = createProcessEngine({ models: imaging, providers, settings: { threads } });
  return {
    infer: engine.infer,
    close: async () => {
      await engine.close();
      await models.close();
    },
  };
}
