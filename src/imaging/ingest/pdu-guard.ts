/**
 * Watches the framing of what comes over a DICOM association (PS3.8 section 9.3) before anything is buffered: a PDU says
 * its length itself, up to 4 GB, and HTTP or random bytes say nonsense.
 */
const HEADER_BYTES = 6;
const TYPES: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 6, 7]);

export interface PduLimits {
  /** Bytes of one PDU. */
  readonly pduBytes: number;
  /** Bytes since the last answer of ours. */
  readonly unansweredBytes: number;
}

export interface PduGuard {
  /** @returns false when the peer does not speak DICOM or goes beyond a limit: end the connection */
  readonly accept: (chunk: Uint8Array) => boolean;
  readonly answered: () => void;
}

export function createPduGuard({ pduBytes, unansweredBytes }: PduLimits): PduGuard {
  let header = Buffer.alloc(0);
  let remaining = 0;
  let unanswered = 0;

  return {
    accept: (chunk) => {
      unanswered += chunk.length;
      if (unanswered > unansweredBytes) return false;
      let rest = chunk;
      while (rest.length > 0) {
        if (remaining > 0) {
          const taken = Math.min(remaining, rest.length);
          remaining -= taken;
          rest = rest.subarray(taken);
          continue;
        }
        const missing = HEADER_BYTES - header.length;
        header = Buffer.concat([header, rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        if (!TYPES.has(header[0] ?? 0)) return false;
        if (header.length < HEADER_BYTES) continue;
        remaining = header.readUInt32BE(2);
        if (remaining > pduBytes) return false;
        header = Buffer.alloc(0);
      }
      return true;
    },
    answered: () => {
      unanswered = 0;
    },
  };
}
