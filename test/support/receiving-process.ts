/**
 * A process that receives one CT slice after another and reports each acknowledgement, until somebody kills it.
 * Arguments: folder of the database, folder of the images, number of the first slice.
 */
import { openDatabase } from '../../src/storage/index.ts';
import { ctSeries } from './dicom-files.ts';
import { openIngest } from './image-ingest.ts';

const [databaseFolder = '', directory = '', first = '0'] = process.argv.slice(2);
process.on('disconnect', () => process.exit(0));

const database = await openDatabase({ kind: 'embedded', directory: databaseFolder });
const { receiver } = await openIngest(database, { directory });
const IN_FLIGHT = 4;

async function receiveFrom(start: number): Promise<never> {
  for (let n = start; ; n += IN_FLIGHT) {
    const [slice] = ctSeries({ size: [64, 64, 1], series: `series ${String(n)}`, values: (i, j) => i * j + n });
    if (slice === undefined) throw new Error('no slice');
    const receipt = await receiver.receive(slice.bytes, { way: 'dimse', peer: 'SCANNER' });
    process.send?.({ uid: slice.sopInstanceUid, outcome: receipt.outcome });
  }
}
await Promise.all(Array.from({ length: IN_FLIGHT }, (_, lane) => receiveFrom(Number(first) + lane)));
