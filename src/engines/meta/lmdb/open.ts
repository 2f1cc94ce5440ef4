/**
 * Opens the embedded metadata engine in a directory, making it when it is new. Owns every choice of LMDB's options.
 * Refuses to decide who may use the directory; several processes may, at the same time.
 */
import { access, constants, mkdir, open as openFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { open } from 'lmdb';
import { Unavailable } from '../../errors.ts';
import type { MetaStore } from '../meta-store.ts';
import { asUnavailable, codeOf, hasNoSpace } from './failure.ts';
import { LmdbMetaStore } from './meta-store.ts';

export interface LmdbOptions {
  /** The directory; it must be on a disk of this machine (locks and the memory map do not work over a network). */
  readonly path: string;
  /** Milliseconds after which a commit that got no answer is given up as Unavailable. */
  readonly patience?: number;
}

/** Address space, not disk space: the map grows by itself beyond it, but growing costs a new map. */
const mapBytes = 64 * 2 ** 30;
/** Slots for processes (and their threads) that read at the same time. */
const readers = 512;
/** Room for the slots (64 bytes each) and for what stands before them. */
const lockFileBytes = (readers + 16) * 64;
/** Where LMDB's first page says what it is (in the binding's format: after a page header of 24 bytes). */
const magicOffset = 24;
const magic = 0xbeefc0de;
const headerBytes = 32;
const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;

/** @throws Unavailable when the directory cannot be used; its message names the directory. */
export async function openLmdb({ path, patience = 15_000 }: LmdbOptions): Promise<MetaStore> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await assertUsable(path);
    const root = open<Buffer, Uint8Array>({
      ...binary,
      path,
      noSubdir: false,
      // A commit becomes visible only when it is on the disk, and recovery needs no repair; see README.md for the price.
      overlappingSync: false,
      // The promise behind its batches is nobody's, and would end the process when a commit fails.
      eventTurnBatching: false,
      mapSize: mapBytes,
      maxReaders: readers,
      maxDbs: 4,
    });
    const entries = root.openDB<Buffer, Uint8Array>('entries', binary);
    const counters = root.openDB<Buffer, Uint8Array>('counters', binary);
    await syncNames(path);
    return new LmdbMetaStore({ root, entries, counters, path, patience });
  } catch (error) {
    throw asUnavailable(error, path, `cannot open the metadata directory ${path}`);
  }
}

/** LMDB's binding ends the whole process when it meets a file that is not its own, or no space for one, so we look first. */
async function assertUsable(path: string): Promise<void> {
  await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  await writeLockFile(join(path, 'lock.mdb'));
  const header = await readHeader(join(path, 'data.mdb'));
  if (header.length === 0) {
    if (hasNoSpace(path)) throw new Unavailable(`no space for a metadata store in ${path}`, 'full');
    return;
  }
  if (header.length < headerBytes || header.readUInt32LE(magicOffset) !== magic) {
    throw new Unavailable(`${join(path, 'data.mdb')} is not a metadata store`);
  }
}

/** Written out, because a file with holes would end the process when a hole is first used on a full disk. */
async function writeLockFile(file: string): Promise<void> {
  await readHeader(file);
  try {
    await writeFile(file, Buffer.alloc(lockFileBytes), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

/** The first bytes of a file that can be read and written; none of an absent one. */
async function readHeader(file: string): Promise<Buffer> {
  try {
    await using handle = await openFile(file, 'r+');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headerBytes), 0, headerBytes, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

/** A new file outlives a power cut only when its directory's list of names is on the disk too, and that one's likewise. */
async function syncNames(path: string): Promise<void> {
  for (const directory of [path, dirname(path)]) {
    await using handle = await openFile(directory, 'r');
    await handle.sync();
  }
}
