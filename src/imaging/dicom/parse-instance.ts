/** Reads what the product needs of a DICOM instance; the pixel data stays untouched. */
import type { DataSet } from 'dicom-parser';
import { ImageRefusal } from '../image-refusal.ts';
import { isoDate } from './date-times.ts';
import { characterSets, code, codes, item, items, number, text, texts, uid } from './elements.ts';
import { frameHeaders } from './frame-headers.ts';
import type { InstanceHeader, PatientIdentity } from './instance-header.ts';
import { MOSAIC, unpackedMosaic } from './mosaic.ts';
import { openInstance, type OpenedInstance } from './open-instance.ts';
import { checkPixelDataIsWhole } from './pixel-data.ts';
import { pixelFormat } from './pixel-format.ts';

/**
 * @param bytes a whole instance, with or without preamble
 * @throws ImageRefusal 'not-dicom', 'unsupported-syntax', 'too-large', 'damaged' or 'impossible-geometry', with the SOP
 *   Instance UID where it could be read
 */
export function parseInstance(bytes: Uint8Array): InstanceHeader {
  return headerOf(openInstance(bytes));
}

/** @throws ImageRefusal as parseInstance */
export function headerOf(opened: OpenedInstance): InstanceHeader {
  const instanceUid = uid(opened.dataSet, 'x00080018');
  try {
    return read(opened, instanceUid);
  } catch (error) {
    if (!(error instanceof ImageRefusal)) throw error;
    throw new ImageRefusal(error.code, error.message, instanceUid);
  }
}

function read(opened: OpenedInstance, instanceUid: string | null): InstanceHeader {
  const { dataSet, syntaxUid, syntax, pixelData } = opened;
  const required = (found: string | null, name: string): string => {
    if (found === null) throw new ImageRefusal('damaged', `the instance has no valid ${name}`);
    return found;
  };
  const format = pixelData === undefined ? null : pixelFormat(dataSet);
  if (format === null && isImage(dataSet)) {
    throw new ImageRefusal(
      'damaged',
      'the pixel data of the image is missing: it was cut off; send the instance again',
    );
  }
  checkPixelDataIsWhole(opened);
  return {
    transferSyntaxUid: syntaxUid,
    sopClassUid: required(uid(dataSet, 'x00080016'), 'SOP Class UID'),
    sopInstanceUid: required(instanceUid, 'SOP Instance UID'),
    studyUid: required(uid(dataSet, 'x0020000d'), 'Study Instance UID'),
    seriesUid: required(uid(dataSet, 'x0020000e'), 'Series Instance UID'),
    frameOfReferenceUid: uid(dataSet, 'x00200052'),
    accessionNumber: text(dataSet, 'x00080050'),
    patient: patientOf(dataSet),
    modality: code(dataSet, 'x00080060') ?? '',
    bodyPart: code(dataSet, 'x00180015'),
    studyDescription: text(dataSet, 'x00081030'),
    seriesDescription: text(dataSet, 'x0008103e'),
    protocolName: text(dataSet, 'x00181030'),
    seriesNumber: number(dataSet, 'x00200011', 'IS'),
    instanceNumber: number(dataSet, 'x00200013', 'IS'),
    acquisitionNumber: number(dataSet, 'x00200012', 'IS'),
    numberOfTemporalPositions: number(dataSet, 'x00200105', 'IS'),
    imagesInAcquisition: number(dataSet, 'x00201209', 'IS') ?? number(dataSet, 'x00201002', 'IS'),
    ...equipmentOf(dataSet),
    ...techniqueOf(dataSet),
    rescaleType: code(dataSet, 'x00281054') ?? inGroup(dataSet, 'x00289145', (from) => code(from, 'x00281054')),
    burnedInAnnotation: yesNo(code(dataSet, 'x00280301')),
    lossy: syntax.lossy || code(dataSet, 'x00282110') === '01',
    ...imageOf(dataSet, format),
  };
}

type Image = Pick<InstanceHeader, 'imageType' | 'pixels' | 'frames' | 'tilesPerRow'>;

