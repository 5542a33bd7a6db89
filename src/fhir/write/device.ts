/** The software that wrote a resource, contained in it: no server needs to know it beforehand. */
import type { Device, DeviceVersion } from 'fhir/r4.js';
import type { Software } from './outgoing-result.ts';

export const DEVICE = { reference: '#device' } as const;

/** @param parts what ran inside of it */
export function deviceOf({ manufacturer, name, version }: Software, parts: readonly DeviceVersion[] = []): Device {
  return {
    resourceType: 'Device',
    id: 'device',
    manufacturer,
    deviceName: [{ name, type: 'model-name' }],
    version: [{ type: { text: 'software' }, value: version }, ...parts],
  };
}
