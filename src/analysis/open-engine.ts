/** The engine that the settings ask for: child processes on this machine, a KServe v2 server, or the server with a way out. */
import {
  createFallbackEngine,
  createKserveEngine,
  createProcessEngine,
  openModelRegistry,
  type InferenceEngine,
  type InstalledModel,
  type KserveEngine,
} from '../inference/index.ts';
import type { PipelineContext } from '../imaging/pipelines/pipeline.ts';
import type { EngineSettings } from './engine-settings.ts';
import type { EngineModel } from './protocol.ts';

export interface OpenedEngine extends InferenceEngine {
  /** Names of the imaging models that are in use here. */
  readonly networks: readonly string[];
  /** Identity, thresholds and detection floors of them. */
  readonly figuresOf: NonNullable<PipelineContext['figuresOf']>;
  /** Loads every model, so that it is known where each runs; a model that does not load is told, not thrown. */
  readonly warmUp: () => Promise<readonly EngineModel[]>;
}

/** @throws when the models cannot be read */
export async function openEngine(settings: EngineSettings): Promise<OpenedEngine> {
  const { registry, providers, threads, server } = settings;
  const models = await openModelRegistry(registry);
  const here = createProcessEngine({ models: models.imaging, providers, settings: { threads } });
  const remote = server === null ? null : onServer(server, settings, models.imaging);
  const engine = remote === null ? here : server?.fallBackToCpu === true ? createFallbackEngine(remote, here) : remote;
  const onThisMachine = async (): Promise<readonly EngineModel[]> => {
    await here.warmUp().catch(() => undefined);
    return here.status().models.map(({ name, version, ranOn, problem }) => ({ name, version, ranOn, problem }));
  };
  const onTheServer = async (kserve: KserveEngine): Promise<readonly EngineModel[]> => {
    const reached = await kserve.check().then(
      () => true,
      () => false,
    );
    const { host, models: known } = kserve.status();
    return known.map(({ name, remote: { version }, problem }) => ({
      name,
      version: version ?? 'as served',
      ranOn: reached ? `kserve:${host}` : null,
      problem: reached ? problem : (problem ?? 'the server does not answer'),
    }));
  };
  return {
    infer: engine.infer,
    networks: models.imaging.map(({ manifest }) => manifest.name),
    figuresOf: (network) => {
      const model = models.imaging.find(({ manifest }) => manifest.name === network);
      if (model === undefined) return undefined;
      const { version, thresholds = [], detectionFloor = [] } = model.manifest;
      return {
        identity: [version, model.report.digest, ...(server === null ? [] : ['served', server.versions[network]])].join(
          ' ',
        ),
        thresholds: Object.fromEntries(thresholds.map(({ name, value }) => [name, value])),
        detectionFloors: Object.fromEntries(detectionFloor.map(({ finding, value }) => [finding, value])),
      };
    },
    warmUp: () => (remote === null ? onThisMachine() : onTheServer(remote)),
    close: async () => {
      await engine.close();
      await here.close();
      await models.close();
    },
  };
}

function onServer(
  { url, versions }: NonNullable<EngineSettings['server']>,
  { serverAuthorization }: EngineSettings,
  models: readonly InstalledModel[],
): KserveEngine {
  return createKserveEngine({
    url,
    manifests: models.map(({ manifest }) => manifest),
    remote: Object.fromEntries(Object.entries(versions).map(([name, version]) => [name, { name, version }])),
    ...(serverAuthorization === null ? {} : { authorization: () => serverAuthorization }),
  });
}
