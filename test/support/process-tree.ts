/** Owns looking at processes from outside: whose children they are, and when a whole group is gone. */
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** The process ids of the running children of `parent`. */
export function childrenOf(parent: number): number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, ppid, stat]) => Number(ppid) === parent && stat?.startsWith('Z') === false)
    .map(([pid]) => Number(pid));
}

/** SIGKILL to each; one that is gone already is fine. */
export function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** @param pid of a process, or the negative number of a group */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Resolves when no process of the group is left; answers false when that takes longer than `milliseconds`. */
export async function groupGone(group: number, milliseconds: number): Promise<boolean> {
  for (const end = Date.now() + milliseconds; isRunning(-group); await sleep(20)) {
    if (Date.now() > end) return false;
  }
  return true;
}
