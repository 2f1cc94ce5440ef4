/**
 * Opens the embedded metadata engine in a directory, making it when it is new. Owns every choice of LMDB's options.
 * Refuses to decide who may use the directory; several processes may, at the same time.
 */
import { mkdir } from 'node:fs/promises';
import { open } from 'lmdb';
import type { MetaStore } from '../meta-store.ts';
import { asUnavailable } from './failure.ts';
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
const readers = 1024;
const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;

/** @throws Unavailable when the directory cannot be used; its message names the directory. */
export async function openLmdb({ path, patience = 15_000 }: LmdbOptions): Promise<MetaStore> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const root = open<Buffer, Uint8Array>({
      ...binary,
      path,
      noSubdir: false,
      // A commit becomes visible only when it is on the disk, and recovery needs no repair; see README.md for the price.
      overlappingSync: false,
      mapSize: mapBytes,
      maxReaders: readers,
      maxDbs: 4,
    });
    const entries = root.openDB<Buffer, Uint8Array>('entries', binary);
    const counters = root.openDB<Buffer, Uint8Array>('counters', binary);
    return new LmdbMetaStore({ root, entries, counters, path, patience });
  } catch (error) {
    throw asUnavailable(error, path, `cannot open the metadata directory ${path}`);
  }
}
