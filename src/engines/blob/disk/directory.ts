/**
 * Owns the names on disk and their durability: `tmp/` for files being written, `blobs/ab/cd/<id>` for blobs. Refuses contents.
 * Several processes use one directory at once; nothing here relies on being alone.
 */

import type { Dirent, Stats } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BlobInfo } from '../blob-store.ts';
import { attempt, errorCode, unavailable } from './file-failure.ts';

/** No live upload leaves its file untouched this long, so an older one is a dead process's. Milliseconds. */
const STALE_AFTER = 24 * 60 * 60 * 1000;
/** Nobody outside the operator's group reads blobs behind the service's back. */
const DIRECTORY_MODE = 0o750;
const FILE_MODE = 0o640;
const PREFIXES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const BLOB_NAME = /^[0-9a-f]{32}$/;

export class BlobDirectory {
  readonly #root: string;
  /** `ab/cd` directories known to exist durably, or on their way. A hint: whoever finds one missing forgets it. */
  readonly #ready = new Map<string, Promise<void>>();

  private constructor(root: string) {
    this.#root = root;
  }

  /** Creates what is missing below and at `root`, durably. @throws the system's error. */
  static async open(root: string): Promise<BlobDirectory> {
    await makeDurably(root);
    for (const name of ['tmp', 'blobs'])
      await mkdir(join(root, name), { recursive: true, mode: DIRECTORY_MODE });
    const existing = new Set(await readdir(join(root, 'blobs')));
    for (const prefix of PREFIXES) {
      if (!existing.has(prefix)) await ignoringPresence(mkdir(join(root, 'blobs', prefix), DIRECTORY_MODE));
    }
    await syncDirectory(join(root, 'blobs'));
    await syncDirectory(root);
    return new BlobDirectory(root);
  }

