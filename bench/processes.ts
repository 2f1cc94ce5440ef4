/** Which programs of the benchmark there are, and what processes use: memory and processor time. */
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Unavailable } from './peers/peer.ts';

/** Paths of programs by name. @throws Unavailable naming the Debian packages of those that are missing */
export function programs<Name extends string>(
  packages: Readonly<Record<Name, string>>,
): Record<Name, string> {
  const places = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin'];
  const found = {} as Record<Name, string>;
  const missing = new Set<string>();
  for (const name of Object.keys(packages) as Name[]) {
    const path = places.map((place) => join(place, name)).find((candidate) => existsSync(candidate));
    if (path === undefined) missing.add(packages[name]);
    else found[name] = path;
  }
  if (missing.size > 0) throw new Unavailable(`not installed: Debian package ${[...missing].join(', ')}`);
  return found;
}

/** Resident memory in bytes: all of it, and the part that is the process's own (not mapped files). 0 when it is gone. */
export function residentMemory(pid: number): { all: number; own: number } {
  let status = '';
  try {
    status = readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return { all: 0, own: 0 };
  }
  const field = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
  return { all: field('VmRSS'), own: field('RssAnon') };
}

/** Processor seconds, user and system together, that these processes have used so far. */
export function processorSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + ticksOf(pid, 2), 0) / ticksPerSecond;
}

/** Processor seconds of this process and of all its children that have ended. */
export function ownProcessorSeconds(): number {
  return ticksOf(process.pid, 4) / ticksPerSecond;
}

/** Processor seconds that the whole machine was busy, whoever with, and that its host took away. */
export function machineProcessorSeconds(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0, stolen = 0] = readFileSync(
    '/proc/stat',
    'utf8',
  )
    .slice('cpu'.length, 200)
    .trim()
    .split(/\s+/)
    .map(Number);
  return (user + nice + system + irq + softIrq + stolen) / ticksPerSecond;
}

/** On every common Linux. */
const ticksPerSecond = 100;

/** The first `fields` of utime, stime, cutime, cstime; 0 of a process that is gone. */
function ticksOf(pid: number, fields: 2 | 4): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const times = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return times.slice(11, 11 + fields).reduce((sum, ticks) => sum + Number(ticks), 0);
  } catch {
    return 0;
  }
}
