/** Resident memory: idle, and while a stream of uploads passes through. */
import { closeSync, ftruncateSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer } from '../peers/peer.ts';
import { residentMemory } from '../processes.ts';
import { upload } from './large-objects.ts';

const mib = 1024 * 1024;

export interface Resident {
  readonly name: string;
  /** MiB, all and the part that is the process's own (mapped files left out). */
  readonly all: number;
  readonly own: number;
}

export function residentNow(peer: Peer): Resident[] {
  return peer.processes().map(({ name, pid }) => {
    const { all, own } = residentMemory(pid);
    return { name, all: all / mib, own: own / mib };
  });
}

export interface StreamMemory {
  readonly gibibytes: number;
  /** MiB per second over the whole stream. */
  readonly rate: number;
  /** Largest process, MiB: before, and the most seen in each quarter of the stream. */
  readonly before: number;
  readonly quarters: readonly number[];
  /** As `quarters`, but only the process's own memory: mapped files left out. */
  readonly ownQuarters: readonly number[];
}

/** Uploads objects of 1 GiB one after the other onto one key, and looks at the largest process ten times a second. */
export async function measureStream(peer: Peer, gibibytes: number, home: string): Promise<StreamMemory> {
  const [door] = peer.doors;
  if (door === undefined) throw new Error(`${peer.name} has no door`);
  // Sparse: reading it costs the disk nothing.
  const file = join(home, 'stream.bin');
  const handle = openSync(file, 'w');
  ftruncateSync(handle, 1024 * mib);
  closeSync(handle);
  await door.createBucket('stream');
  const largest = (part: 'all' | 'own') => Math.max(...residentNow(peer).map((process) => process[part]));
  const before = largest('all');
  const quarters = [0, 0, 0, 0];
  const ownQuarters = [0, 0, 0, 0];
  let done = 0;
  const sampler = setInterval(() => {
    const quarter = Math.min(3, Math.floor((done * 4) / gibibytes));
    quarters[quarter] = Math.max(quarters[quarter] ?? 0, largest('all'));
    ownQuarters[quarter] = Math.max(ownQuarters[quarter] ?? 0, largest('own'));
  }, 100);
  const began = performance.now();
  try {
    for (; done < gibibytes; done += 1) await upload(door, 'stream', file);
  } finally {
    clearInterval(sampler);
  }
  const rate = (gibibytes * 1024 * 1000) / (performance.now() - began);
  return { gibibytes, rate, before, quarters, ownQuarters };
}
