/** Diffusion weighting, from the standard element or from where a vendor writes it (public conformance statements). */
import type { DataSet } from 'dicom-parser';
import { number, numbers, privateTag, valueBytes } from './elements.ts';

/** s/mm²; null where the instance or functional group tells none. */
export function bValue(dataSet: DataSet): number | null {
  const found = number(dataSet, 'x00189087', 'FD') ?? siemens(dataSet) ?? philips(dataSet) ?? generalElectric(dataSet);
  return found !== null && found >= 0 && found < 100_000 ? found : null;
}

function siemens(dataSet: DataSet): number | null {
  const tag = privateTag(dataSet, '0019', 'SIEMENS MR HEADER', '0c');
  return tag === undefined ? null : textNumber(dataSet, tag);
}

function philips(dataSet: DataSet): number | null {
  const tag = privateTag(dataSet, '2001', 'Philips Imaging DD 001', '03');
  return tag === undefined ? null : number(dataSet, tag, 'FL');
}

/** The first of four numbers; since release 15 it carries 10⁹ as a mark. */
function generalElectric(dataSet: DataSet): number | null {
  const tag = privateTag(dataSet, '0043', 'GEMS_PARM_01', '39');
  const value = tag === undefined ? null : textNumber(dataSet, tag);
  return value === null ? null : value % 100_000;
}

/** IS, also where an archive made it UN. */
function textNumber(dataSet: DataSet, tag: string): number | null {
  const stated = numbers(dataSet, tag, 'IS')[0];
  if (stated !== undefined) return stated;
  const bytes = valueBytes(dataSet, tag);
  return bytes === null ? null : Number.parseFloat(Buffer.from(bytes).toString('latin1'));
}
