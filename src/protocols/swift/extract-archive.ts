/**
 * Owns taking the files of a tar archive into containers, as upstream's bulk middleware does: each by itself, so that a failure of one
 * never stops the others; containers that are missing are made. Only files count. Refuses to know how the archive is read.
 */
import { Readable } from 'node:stream';
import type { ByteStream } from '../../base/streams/byte-stream.ts';
import { collect } from '../../base/streams/collect.ts';
import { readTar, type TarEntry, TarError } from '../../base/wire/tar.ts';
import { may } from '../../core/access/authorize.ts';
import { createBucket } from '../../core/buckets/create.ts';
import { getBucket } from '../../core/buckets/get.ts';
import { CoreError, isCoreError } from '../../core/errors.ts';
import type { BucketName } from '../../core/model/names.ts';
import type { Metadata } from '../../core/model/object-records.ts';
import { putObject } from '../../core/objects/put.ts';
import type { ExtractionOutcome } from './bulk-answer.ts';
import { type BulkContext, reasonOf, statusOf } from './bulk-delete.ts';
import { quoted, utf8 } from './bulk-lines.ts';
import { guessContentType } from './content-type.ts';
import { checkMetadata } from './metadata.ts';

/** Shown by `/info`: failures before the rest is left alone, and containers that one archive may make. */
export const extractionLimits = { failures: 1000, containers: 10_000 } as const;

/** Files of at most this many bytes are stored side by side, so that they share commits of the engine. */
const smallBytes = 64 * 1024;
const atOnce = 16;
/** Of a path in the answer, in bytes: longer than any container and object together can be. */
const longestShown = 1100;

/** What every file of the archive gets, from the request. */
export interface ExtractionWish {
  /** Container and folder before every path; '' for paths that begin with their container. */
  readonly base: string;
  readonly metadata: Metadata;
  readonly deleteAt?: number;
}

/** Everything but what `signal` ends with becomes part of the outcome. */
export async function extractArchive(
  context: BulkContext,
  wish: ExtractionWish,
  archive: ByteStream,
): Promise<ExtractionOutcome> {
  const extraction = new Extraction(context, wish);
  try {
    for await (const entry of readTar(archive)) {
      context.signal.throwIfAborted();
      await extraction.take(entry);
      if (extraction.stopped) break;
    }
  } catch (error) {
    await extraction.settle();
    if (!(error instanceof TarError)) throw error;
    return extraction.outcome(`Invalid Tar File: ${error.message}`);
  }
  await extraction.settle();
  context.signal.throwIfAborted();
  return extraction.outcome();
}

class Extraction {
  readonly #context: BulkContext;
  readonly #wish: ExtractionWish;
  readonly #errors: [path: string, reason: string][] = [];
  /** Small files under way, by path. */
  readonly #pending = new Map<string, Promise<void>>();
  /** What became of making sure that a container exists: the status of the failure, if one. */
  readonly #containers = new Map<string, Promise<number | undefined>>();
  #created = 0;
  #containersMade = 0;
  #serverFailed = false;

  constructor(context: BulkContext, wish: ExtractionWish) {
    this.#context = context;
    this.#wish = wish;
  }

  /** The rest of the archive is left alone. */
  get stopped(): boolean {
    return this.#errors.length >= extractionLimits.failures || this.#tooManyContainers;
  }

