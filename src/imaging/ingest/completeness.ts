/**
 * When a study has arrived. Nobody says 'that was the last slice', so it is known by the archive's count or by quiet.
 * A later slice changes the content, and the study is ready again with another content version.
 */
import { createHash } from 'node:crypto';
import { instantFromEpoch, type Instant } from '../../case/index.ts';

/** Classic, enhanced and converted images (PS3.4 annex B.5). */
export const CT_SOP_CLASSES: readonly string[] = [
  '1.2.840.10008.5.1.4.1.1.2',
  '1.2.840.10008.5.1.4.1.1.2.1',
  '1.2.840.10008.5.1.4.1.1.2.2',
];
const MR_SOP_CLASSES: readonly string[] = [
  '1.2.840.10008.5.1.4.1.1.4',
  '1.2.840.10008.5.1.4.1.1.4.1',
  '1.2.840.10008.5.1.4.1.1.4.4',
];
/** What pipelines read. Our own SEG and SR that an archive sends back are none, so a result never starts an analysis. */
export const ANALYZED_SOP_CLASSES: readonly string[] = [...CT_SOP_CLASSES, ...MR_SOP_CLASSES];

export interface Arrival {
  /** Instances of any kind that are here. */
  readonly received: number;
  /** As the archive counts them; null where nobody told. */
  readonly expected: number | null;
  readonly lastReceivedAt: Instant;
  /** `contentVersion` of the images; null without images. */
  readonly content: string | null;
  /** Content that was handed to the analysis last. */
  readonly announced: string | null;
  /** It was handed over as `short`. */
  readonly announcedShort: boolean;
  readonly quarantined: boolean;
}

export type Completeness =
  /** Two patients meet in it: a person decides. */
  | { readonly state: 'quarantined' }
  /** Nothing in it that a pipeline reads. */
  | { readonly state: 'no-images' }
  | { readonly state: 'receiving'; readonly lookAgainAt: Instant }
  /** `short`: quiet, though the archive counts more instances. */
  | { readonly state: 'ready'; readonly because: 'count' | 'quiet'; readonly short: boolean }
  /** The analysis has this content already. */
  | { readonly state: 'announced' };

export const DEFAULT_QUIET_MS = 8_000;

/** Names the images of a study whatever order they came in. @param digests content digests of the images */
export function contentVersion(digests: readonly string[]): string | null {
  if (digests.length === 0) return null;
  const hash = createHash('sha256');
  for (const digest of [...digests].sort()) hash.update(digest).update('\n');
  return hash.digest('hex');
}

/** @param quietMs milliseconds without a new instance after which a study counts as complete */
export function completeness(arrival: Arrival, now: Instant, quietMs = DEFAULT_QUIET_MS): Completeness {
  const { received, expected, lastReceivedAt, content, announced, announcedShort } = arrival;
  const short = expected !== null && received < expected;
  if (arrival.quarantined) return { state: 'quarantined' };
  // Told as short and whole now, with the same images: what is preliminary is to be settled.
  if (content !== null && content === announced && (short || !announcedShort)) return { state: 'announced' };
  if (content !== null && received === expected) return { state: 'ready', because: 'count', short: false };
  const quietAt = instantFromEpoch(lastReceivedAt + quietMs);
  if (now < quietAt) return { state: 'receiving', lookAgainAt: quietAt };
  if (content === null) return { state: 'no-images' };
  return { state: 'ready', because: 'quiet', short };
}
