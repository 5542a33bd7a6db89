/** Where models lie and what they may do, from the configuration: the same for the service and the command line. */
import { join } from 'node:path';
import type { Config } from './config/index.ts';
import type { RegistryOptions } from './inference/index.ts';
import { PRODUCT_ROOT } from './product.ts';

const inProduct = (folder: string): string => join(folder.startsWith('/') ? '' : PRODUCT_ROOT, folder);

export function registryOptions(
  config: Pick<Config, 'environment' | 'modelsDirectory' | 'siteModelsDirectory' | 'modelRoles' | 'executionProviders'>,
): RegistryOptions {
  return {
    directory: inProduct(config.modelsDirectory),
    siteDirectory: config.siteModelsDirectory === null ? null : inProduct(config.siteModelsDirectory),
    roles: config.modelRoles,
    // A number from simulated patients must never reach a real one.
    refuseSimulated: config.environment === 'production',
    providers: config.executionProviders,
  };
}
