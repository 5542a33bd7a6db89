/** Who may send images by STOW-RS: senders with a fixed token, and senders that sign one for every request, as EHRs do. */
import { createClientAuthenticator, Unauthenticated, type Clock, type JtiStore } from './cds-hooks/index.ts';
import type { Config } from './config/index.ts';
import { anyAuthenticator, staticTokenAuthenticator, type DicomWebAuthenticator } from './imaging/ingest/index.ts';

export interface SenderOptions {
  readonly config: Pick<Config, 'publicBaseUrl' | 'allowInsecureHttp' | 'imaging'>;
  readonly jtiStore: JtiStore;
  readonly clock: Clock;
  /** Codes of refusals, for the log. */
  readonly onRefused: (reason: string) => void;
}

export function senderAuthenticator(options: SenderOptions): DicomWebAuthenticator {
  const { senders, signingSenders } = options.config.imaging;
  return anyAuthenticator([
    ...(senders.length === 0 ? [] : [staticTokenAuthenticator(senders)]),
    ...(signingSenders.length === 0 ? [] : [signedTokenAuthenticator(options)]),
  ]);
}

/** The audience of a token is the address that was called, under the public address of the service. */
function signedTokenAuthenticator({ config, jtiStore, clock, onRefused }: SenderOptions): DicomWebAuthenticator {
  const { authenticate } = createClientAuthenticator({
    clients: config.imaging.signingSenders.map((sender) => ({ ...sender, fhirServers: [], origins: [] })),
    jtiStore,
    clock,
    allowInsecureKeySets: config.allowInsecureHttp,
  });
  return async (authorization, path) => {
    try {
      const { id } = await authenticate(authorization, [config.publicBaseUrl + path]);
      return { name: id };
    } catch (error) {
      if (!(error instanceof Unauthenticated)) throw error;
      onRefused(error.reason);
      return null;
    }
  };
}
