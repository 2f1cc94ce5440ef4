/**
 * Owns the way of a body into storage: counted, hashed and compared with what was announced while it flows, kept inline when
 * small, else durable in the blob engine. Refuses to make it visible: that is the caller's commit.
 */
import { createHasher, type HashAlgorithm, type Hasher } from '../../base/hash.ts';
import { type HashThread, isThreaded, type ThreadHasher } from '../../base/hash-thread.ts';
import { abortable } from '../../base/streams/abortable.ts';
import type { ByteStream } from '../../base/streams/byte-stream.ts';
import { collectIfSmall, type ReopenedStream } from '../../base/streams/collect.ts';
import type { Core } from '../core.ts';
import { blobStretch, inlineStretch } from '../crypt/stretches.ts';
import { CoreError } from '../errors.ts';
import type { Checksum, ChecksumAlgorithm, Segment } from '../model/object-records.ts';
import type { ExpectedDigest } from './info.ts';

export interface BodyInput {
  readonly body: ByteStream;
  /** Bytes announced. */
  readonly size?: number;
  readonly expected: readonly ExpectedDigest[];
  readonly checksum?: ChecksumAlgorithm;
  readonly signal: AbortSignal;
}

export interface StoredBody {
  /** None for an empty body, else one. */
  readonly segments: readonly Segment[];
  readonly size: number;
  /** In hex. */
  readonly md5: string;
  readonly checksum?: Checksum;
}

/**
 * With a data key the bytes are stored encrypted; sizes and digests are those of the plain ones.
 * @throws CoreError BadDigest, IncompleteBody, TooLarge; whatever the body or `signal` ends with. Nothing stays behind then.
 */
export async function storeBody(
  core: Core,
  input: BodyInput,
  dataKey: Uint8Array | undefined,
): Promise<StoredBody> {
  const digesting = new Digesting(core, input);
  const checked = digesting.check(abortable(input.body, input.signal));
  const body = await collectIfSmall(checked, core.settings.inlineBytes);
  const segments =
    body instanceof Uint8Array
      ? inlineSegments(core, body, dataKey)
      : [await writeBlob(core, body, dataKey, digesting, input.signal)];
  return { segments, ...digesting.result() };
}

function inlineSegments(core: Core, bytes: Uint8Array, dataKey: Uint8Array | undefined): Segment[] {
  return bytes.length === 0 ? [] : [inlineStretch(core, bytes, dataKey)];
}

async function writeBlob(
  core: Core,
  body: ReopenedStream,
  dataKey: Uint8Array | undefined,
  digesting: Digesting,
  signal: AbortSignal,
): Promise<Segment> {
  try {
    return await blobStretch(core, body, dataKey, () => digesting.result().size, signal);
  } finally {
    await body.close();
  }
}

/**
 * What `commit` answers. When it refuses, the stored bytes are dropped at once. When it fails in any other way, the engine may
 * have carried it out, so they stay; without a reference they are found as orphans later.
 */
export async function keepingBody<T>(
  core: Core,
  segments: readonly Segment[],
  commit: () => Promise<T>,
): Promise<T> {
  try {
    return await commit();
  } catch (error) {
    if (error instanceof CoreError) await dropBlobs(core, segments);
    throw error;
  }
}

async function dropBlobs(core: Core, segments: readonly Segment[]): Promise<void> {
  for (const segment of segments) {
    // What cannot be deleted now is an orphan, which the sweep finds; the refusal is what the caller must hear.
    if (segment.kind === 'blob') await core.blobs.delete(segment.blob).catch(() => {});
  }
}

/** Bodies that come in chunks of this many bytes are worth asking another thread to hash them. */
const threadedBytes = 256 * 1024;

/** Counts and hashes one body as it passes. */
class Digesting {
  readonly #limit: number;
  readonly #input: BodyInput;
  readonly #thread: HashThread | undefined;
  readonly #hashers = new Map<HashAlgorithm, Hasher | ThreadHasher>();
  readonly #digests = new Map<HashAlgorithm, Buffer>();
  #size = 0;

  constructor({ settings, hashThread }: Core, input: BodyInput) {
    const { size = settings.maxUploadBytes } = input;
    if (size > settings.maxUploadBytes) throw new CoreError('TooLarge', { limit: settings.maxUploadBytes });
    this.#limit = size;
    this.#input = input;
    this.#thread = hashThread;
  }

  /** The chunks of `body`; throws in place of its end when it is not what was announced. */
  async *check(body: ByteStream): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of body) {
        this.#size += chunk.length;
        if (this.#size > this.#limit) throw new CoreError('TooLarge', { limit: this.#limit });
        if (this.#hashers.size === 0) this.#start(chunk.length >= threadedBytes);
        for (const hasher of this.#hashers.values()) await hasher.update(chunk);
        yield chunk;
      }
      await this.#compare();
    } finally {
      for (const hasher of this.#hashers.values()) if ('drop' in hasher) hasher.drop();
    }
  }

  #start(large: boolean): void {
    const { expected, checksum } = this.#input;
    const wanted = new Set<HashAlgorithm>(['md5', ...expected.map(({ algorithm }) => algorithm)]);
    if (checksum !== undefined) wanted.add(lower(checksum));
    for (const algorithm of wanted) {
      const elsewhere = large && isThreaded(algorithm) ? this.#thread?.createHasher(algorithm) : undefined;
      this.#hashers.set(algorithm, elsewhere ?? createHasher(algorithm));
    }
  }

  async #compare(): Promise<void> {
    const { size, expected } = this.#input;
    if (size !== undefined && this.#size < size) {
      throw new CoreError('IncompleteBody', { expected: size, received: this.#size });
    }
    if (this.#hashers.size === 0) this.#start(false);
    for (const [algorithm, hasher] of this.#hashers) this.#digests.set(algorithm, await hasher.digest());
    for (const { algorithm, value } of expected) {
      const wanted = typeof value === 'function' ? value() : value;
      if (!this.#digest(algorithm).equals(wanted)) throw new CoreError('BadDigest', { digest: algorithm });
    }
  }

  #digest(algorithm: HashAlgorithm): Buffer {
    return this.#digests.get(algorithm) ?? Buffer.alloc(0);
  }

  result(): Omit<StoredBody, 'segments'> {
    const { checksum } = this.#input;
    const told = { size: this.#size, md5: this.#digest('md5').toString('hex') };
    if (checksum === undefined) return told;
    const value = this.#digest(lower(checksum)).toString('base64');
    return { ...told, checksum: { algorithm: checksum, type: 'FULL_OBJECT', value } };
  }
}

/** S3's name of an algorithm as the hashers' name. */
export function lower(algorithm: ChecksumAlgorithm): Lowercase<ChecksumAlgorithm> {
  return algorithm.toLowerCase() as Lowercase<ChecksumAlgorithm>;
}
