/** `stroke-cds analyze`: what is missing is said for each pipeline; NIfTI files can be one study. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { COMPARED_WITH, type ImagingFinding } from '../../src/case/index.ts';
import { analyzeCommand } from '../../src/cli/analyze.ts';
import { EXIT } from '../../src/cli/terminal.ts';
import { PIPELINES } from '../../src/imaging/pipelines/index.ts';
import type { BuiltInstance } from '../support/dicom-files.ts';
import { hemorrhageModelFolder } from '../support/hemorrhage-model.ts';
import { DEEP_LEFT, ellipsoidMl, ncctStudy } from '../support/ncct-study.ts';
import { niftiFile } from '../support/nifti-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'stroke-cds-analyze-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const SIZE = [8, 8, 6] as const;
function nifti(name: string, value: number): string {
  const values = Array.from({ length: 8 * 8 * 6 }, (_, at) => value + (at % 7));
  const file = join(folder, name);
  writeFileSync(file, niftiFile({ size: SIZE, values, sform: [-2, 0, 0, 8, 0, 2, 0, -8, 0, 0, 5, 0], sformCode: 1 }));
  return file;
}

async function run(
  paths: readonly string[],
  options: Parameters<typeof analyzeCommand>[1],
): Promise<{ code: number; said: string }> {
  let said = '';
  const print = (text: string | Uint8Array): boolean => {
    said += String(text);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(print);
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const code = await analyzeCommand(paths, options);
  vi.restoreAllMocks();
  return { code, said };
}

describe('stroke-cds analyze', () => {
  it('of a study that no pipeline takes says what each one needs', async () => {
    const { code, said } = await run([nifti('flair.nii', 100)], { role: 'flair' });
    expect(code).toBe(EXIT.ok);
    for (const { name, needs } of PIPELINES) {
      expect(said).toContain(`${name} needs ${needs ?? 'other series'}: none found`);
    }
  });

  it('names series and many images for perfusion', () => {
    expect(PIPELINES.find(({ name }) => name === 'perfusion')?.needs).toMatch(/ctp, pwi.*passage of a bolus/);
  });

  it('takes several NIfTI files as the series of one study', async () => {
    const series = [`adc=${nifti('adc.nii', 800)}`, `dwi-b1000=${nifti('b1000.nii', 300)}`];
    const { said } = await run([], { series, json: true });
    const [first] = said.trim().split('\n');
    const study = JSON.parse(first ?? '') as { study: string; pipeline: string; series: { role: string }[] };
    expect(study).toMatchObject({ study: 'adc', pipeline: expect.stringMatching(/^diffusion/) as string });
    expect(study.series.map(({ role }) => role)).toEqual(['adc', 'dwi-b1000']);
  });

  it('compares a hemorrhage with that of an earlier study', async () => {
    const models = hemorrhageModelFolder();
    const config = join(folder, 'config.json');
    writeFileSync(
      config,
      JSON.stringify({ modelsDirectory: models.directory, imaging: { pipelinesOff: ['early-ischemia'] } }),
    );
    const at = (time: string) => ({ StudyDate: '20261123', AcquisitionDate: '20261123', AcquisitionTime: time });
    const study = (name: string, instances: readonly BuiltInstance[]): string => {
      mkdirSync(join(folder, name));
      instances.forEach(({ bytes }, n) => {
        writeFileSync(join(folder, name, `${String(n)}.dcm`), bytes);
      });
      return join(folder, name);
    };
    const grown = { ...DEEP_LEFT, half: [18, 30, 22] } as const;
    const earlier = study('eight', ncctStudy({ bleedings: [DEEP_LEFT], study: 'eight', tags: at('080000') }));
    const later = study(
      'noon',
      ncctStudy({ bleedings: [grown], moved: [5, -4, 0], study: 'noon', tags: at('120000') }),
    );
    try {
      const { code, said } = await run([later], { earlier, config, json: true });
      expect(code).toBe(EXIT.ok);
      const [first, second] = said
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { findings: ImagingFinding[] });
      const change = second?.findings.find(({ kind }) => kind === 'hematoma-volume-change');
      const growth = ellipsoidMl(grown) - ellipsoidMl(DEEP_LEFT);
      expect(Number(change?.value)).toBeGreaterThan(0.7 * growth);
      expect(Number(change?.value)).toBeLessThan(1.3 * growth);
      const volume = first?.findings.find(({ kind }) => kind === 'intraparenchymal-volume');
      expect(change?.method.settings[COMPARED_WITH]).toBe(volume?.id);
      await expect(run([earlier], { earlier: later, config })).rejects.toThrow(/taken later/);
      await expect(run([later], { earlier: folder, config, role: 'ncct' })).rejects.toThrow(/one earlier study/);
    } finally {
      models.remove();
    }
  }, 400_000);

  it.each([
    ['a series without a role', { series: ['adc.nii'] }, /role=file/],
    ['a role that is none', { series: ['brain=adc.nii'] }, /--series role=file/],
    ['a file that is not there', { series: ['adc=none.nii'] }, /cannot read none\.nii/],
    ['nothing', {}, /no usable image/],
    ['a time that is none', { lastKnownWell: 'yesterday' }, /instant with zone/],
    ['a method that is none', { deconvolution: 'magic' }, /oscillation-index/],
  ])('says what is wrong with %s', async (_name, options, message) => {
    await expect(run([], options)).rejects.toThrow(message);
  });
});
