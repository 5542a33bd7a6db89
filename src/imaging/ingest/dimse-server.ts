/**
 * The DICOM port: scanners and archives send to it by C-STORE. AE titles are names and no authentication, so the port
 * belongs into the hospital's protected network, or behind TLS with client certificates.
 */
import { createServer as createPlainServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import dimse from 'dcmjs-dimse';
import { guardFor, PDU_BYTES, StorageAssociation, type DimseEvent } from './dimse-association.ts';
import { DEFAULT_MAX_INSTANCE_BYTES } from './receive.ts';
import type { Receiver } from './receipt.ts';

export interface DimseOptions {
  readonly receiver: Receiver;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Ours, 1–16 characters. */
  readonly aeTitle: string;
  /** AE titles that may send; anything else is rejected. */
  readonly callers: readonly string[];
  /** Connections at the same time; further ones are closed. Default 16. Together they hold four of the largest instances. */
  readonly maxAssociations?: number;
  /** Default 1 GiB. */
  readonly maxInstanceBytes?: number;
  /** Default 60,000: scanners keep an association open while they scan. */
  readonly idleMs?: number;
  /** Default 10,000. */
  readonly associationMs?: number;
  /** PEM texts. With `ca` the sender must show a certificate of that authority. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca?: string } | undefined;
  readonly onEvent?: (event: DimseEvent) => void;
}

export interface DimseServer {
  readonly port: number;
  /** Open connections. */
  readonly associations: () => number;
  /** Answers what is being received, then ends; repeatable. */
  readonly close: () => Promise<void>;
}

const CLOSE_MS = 5_000;
/** Largest instances that all associations together may hold while they arrive. */
const MOST_IN_MEMORY = 4;

/** @throws Error when the port cannot be opened or the TLS texts are none */
export async function startDimseServer(options: DimseOptions): Promise<DimseServer> {
  const {
    maxAssociations = 16,
    maxInstanceBytes = DEFAULT_MAX_INSTANCE_BYTES,
    idleMs = 60_000,
    associationMs = 10_000,
    onEvent = () => undefined,
    tls,
  } = options;
  // The package would print requests with what is in them.
  dimse.log.setLevel('silent');
  dimse.Implementation.setMaxPduLength(PDU_BYTES);
  const budget = { bytes: MOST_IN_MEMORY * maxInstanceBytes, used: 0 };
  const open = new Map<Socket, StorageAssociation>();

  function connected(socket: Socket): void {
    socket.setNoDelay(true);
    if (open.size >= maxAssociations) {
      onEvent({ kind: 'rejected', why: 'busy', caller: '' });
      socket.destroy();
      return;
    }
    const guard = guardFor(maxInstanceBytes);
    // Before the package listens, so that it never buffers what the guard refuses.
    socket.on('data', (chunk: Buffer) => {
      if (socket.destroyed || guard.accept(chunk)) return;
      onEvent({ kind: 'dropped', why: 'not-dicom-or-too-large' });
      socket.destroy();
    });
    const association = new StorageAssociation(
      socket,
      { ...options, maxInstanceBytes, budget, idleMs, associationMs, onEvent },
      guard,
    );
    open.set(socket, association);
    socket.once('close', () => open.delete(socket));
  }

  const server: Server =
    tls === undefined
      ? createPlainServer(connected)
      : createTlsServer(
          { ...tls, requestCert: tls.ca !== undefined, rejectUnauthorized: tls.ca !== undefined },
          connected,
        );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  server.on('error', (error) => {
    onEvent({ kind: 'fault', error });
  });

  let closing: Promise<void> | null = null;
  async function end(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
    const late = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_MS).unref());
    await Promise.race([Promise.all([...open.values()].map((association) => association.settled())), late]);
    for (const socket of open.keys()) socket.destroySoon();
    await ended;
  }

  return {
    port: (server.address() as AddressInfo).port,
    associations: () => open.size,
    close: () => (closing ??= end()),
  };
}
