import { isAbsolute, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PRODUCT_ROOT } from '../src/product.ts';
import { registryOptions } from '../src/registry-options.ts';

const config = {
  environment: 'development',
  modelsDirectory: 'models',
  siteModelsDirectory: null,
  modelRoles: {},
  executionProviders: ['cpu'],
} as const;

describe('models from the configuration', () => {
  it('lie in the product unless the folder is absolute', () => {
    expect(registryOptions(config)).toMatchObject({ directory: join(PRODUCT_ROOT, 'models'), siteDirectory: null });
    expect(registryOptions({ ...config, siteModelsDirectory: '/var/lib/models' }).siteDirectory).toBe(
      '/var/lib/models',
    );
    expect(isAbsolute(registryOptions({ ...config, siteModelsDirectory: 'ours' }).siteDirectory ?? '')).toBe(true);
  });

  it('of simulated data are refused as active in production, and only there', () => {
    expect(registryOptions(config).refuseSimulated).toBe(false);
    expect(registryOptions({ ...config, environment: 'production' }).refuseSimulated).toBe(true);
  });
});
