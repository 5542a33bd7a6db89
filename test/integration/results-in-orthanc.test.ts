/** Results in a real PACS: stored, found again, filed under the study, and drawn where they belong. */
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createResultArchive } from '../../src/imaging/results/archive/store-to-archive.ts';
import { writeReport } from '../../src/imaging/results/dicom/report.ts';
import { writeSegmentations } from '../../src/imaging/results/dicom/segmentation.ts';
import {
  dicomToolsUnavailable,
  maskOf,
  readWithPydicom,
  type ReadCt,
  type ReadFrame,
  type ReadSeg,
} from '../support/dicom-tools.ts';
import { orthancUnavailable, startOrthanc, type Orthanc } from '../support/orthanc.ts';
import { CORE, reportContext } from '../support/report-context.ts';
import { makeSeries } from '../support/source-series.ts';

const unavailable = orthancUnavailable() ?? dicomToolsUnavailable();

describe.skipIf(unavailable !== null)(`results in Orthanc ${unavailable ?? ''}`, () => {
  const series = makeSeries({ lesion: CORE, tiltDegrees: 17.5 });
  const context = reportContext(series);
  const segs = writeSegmentations(context);
  const [seg] = segs;
  const report = writeReport(context, segs);
  const { signal } = new AbortController();
  let orthanc: Orthanc;
  let seen: ReturnType<typeof readWithPydicom>;

  const get = async (path: string, accept: string): Promise<Uint8Array> => {
    const response = await fetch(`${orthanc.httpUrl}${path}`, { headers: { accept } });
    if (!response.ok) throw new Error(`HTTP ${response.status} for ${path}`);
    return new Uint8Array(await response.arrayBuffer());
  };
  const json = async (path: string): Promise<unknown> =>
    JSON.parse(new TextDecoder().decode(await get(path, 'application/json')));
  const instance = (seriesUid: string, uid: string): string =>
    `/dicom-web/studies/${series.source.studyUid}/series/${seriesUid}/instances/${uid}`;
  /** Gray values of a picture as the PACS draws it. */
  const rendered = async (path: string): Promise<Uint8Array> => {
    const { data, channels } = decode(await get(path, 'image/png'));
    return Uint8Array.from(data).filter((_, at) => at % channels === 0);
  };

  beforeAll(async () => {
    orthanc = await startOrthanc();
    for (const bytes of series.instances) {
      const body = new Uint8Array(bytes);
      const response = await fetch(`${orthanc.httpUrl}/instances`, { method: 'POST', body });
      if (!response.ok) throw new Error(`Orthanc refused the source: HTTP ${response.status}`);
    }
    const archive = createResultArchive({ baseUrl: `${orthanc.httpUrl}/dicom-web`, authorization: null });
    // Twice: a repeated delivery changes nothing.
    for (const object of [...segs, report, ...segs, report]) await archive.store(object, signal);
    const ids = (await json('/instances')) as readonly string[];
    const stored: Uint8Array[] = [];
    for (const id of ids) stored.push(await get(`/instances/${id}/file`, 'application/dicom'));
    seen = readWithPydicom(stored);
  });
  afterAll(() => orthanc.stop());

  const segOf = (): ReadSeg => seen.find((one) => one.modality === 'SEG') as ReadSeg;
  const sources = (): ReadCt[] => seen.filter((one) => one.modality === 'CT');
  const sourceOf = (frame: ReadFrame): ReadCt | undefined => sources().find(({ uid }) => uid === frame.source);

  it('are filed once, in series of their own, under the study and the patient of the images', async () => {
    expect(seen.map(({ modality }) => modality).sort()).toEqual([...Array<string>(6).fill('CT'), 'SEG', 'SR']);
    expect(await json('/patients')).toHaveLength(1);
    expect(await json('/studies')).toHaveLength(1);
    expect(await json('/series')).toHaveLength(3);
  });

  it('are found by QIDO-RS by their modality', async () => {
    for (const [modality, uid] of [
      ['SEG', seg?.seriesUid],
      ['SR', report.seriesUid],
    ] as const) {
      const found = (await json(
        `/dicom-web/studies/${series.source.studyUid}/series?Modality=${modality}`,
      )) as readonly {
        readonly '0020000E': { readonly Value: readonly string[] };
      }[];
      expect(found.map((one) => one['0020000E'].Value)).toEqual([[uid]]);
    }
  });

  it('lie where the images of the PACS lie: position, orientation and spacing of each frame equal its source', () => {
    const read = segOf();
    expect(read.frames.length).toBeGreaterThan(4);
    for (const frame of read.frames) {
      const source = sourceOf(frame);
      expect(frame.position).toEqual(source?.position);
      expect([read.orientation, read.spacing]).toEqual([source?.orientation, source?.spacing]);
    }
  });

  it('drawn by the PACS, the core covers the bright lesion of the image and nothing else', async () => {
    const read = segOf();
    const cores = read.frames
      .map((frame, at) => ({ frame, number: at + 1 }))
      .filter(({ frame }) => frame.segment === 1);
    expect(cores.length).toBeGreaterThan(1);
    for (const { frame, number } of cores) {
      const mask = await rendered(`${instance(read.series, read.uid)}/frames/${number}/rendered`);
      // Window 50 to 55 HU: brain (30 to 38) black, lesion (60 to 68) and skull (900) white.
      const image = await rendered(`${instance(series.source.seriesUid, frame.source)}/rendered?window=52,4,linear`);
      const drawn = Uint8Array.from(mask, (value) => (value > 127 ? 1 : 0));
      expect(drawn).toEqual(maskOf(frame));
      const covered = image.filter((_, at) => drawn[at] === 1);
      expect(covered.length).toBeGreaterThan(10);
      expect(covered.every((value) => value === 255)).toBe(true);
      const brain = image.filter((value, at) => value === 0 && drawn[at] === 1);
      expect(brain).toHaveLength(0);
    }
  });

  it('say "may heal" when the PACS is down', async () => {
    const stopped = await startOrthanc();
    await stopped.stop();
    const archive = createResultArchive({ baseUrl: `${stopped.httpUrl}/dicom-web`, authorization: null });
    await expect(archive.store(report, signal)).rejects.toMatchObject({ code: 'unreachable', mayHeal: true });
  });
});
