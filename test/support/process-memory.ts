/** Reads how much memory a server and its workers have used at most, from Linux's /proc. */
import { readFileSync } from 'node:fs';
import { childrenOf } from './process-tree.ts';

/** Why peaks cannot be read here, for a test's `skip`; false when they can. */
export function peakMemoryMissing(): string | false {
  return process.platform === 'linux' ? false : 'peak memory is read from /proc, which only Linux has';
}

/** Most resident memory since the start (VmHWM of proc(5)), in bytes: of the process, then of each of its children. */
export function peakMemory(pid: number): number[] {
  return [pid, ...childrenOf(pid)].map((one) => {
    const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${one}/status`, 'utf8'));
    if (line === null) throw new Error(`/proc/${one}/status has no VmHWM`);
    return Number(line[1]) * 1024;
  });
}