  get #tooManyContainers(): boolean {
    return this.#containersMade > extractionLimits.containers;
  }

  /** Waits for the files under way; never throws. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#pending.values());
  }

  /** `body`: what is wrong with the archive as a whole. */
  outcome(body?: string): ExtractionOutcome {
    const counts = { created: this.#created, errors: this.#errors };
    if (body !== undefined) return { ...counts, status: '400 Bad Request', body };
    if (this.#tooManyContainers) {
      const most = `More than ${extractionLimits.containers} containers to create from tar.`;
      return { ...counts, status: '400 Bad Request', body: most };
    }
    if (this.#serverFailed) return { ...counts, status: '502 Bad Gateway' };
    if (this.#created > 0 || this.#errors.length > 0) return counts;
    return { ...counts, status: '400 Bad Request', body: 'Invalid Tar File: No Valid Files' };
  }

  async take(entry: TarEntry): Promise<void> {
    if (entry.kind === 'other') return;
    const bytes = pathOf(entry, this.#wish.base);
    const path = utf8(bytes);
    if (path?.includes('/') === false) return;
    const shown = quoted(bytes.subarray(0, longestShown));
    if (path === undefined) return this.#fail(shown, 412);
    // What an archive leaves out in the middle of a file is not made up here.
    if (entry.kind === 'sparse') return this.#fail(shown, 400);
    if (entry.size > this.#context.view.settings.maxUploadBytes) return this.#fail(shown, 413);
    // Of two files under one path the later one counts.
    await this.#pending.get(path);
    if (entry.size > smallBytes) return this.#storeLarge(path, shown, entry);
    const body = await collect(entry.body, smallBytes);
    while (this.#pending.size >= atOnce) await Promise.race(this.#pending.values());
    const work = this.#store(path, shown, entry, body).finally(() => this.#pending.delete(path));
    // It is awaited later, or was refused together with everything else.
    work.catch(() => undefined);
    this.#pending.set(path, work);
  }

  /** What the archive itself fails with is no failure of the one file. */
  async #storeLarge(path: string, shown: string, entry: TarEntry): Promise<void> {
    let broken: { readonly error: unknown } | undefined;
    async function* watched() {
      try {
        yield* entry.body;
      } catch (error) {
        broken = { error };
        throw error;
      }
    }
    const status = await this.#statusOfStoring(path, entry, watched());
    if (broken !== undefined) throw broken.error;
    this.#count(shown, status);
  }

  #fail(shown: string, status: number): void {
    this.#serverFailed ||= status >= 500;
    this.#errors.push([shown, reasonOf(status)]);
  }

  async #store(path: string, shown: string, entry: TarEntry, bytes: Buffer): Promise<void> {
    this.#count(shown, await this.#statusOfStoring(path, entry, Readable.from([bytes])));
  }

  /** What a PUT of this one file would have been answered. */
  async #statusOfStoring(path: string, entry: TarEntry, body: ByteStream): Promise<number> {
    const container = path.slice(0, path.indexOf('/'));
    const missing = await this.#container(container);
    const status = await statusOf(this.#context, () => this.#put(container, path, entry, body));
    if (status >= 300 && missing !== undefined) this.#failContainer(container, missing);
    return status;
  }

  #count(shown: string, status: number): void {
    if (status < 300) this.#created += 1;
    else this.#fail(shown, status);
  }

  /** Once for each container, and only when a file could not do without it. */
  #failContainer(container: string, status: number): void {
    const shown = quoted(Buffer.from(`/v1/${this.#context.view.target.account}/${container}`));
    const known = this.#errors.some(([path]) => path === shown);
    if (!known) this.#fail(shown, status);
  }

  #container(name: string): Promise<number | undefined> {
    const known = this.#containers.get(name) ?? this.#ensure(name);
    this.#containers.set(name, known);
    return known;
  }

  async #ensure(name: string): Promise<number | undefined> {
    const status = await statusOf(this.#context, async () => {
      const { core, actor, view } = this.#context;
      const bucket = view.newContainer(name);
      if (await exists(this.#context, bucket)) return 204;
      const project = view.project();
      const { allow } = await may(core, actor, { action: 'storage.buckets.create', project });
      if (!allow || actor.kind !== 'user') return 403;
      this.#containersMade += 1;
      if (this.#tooManyContainers) return 400;
      await createBucket(core, actor, { name: bucket, project });
      return 201;
    });
    return status < 300 ? undefined : status;
  }

  async #put(container: string, path: string, entry: TarEntry, body: ByteStream): Promise<number> {
    const { core, actor, view, signal } = this.#context;
    const project = view.project();
    const bucket = view.container(container);
    const key = view.newObject(path.slice(container.length + 1));
    const { allow } = await may(core, actor, { action: 'storage.objects.create', bucket, key, project });
    if (!allow) return 403;
    const { metadata, deleteAt } = this.#wish;
    const stated = statedIn(entry);
    const merged = { ...metadata, ...stated.metadata };
    checkMetadata('object', Object.entries(merged));
    await putObject(core, actor, {
      bucket,
      key,
      attributes: {
        contentType: stated.contentType ?? guessContentType(key),
        headers: {},
        metadata: merged,
        ...(deleteAt !== undefined && { deleteAt }),
      },
      conditions: {},
      body,
      size: entry.size,
      expected: [],
      signal,
    });
    return 201;
  }
}

async function exists({ core, view }: BulkContext, bucket: BucketName): Promise<boolean> {
  try {
    const { projectId } = await getBucket(core, bucket);
    if (projectId === view.project()) return true;
    throw new CoreError('BucketExists', { bucket, sameProject: false, sameOwner: false });
  } catch (error) {
    if (isCoreError(error, 'NoSuchBucket')) return false;
    throw error;
  }
}

/** Where the file goes in the account: without a `./` or slashes before it, behind the base. */
function pathOf({ path }: TarEntry, base: string): Buffer {
  const text = path.toString('latin1').replace(/^\.\//, '').replace(/^\/+/, '');
  const name = Buffer.from(text, 'latin1');
  return base === '' ? name : Buffer.concat([Buffer.from(`${base}/`), name]);
}

/** Extended attributes as GNU tar and libarchive write them: `user.mime_type`, `user.meta.{name}`. */
function statedIn({ records }: TarEntry): { contentType?: string; metadata: Metadata } {
  const metadata: Record<string, string> = {};
  let contentType: string | undefined;
  for (const [name, bytes] of records) {
    const [, what = ''] = /^(?:SCHILY|LIBARCHIVE)\.xattr\.user\.(mime_type|meta\..+)$/.exec(name) ?? [];
    const value = printable(bytes);
    if (what === '' || value === undefined) continue;
    const meta = what.slice('meta.'.length).toLowerCase();
    if (what === 'mime_type') contentType = value;
    else if (/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(meta)) metadata[meta] = value;
  }
  return { ...(contentType !== undefined && { contentType }), metadata };
}

/** Text that could stand in a header; undefined for any other. */
function printable(bytes: Buffer): string | undefined {
  const text = utf8(bytes);
  return text === undefined || text === '' || /\p{Cc}/u.test(text) ? undefined : text;
}