  /** An empty file in `tmp/`, not yet a blob; its place is made ready meanwhile. @throws Unavailable. */
  async create(id: string): Promise<FileHandle> {
    const file = await attempt(open(this.#temporary(id), 'wx', FILE_MODE));
    // Only a head start: `publish` asks again and reports what went wrong.
    this.#prepare(id).catch(() => {});
    return file;
  }

  /** Turns the finished and synced file in `tmp/` into the blob; it is durable when this resolves. @throws Unavailable. */
  async publish(id: string): Promise<void> {
    const move = async () => {
      await this.#prepare(id);
      await rename(this.#temporary(id), this.#path(id));
    };
    try {
      await move();
    } catch (error) {
      // Somebody may have tidied empty directories away: once more from the start.
      if (errorCode(error) !== 'ENOENT') throw unavailable(error);
      this.#ready.delete(placeOf(id));
      await attempt(move());
    }
    try {
      await syncDirectory(dirname(this.#path(id)));
    } catch (error) {
      await Promise.allSettled([unlink(this.#path(id))]);
      throw unavailable(error);
    }
  }

  /** Removes the file of an unfinished write; what cannot be removed now is swept later. Nothing of `create` runs on afterwards. */
  async discard(id: string): Promise<void> {
    await Promise.allSettled([unlink(this.#temporary(id)), this.#ready.get(placeOf(id))]);
  }

  /** The blob's file, open for reading; undefined when there is none. @throws Unavailable. */
  async find(id: string): Promise<FileHandle | undefined> {
    return this.#unlessAbsent(BLOB_NAME.test(id) ? open(this.#path(id), 'r') : undefined);
  }

  /** Removes the blob's file; an absent one is fine. @throws Unavailable. */
  async remove(id: string): Promise<void> {
    await this.#unlessAbsent(BLOB_NAME.test(id) ? unlink(this.#path(id)) : undefined);
  }

  /** Every blob with the time its last byte was written. @throws Unavailable. */
  async *list(): AsyncGenerator<BlobInfo> {
    const blobs = join(this.#root, 'blobs');
    await attempt(stat(blobs));
    for (const first of await subdirectories(blobs)) {
      for (const second of await subdirectories(join(blobs, first))) {
        const place = join(blobs, first, second);
        const ids = (await entries(place)).map(({ name }) => name).filter((name) => BLOB_NAME.test(name));
        for (const { name, stats } of await statAll(place, ids))
          yield { id: name, createdAt: Math.floor(stats.mtimeMs) };
      }
    }
  }

  /** Removes files in `tmp/` that dead processes left. @param now milliseconds since the epoch. @throws Unavailable. */
  async sweep(now: number): Promise<void> {
    const folder = join(this.#root, 'tmp');
    const names = (await entries(folder)).filter((entry) => entry.isFile()).map(({ name }) => name);
    for (const { name, stats } of await statAll(folder, names)) {
      if (now - stats.mtimeMs > STALE_AFTER) await attempt(ignoringAbsence(unlink(join(folder, name))));
    }
  }

  /** Writes, reads and removes a small file in `tmp/`. @throws the system's error. */
  async probe(id: string): Promise<void> {
    const path = this.#temporary(`probe-${id}`);
    const file = await open(path, 'wx+', FILE_MODE);
    try {
      await file.write(Buffer.from(id));
      await file.read(Buffer.alloc(1), 0, 1, 0);
      await readdir(join(this.#root, 'blobs', '00'));
    } finally {
      await file.close();
      await ignoringAbsence(unlink(path));
    }
  }

  #temporary(id: string): string {
    return join(this.#root, 'tmp', id);
  }

  #path(id: string): string {
    return join(this.#root, 'blobs', placeOf(id), id);
  }

  /** Makes the `ab/cd` directory of `id` exist durably; nothing to do when it was used before. */
  #prepare(id: string): Promise<void> {
    const place = placeOf(id);
    const known = this.#ready.get(place);
    if (known !== undefined) return known;
    const ready = this.#makePlace(place);
    this.#ready.set(place, ready);
    ready.catch(() => this.#ready.delete(place));
    return ready;
  }

  /** Synced even when the directory exists, since another process may have made it and not yet got that far. */
  async #makePlace(place: string): Promise<void> {
    const path = join(this.#root, 'blobs', place);
    await ignoringPresence(mkdir(path, DIRECTORY_MODE));
    await syncDirectory(dirname(path));
  }

  /** Undefined when the blob is absent; but when the whole store is (an unmounted disk), that is another matter. */
  async #unlessAbsent<T>(operation: Promise<T> | undefined): Promise<T | undefined> {
    try {
      return await operation;
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw unavailable(error);
      await attempt(stat(join(this.#root, 'blobs', '00')));
      return undefined;
    }
  }
}

/** `ab/cd`, from the first four digits of the id. */
function placeOf(id: string): string {
  return join(id.slice(0, 2), id.slice(2, 4));
}

/** Creates `path` and its missing parents, each synced into the one above. */
async function makeDurably(path: string): Promise<void> {
  const topmost = await mkdir(path, { recursive: true, mode: DIRECTORY_MODE });
  if (topmost === undefined) return;
  for (let made = path; made.length >= topmost.length; made = dirname(made))
    await syncDirectory(dirname(made));
}

/** Makes the names in a directory durable. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function entries(folder: string): Promise<Dirent[]> {
  return (await attempt(ignoringAbsence(readdir(folder, { withFileTypes: true })))) ?? [];
}

async function subdirectories(folder: string): Promise<string[]> {
  const names = (await entries(folder)).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return names.filter((name) => /^[0-9a-f]{2}$/.test(name));
}

/** The names that still exist, with what the system knows about each. */
async function statAll(folder: string, names: string[]): Promise<{ name: string; stats: Stats }[]> {
  const found = await Promise.all(
    names.map(async (name) => {
      const stats = await attempt(ignoringAbsence(stat(join(folder, name))));
      return stats === undefined ? [] : [{ name, stats }];
    }),
  );
  return found.flat();
}

const ignoringAbsence = <T>(operation: Promise<T>) => ignoring('ENOENT', operation);
const ignoringPresence = <T>(operation: Promise<T>) => ignoring('EEXIST', operation);

async function ignoring<T>(code: string, operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (errorCode(error) === code) return undefined;
    throw error;
  }
}