function imageOf(dataSet: DataSet, format: ReturnType<typeof pixelFormat> | null): Image {
  const imageType = codes(dataSet, 'x00080008');
  if (format === null) return { imageType, pixels: null, frames: [] };
  const frames = frameHeaders(dataSet, format.frames);
  const [only, ...others] = frames;
  const isMosaic = imageType.includes(MOSAIC) && only !== undefined && others.length === 0;
  const unpacked = isMosaic ? unpackedMosaic(dataSet, format.pixels, only) : null;
  if (unpacked === null) return { imageType, pixels: format.pixels, frames };
  return { imageType: imageType.filter((value) => value !== MOSAIC), ...unpacked };
}

/** CT, enhanced CT, MR, enhanced MR and their converted forms (PS3.6 Annex A), or whatever has rows. */
const IMAGE_CLASS = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.(2|2\.1|2\.2|4|4\.1|4\.3|4\.4)$/;

function isImage(dataSet: DataSet): boolean {
  return dataSet.elements['x00280010'] !== undefined || IMAGE_CLASS.test(uid(dataSet, 'x00080016') ?? '');
}

function patientOf(dataSet: DataSet): PatientIdentity {
  const sets = characterSets(dataSet);
  const listed = items(dataSet, 'x00101002').map((other) => ({
    id: text(other, 'x00100020', sets),
    issuer: text(other, 'x00100021', sets),
  }));
  const retired = texts(dataSet, 'x00101000').map((id) => ({ id, issuer: null }));
  return {
    patientId: text(dataSet, 'x00100020'),
    issuer: text(dataSet, 'x00100021'),
    otherIds: [...listed, ...retired].flatMap(({ id, issuer }) => (id === null ? [] : [{ id, issuer }])),
    birthDate: isoDate(code(dataSet, 'x00100030')),
    sex: code(dataSet, 'x00100040'),
  };
}

function equipmentOf(
  dataSet: DataSet,
): Pick<InstanceHeader, 'manufacturer' | 'manufacturerModel' | 'softwareVersions'> {
  return {
    manufacturer: text(dataSet, 'x00080070'),
    manufacturerModel: text(dataSet, 'x00081090'),
    softwareVersions: text(dataSet, 'x00181020'),
  };
}

type Technique = Pick<
  InstanceHeader,
  | 'convolutionKernel'
  | 'contrastAgent'
  | 'kvp'
  | 'gantryTiltDegrees'
  | 'scanningSequence'
  | 'sequenceVariant'
  | 'sequenceName'
>;

function techniqueOf(dataSet: DataSet): Technique {
  const agent = item(dataSet, 'x00180012');
  return {
    convolutionKernel: text(dataSet, 'x00181210') ?? inGroup(dataSet, 'x00189314', (from) => text(from, 'x00181210')),
    contrastAgent: text(dataSet, 'x00180010') ?? (agent === undefined ? null : text(agent, 'x00080104')),
    kvp: number(dataSet, 'x00180060', 'DS') ?? inGroup(dataSet, 'x00189325', (from) => number(from, 'x00180060', 'DS')),
    gantryTiltDegrees:
      number(dataSet, 'x00181120', 'DS') ?? inGroup(dataSet, 'x00189304', (from) => number(from, 'x00181120', 'DS')),
    scanningSequence: codes(dataSet, 'x00180020'),
    sequenceVariant: codes(dataSet, 'x00180021'),
    sequenceName: text(dataSet, 'x00180024') ?? text(dataSet, 'x00189005'),
  };
}

/** From the shared functional groups, else from the first frame's. */
function inGroup<T>(dataSet: DataSet, sequence: string, get: (from: DataSet) => T | null): T | null {
  for (const groups of [item(dataSet, 'x52009229'), item(dataSet, 'x52009230')]) {
    const from = item(groups, sequence);
    const found = from === undefined ? null : get(from);
    if (found !== null) return found;
  }
  return null;
}

function yesNo(value: string | null): boolean | null {
  return value === 'YES' ? true : value === 'NO' ? false : null;
}
