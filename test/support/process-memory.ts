/** Reads how much memory a process and its children have used at most, from Linux's /proc. */
import { readdirSync, readFileSync } from 'node:fs';

export interface PeakMemory {
  readonly pid: number;
  /** Most resident memory since the process started, in bytes (VmHWM of proc(5)). */
  readonly bytes: number;
}

/** Why peaks cannot be read here, for a test's `skip`; false when they can. */
export function peakMemoryMissing(): string | false {
  return process.platform === 'linux' ? false : 'peak memory is read from /proc, which only Linux has';
}

/** The process and all its descendants that live now. */
export function peakMemory(root: number): PeakMemory[] {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStatus(Number(name)));
  const family = [root];
  // The list grows while it is walked.
  for (const pid of family) family.push(...processes.filter((p) => p.parent === pid).map((p) => p.pid));
  return processes.filter((p) => family.includes(p.pid)).map(({ pid, bytes }) => ({ pid, bytes }));
}

function readStatus(pid: number): (PeakMemory & { parent: number })[] {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return []; // It has ended meanwhile.
  }
  const number = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return [{ pid, parent: number('PPid'), bytes: number('VmHWM') * 1024 }];
}
