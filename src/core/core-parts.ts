/** What the core works with: the engines, the clock, the keys, the settings. */
import type { Clock, Random } from '../base/clock.ts';
import type { HashThread } from '../base/hash-thread.ts';
import type { BlobStore } from '../engines/blob/blob-store.ts';
import type { MetaStore } from '../engines/meta/meta-store.ts';
import type { MasterKey } from './identity/master-key.ts';
import type { NameLimits } from './model/names.ts';

export interface CoreSettings {
  readonly names: NameLimits;
  /** The region this server is, e.g. `kr-central-2`. */
  readonly region: string;
  /** Every region it answers for, its own first. */
  readonly regions: readonly string[];
  /** Uploads up to this many bytes are kept in the metadata record. */
  readonly inlineBytes: number;
  /** Lifetime of tokens, in seconds. */
  readonly tokenTtl: number;
  /** Lifetime of Krutrim's sessions, from their start or last refresh, in seconds. */
  readonly sessionTtl: number;
  /** Largest body of one upload or part, in bytes. */
  readonly maxUploadBytes: number;
  /** Smallest part but the last, in bytes. */
  readonly minPartBytes: number;
  /** Milliseconds between a blob's last reference going and its bytes going; longer than any read. */
  readonly collectGrace: number;
  /** Milliseconds that lifecycle rules count as a day; a day begins at each of its multiples since the epoch. */
  readonly lifecycleDay: number;
  /** Milliseconds that the delivery of the trail counts as an hour. */
  readonly trailHour: number;
}

export interface CoreParts {
  readonly meta: MetaStore;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly masterKey: MasterKey;
  readonly settings: CoreSettings;
  /** Hashes large uploads; without it they are hashed where they are read. */
  readonly hashThread?: HashThread;
}
