/** What is written on the sheet, in the language of its reader: the texts come from `cards/`, this says which there are. */
import type { ImagingFinding } from '../../../case/index.ts';
import type { VoxelUnit } from '../../volume/volume.ts';

export interface FindingLine {
  readonly name: string;
  readonly value: string;
  /** '18 – 30 mL', or why there is no value. */
  readonly detail: string;
}

export interface SheetWords {
  /** A text of the sheet itself: `sheet.<key>`. */
  readonly text: (key: string, values?: Readonly<Record<string, string>>) => string;
  /** Of a region, a map or a curve: `sheet.<group>.<name>`; the name itself where it has no text. */
  readonly named: (group: 'region' | 'map' | 'curve', name: string) => string;
  readonly pipeline: (name: string) => string;
  readonly finding: (finding: ImagingFinding) => FindingLine;
  /** What intervals span. */
  readonly basis: (basis: string) => string;
  /** What is wrong, in a few words; the code itself where it has none. */
  readonly problem: (code: string) => string;
  /** What is wrong and how to mend it; the code itself where it has no words. */
  readonly remark: (code: string) => string;
  /** What a remark measured, with its unit. */
  readonly figure: (name: string, value: number) => string;
}

const UNITS: Readonly<Record<VoxelUnit, string>> = {
  HU: 'HU',
  signal: 'signal',
  s: 's',
  'mL/(100.g.min)': 'mL/100 g/min',
  'mL/(100.g)': 'mL/100 g',
  '10*-6.mm2/s': '10⁻⁶ mm²/s',
  '{ratio}': '',
  '{probability}': '',
  '{label}': '',
};
export const unitName = (unit: VoxelUnit): string => UNITS[unit];

/** As a heading or at the start of a line. */
export const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
