/** The PACS of the integration tests itself. Skipped, with the reason, where Orthanc is not installed. */
import { expect, it } from 'vitest';
import { orthancUnavailable, startOrthanc } from '../support/orthanc.ts';

const unavailable = orthancUnavailable();
if (unavailable !== null) process.stderr.write(`Orthanc tests are skipped: ${unavailable}\n`);

it.skipIf(unavailable !== null)('an empty archive answers QIDO-RS', async () => {
  const orthanc = await startOrthanc();
  try {
    const response = await fetch(`${orthanc.httpUrl}/dicom-web/studies`, {
      headers: { accept: 'application/dicom+json' },
    });
    expect(await response.json()).toEqual([]);
  } finally {
    await orthanc.stop();
  }
});
