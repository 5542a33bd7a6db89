/** What segmentation and report of one result share. */
import { Temporal } from 'temporal-polyfill';
import type { ImagingFinding, Instant } from '../../../case/index.ts';
import type { SegmentDraft } from '../../pipelines/pipeline.ts';
import type { SourceSeries } from '../../volume/volume.ts';
import { resultIdOf } from '../identifiers.ts';
import type { NewResult } from '../result.ts';
import { fitting } from './encode.ts';
import type { StudyHeader } from './study-header.ts';

/** The software as DICOM names equipment. */
export interface Device {
  readonly manufacturer: string;
  readonly modelName: string;
  readonly version: string;
  /** Of this installation; appears as device serial number. */
  readonly serialNumber: string;
}

export interface ReportContext {
  readonly result: NewResult;
  readonly findings: readonly ImagingFinding[];
  readonly segments: readonly SegmentDraft[];
  /** Every series that was analyzed; the report lists their instances as evidence. */
  readonly sources: readonly SourceSeries[];
  readonly header: StudyHeader;
  readonly device: Device;
  /** Written as content date and time. A repeated job that gives the same instant makes the same bytes. */
  readonly at: Instant;
  /** IANA zone for the times, where the source tells no offset. */
  readonly timeZone: string;
}

export interface LocalTime {
  /** DA */
  readonly date: string;
  /** TM */
  readonly time: string;
  /** ±HHMM */
  readonly offset: string;
}

/** What every object of ours carries. */
export type ObjectContext = Pick<ReportContext, 'at' | 'header' | 'timeZone' | 'device'>;

/** Date and time as the source writes them: in its offset, or in the site's zone. */
export function localTime({ at, header, timeZone }: Omit<ObjectContext, 'device'>): LocalTime {
  const { utcOffset } = header;
  const zone = utcOffset === null ? timeZone : `${utcOffset.slice(0, 3)}:${utcOffset.slice(3)}`;
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const iso = local.toPlainDateTime().toString({ smallestUnit: 'millisecond' });
  return {
    date: iso.slice(0, 10).replaceAll('-', ''),
    time: iso.slice(11).replaceAll(':', ''),
    offset: local.offset.slice(0, 6).replace(':', ''),
  };
}

/** The UIDs of an object follow from the result and its state: a settled preliminary result has objects of its own. */
export function uidParts({ result }: ReportContext, what: string): readonly string[] {
  return [what, resultIdOf(result), result.state];
}

/** Equipment, times and study of every object of ours. */
export function commonElements(context: ObjectContext): Record<string, unknown> {
  const { device, header } = context;
  const { date, time, offset } = localTime(context);
  return {
    ...header.elements,
    TimezoneOffsetFromUTC: offset,
    InstanceCreationDate: date,
    InstanceCreationTime: time,
    SeriesDate: date,
    SeriesTime: time,
    ContentDate: date,
    ContentTime: time,
    InstanceNumber: '1',
    Manufacturer: fitting(device.manufacturer, 64),
    ManufacturerModelName: fitting(device.modelName, 64),
    DeviceSerialNumber: fitting(device.serialNumber, 64),
    SoftwareVersions: fitting(device.version, 64),
  };
}
