/** A throw-away Orthanc PACS with DICOMweb, from Debian's packages orthanc and orthanc-dicomweb. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';

const PROGRAM = ['/usr/sbin/Orthanc', '/usr/local/sbin/Orthanc'].find(existsSync);
const PLUGINS = '/usr/share/orthanc/plugins';
const START_LIMIT_MS = 30_000;

/** null when it can be started here; else why not. */
export function orthancUnavailable(): string | null {
  if (PROGRAM === undefined) return 'Orthanc is not installed (Debian: orthanc)';
  if (!existsSync(join(PLUGINS, 'libOrthancDicomWeb.so')))
    return 'Orthanc has no DICOMweb here (Debian: orthanc-dicomweb)';
  return null;
}

export interface OrthancOptions {
  /** Where Orthanc may send to by C-STORE; the title is the name of the modality in its REST interface. */
  readonly aets?: readonly { readonly aet: string; readonly port: number }[];
  /** Further Orthanc settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export interface Orthanc {
  /** REST interface, without a slash at the end; DICOMweb is below `/dicom-web`. */
  readonly httpUrl: string;
  readonly dicomPort: number;
  readonly aet: string;
  readonly stop: () => Promise<void>;
}

/** @throws Error with its last output when it does not start */
export async function startOrthanc({ aets = [], settings = {} }: OrthancOptions = {}): Promise<Orthanc> {
  if (PROGRAM === undefined) throw new Error('Orthanc is not installed');
  const folder = mkdtempSync(join(tmpdir(), 'stroke-cds-orthanc-'));
  const [httpPort, dicomPort] = [await freePort(), await freePort()];
  const aet = 'ORTHANC';
  const configuration = {
    Name: 'test',
    StorageDirectory: join(folder, 'storage'),
    IndexDirectory: join(folder, 'storage'),
    Plugins: [PLUGINS],
    HttpPort: httpPort,
    DicomPort: dicomPort,
    DicomAet: aet,
    RemoteAccessAllowed: false,
    AuthenticationEnabled: false,
    DicomCheckCalledAet: false,
    DicomModalities: Object.fromEntries(aets.map(({ aet: title, port }) => [title, [title, '127.0.0.1', port]])),
    DicomWeb: { Enable: true, Root: '/dicom-web/' },
    ...settings,
  };
  const file = join(folder, 'orthanc.json');
  writeFileSync(file, JSON.stringify(configuration));
  const server = spawn(PROGRAM, [file], { stdio: ['ignore', 'pipe', 'pipe'] });
  const tail: string[] = [];
  for (const stream of [server.stdout, server.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      if (tail.push(text) > 50) tail.shift();
    });
  }
  const ended = new Promise<void>((resolve) => {
    server.once('exit', () => {
      resolve();
    });
  });
  const stop = async (): Promise<void> => {
    server.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const httpUrl = `http://127.0.0.1:${String(httpPort)}`;
  const limit = performance.now() + START_LIMIT_MS;
  for (;;) {
    const ready = await fetch(`${httpUrl}/dicom-web/studies?limit=1`).then(
      (response) => response.arrayBuffer().then(() => response.ok),
      () => false,
    );
    if (ready) return { httpUrl, dicomPort, aet, stop };
    if (server.exitCode !== null || performance.now() > limit) {
      await stop();
      throw new Error(`Orthanc did not start:\n${tail.join('')}`);
    }
    await sleep(100);
  }
}
