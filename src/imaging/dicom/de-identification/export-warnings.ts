/** What no change of attributes removes: text in pixels and faces. A person has to look before such an image leaves. */
import type { DataSet } from 'dicom-parser';
import { code, codes, number } from '../elements.ts';

export interface ExportWarning {
  readonly code: 'burned-in-text' | 'burned-in-text-unknown' | 'burned-in-text-likely' | 'face';
  readonly message: string;
}

/** Secondary captures, ultrasound, endoscopy and other photographs, and X-ray fluoroscopy: PS3.6 Annex A. */
const OFTEN_LABELLED = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.(7(\.\d)?|6(\.\d)?|3(\.\d)?|77\.1\..*|12(\.\d)?)$/;
const LABELLED_MODALITIES = new Set(['US', 'IVUS', 'SC', 'OT', 'ES', 'GM', 'XC', 'XA', 'RF', 'DG']);

export function exportWarnings(dataSet: DataSet): readonly ExportWarning[] {
  return [...burnedIn(dataSet), ...face(dataSet)];
}

function burnedIn(dataSet: DataSet): ExportWarning[] {
  const stated = code(dataSet, 'x00280301');
  if (stated === 'YES') {
    return [
      { code: 'burned-in-text', message: 'BurnedInAnnotation is YES: text of the patient is part of the pixels' },
    ];
  }
  const screen = codes(dataSet, 'x00080008').some((value) => /SCREEN|CAPTURE|REPORT|SUMMARY/.test(value));
  if (
    screen ||
    OFTEN_LABELLED.test(code(dataSet, 'x00080016') ?? '') ||
    LABELLED_MODALITIES.has(code(dataSet, 'x00080060') ?? '')
  ) {
    return [
      {
        code: 'burned-in-text-likely',
        message: 'images of this kind usually carry text in their pixels; look at them before they leave',
      },
    ];
  }
  if (stated === 'NO') return [];
  return [
    {
      code: 'burned-in-text-unknown',
      message: 'BurnedInAnnotation is not given: whether the pixels hold text is unknown',
    },
  ];
}

/** A surface of thin slices of a head shows who it is. */
function face(dataSet: DataSet): ExportWarning[] {
  const head = /HEAD|BRAIN|SKULL|NECK|FACE/.test(code(dataSet, 'x00180015') ?? 'HEAD');
  const thickness = number(dataSet, 'x00180050', 'DS') ?? 0;
  const modality = code(dataSet, 'x00080060') ?? '';
  if (code(dataSet, 'x00280302') === 'NO' || !head || thickness > 3 || !['CT', 'MR'].includes(modality)) return [];
  return [{ code: 'face', message: 'thin slices of a head: a face could be rebuilt from them; it was not removed' }];
}
