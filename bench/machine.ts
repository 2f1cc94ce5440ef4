/** What the numbers were measured on: processor, memory, disk, and how busy the machine was with other work. */
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { md5Rate } from './load/large-objects.ts';

export interface Machine {
  readonly description: string;
  /** Synced appends of 4 KiB per second, one after the other. */
  readonly syncs: number;
  /** MiB per second of a synced sequential write of 512 MiB. */
  readonly diskWrite: number;
  /** MiB per second of MD5 on one core. */
  readonly md5: number;
  /** Mean number of processes that wanted to run in the minute before. */
  readonly load: number;
}

export function describeMachine(home: string): Machine {
  const all = cpus();
  const memory = (totalmem() / 1024 ** 3).toFixed(0);
  return {
    description: `${all.length} x ${all[0]?.model.trim() ?? 'unknown processor'}, ${memory} GiB, Linux ${release()}, Node ${process.version}, ${fileSystem(home)}`,
    load: loadavg()[0] ?? 0,
    md5: md5Rate(),
    syncs: syncRate(home),
    diskWrite: writeRate(home),
  };
}

function syncRate(home: string): number {
  const file = openSync(join(home, 'syncs.bin'), 'w');
  const block = Buffer.alloc(4096, 1);
  const began = performance.now();
  let count = 0;
  for (; performance.now() - began < 500; count += 1) {
    writeSync(file, block);
    fdatasyncSync(file);
  }
  closeSync(file);
  return (count * 1000) / (performance.now() - began);
}

function writeRate(home: string): number {
  const file = openSync(join(home, 'write.bin'), 'w');
  const block = Buffer.alloc(4 * 1024 * 1024, 1);
  const began = performance.now();
  for (let i = 0; i < 128; i += 1) writeSync(file, block);
  fdatasyncSync(file);
  const rate = (512 * 1000) / (performance.now() - began);
  closeSync(file);
  return rate;
}

/** The type of the file system that holds `path`. */
function fileSystem(path: string): string {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, place = '']) => path === place || path.startsWith(place === '/' ? '/' : `${place}/`))
    .toSorted(([, a = ''], [, b = '']) => b.length - a.length);
  return mounts[0]?.[2] ?? 'unknown file system';
}
