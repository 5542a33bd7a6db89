/** What the inference engine of the analysis needs to know: where the models are, on what they run. */
import type { Provider, RegistryOptions } from '../inference/index.ts';

export interface EngineSettings {
  readonly registry: RegistryOptions;
  readonly providers: readonly Provider[];
  readonly threads: number;
  /** Value of the Authorization header for the server; null sends none. */
  readonly serverAuthorization: string | null;
  /** A KServe v2 server that runs the models instead. */
  readonly server: {
    readonly url: string;
    readonly fallBackToCpu: boolean;
    readonly versions: Readonly<Record<string, string>>;
  } | null;
}
