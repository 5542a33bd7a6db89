/** Who speaks in a document of ours, and in which language: the same in every one. */
import { uidOf } from '../identifiers.ts';
import { dcm, type Code } from './codes.ts';
import { coded, text, uidReference, type ContentItem } from './content-item.ts';
import type { Device } from './report-context.ts';

/** TID 1204 */
export function language(): ContentItem {
  const english: Code = { value: 'en-US', scheme: 'RFC5646', meaning: 'English (United States)' };
  return coded('HAS CONCEPT MOD', dcm('121049', 'Language of Content Item and Descendants'), english);
}

/** TID 1002 and 1004 */
export function observer(device: Device): readonly ContentItem[] {
  const uid = uidOf('device', device.manufacturer, device.modelName, device.serialNumber);
  return [
    coded('HAS OBS CONTEXT', dcm('121005', 'Observer Type'), dcm('121007', 'Device')),
    uidReference('HAS OBS CONTEXT', dcm('121012', 'Device Observer UID'), uid),
    text('HAS OBS CONTEXT', dcm('121013', 'Device Observer Name'), device.modelName),
    text('HAS OBS CONTEXT', dcm('121014', 'Device Observer Manufacturer'), device.manufacturer),
    text('HAS OBS CONTEXT', dcm('121015', 'Device Observer Model Name'), `${device.modelName} ${device.version}`),
    text('HAS OBS CONTEXT', dcm('121016', 'Device Observer Serial Number'), device.serialNumber),
  ];
}
