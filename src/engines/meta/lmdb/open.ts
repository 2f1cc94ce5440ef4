/**
 * Opens the embedded metadata engine in a directory, making it when it is new. Owns every choice of LMDB's options.
 * Refuses to decide who may use the directory: several processes may, at the same time, each with one store.
 */
import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import type { MetaStore } from '../meta-store.ts';
import { prepareDirectory, syncNames } from './directory.ts';
import { asUnavailable } from './failure.ts';
import { LmdbMetaStore, type LmdbParts } from './meta-store.ts';

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
const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;
const options = {
  ...binary,
  noSubdir: false,
  // A commit becomes visible only when it is on the disk, and recovery needs no repair; README.md has the price.
  overlappingSync: false,
  // The promise behind its batches is nobody's, and would end the process when a commit fails.
  eventTurnBatching: false,
  maxReaders: readers,
} as const;

/** @throws Unavailable when the directory cannot be used; its message names the directory. */
export async function openLmdb({ path, patience = 15_000 }: LmdbOptions): Promise<MetaStore> {
  const gatePath = join(path, 'gate');
  try {
    for (const directory of [path, gatePath]) await prepareDirectory(directory, readers);
    const gate: RootDatabase<Buffer, Uint8Array> = open({ ...options, path: gatePath });
    const opened = await gate.transaction(() => openData(path));
    for (const directory of [path, gatePath]) await syncNames(directory);
    return new LmdbMetaStore({ gate, ...opened, path, patience });
  } catch (error) {
    throw asUnavailable(error, path, `cannot open the metadata directory ${path}`);
  }
}

/**
 * Only behind the gate: LMDB, while it opens a directory, reads which transaction is the newest and a moment later tells
 * all processes so; a commit between the two would be forgotten by all (OpenLDAP's ITS#9496).
 */
function openData(path: string): Pick<LmdbParts, 'root' | 'entries' | 'counters'> {
  const root: RootDatabase<Buffer, Uint8Array> = open({ ...options, path, mapSize: mapBytes, maxDbs: 4 });
  return {
    root,
    entries: root.openDB<Buffer, Uint8Array>('entries', binary),
    counters: root.openDB<Buffer, Uint8Array>('counters', binary),
  };
}
