import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelPagesRouter } from '../../src/http/model-pages.ts';

let folder: string;
const app = express();
app.use(modelPagesRouter((name) => (name === 'a-model' ? folder : undefined)));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'model-'));
  mkdirSync(join(folder, 'pictures'));
  writeFileSync(
    join(folder, 'MODEL_CARD.md'),
    '# A model\n\n<script>alert(1)</script>\n\n![Calibration](pictures/calibration.svg)\n\n[away](javascript:alert(1))\n\n| 1 | Developer |\n| --- | --- |\n| 2 | Funding |\n',
  );
  writeFileSync(join(folder, 'pictures', 'calibration.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(join(folder, 'secret.svg'), 'x');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('the page of a model card', () => {
  it('is the card, with its pictures, without scripts or markup of the card', async () => {
    const { status, text, headers } = await request(app).get('/models/a-model/card');
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text).toContain('<h1>A model</h1>');
    expect(text).toContain('<img src="/models/a-model/pictures/calibration.svg" alt="Calibration">');
    expect(text).toContain('<td>Funding</td>');
    expect(text).not.toMatch(/<script|href="javascript/);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  });

  it('serves its pictures, which may run nothing', async () => {
    const { status, headers } = await request(app).get('/models/a-model/pictures/calibration.svg');
    expect([status, headers['content-type']]).toEqual([200, 'image/svg+xml']);
    expect(headers['content-security-policy']).toContain('sandbox');
  });

  it.each([
    '/models/another/card',
    '/models/A-MODEL/card',
    '/models/..%2Fa-model/card',
    '/models/a-model/pictures/..%2Fsecret.svg',
    '/models/a-model/pictures/%2e%2e%2fsecret.svg',
    '/models/a-model/pictures/none.svg',
    '/models/a-model/pictures/model.onnx',
  ])('%s is not found', async (path) => {
    expect((await request(app).get(path)).status).toBe(404);
  });
});
