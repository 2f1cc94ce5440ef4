/** Owns what tests leave on the machine: temporary directories and child processes, both gone when the test process ends. */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const directories = new Set<string>();
const children = new Set<ChildProcess>();
let watching = false;

/** A new empty directory under the system's temporary one, removed when this process ends. */
export function tempDirectory(purpose: string): string {
  watchExit();
  const path = mkdtempSync(join(tmpdir(), `onggi-${purpose}-`));
  directories.add(path);
  return path;
}

/** Makes sure that `child`, started as the leader of its own process group, does not outlive this process. */
export function adopt(child: ChildProcess): void {
  watchExit();
  children.add(child);
  child.once('exit', () => children.delete(child));
}

/** Sends `signal` to the whole process group of `child`; one that is gone already is fine. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function watchExit(): void {
  if (watching) return;
  watching = true;
  process.on('exit', () => {
    for (const child of children) signalGroup(child, 'SIGKILL');
    for (const path of directories) rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  });
  // Without a handler a signal ends the process before 'exit' is emitted.
  process.on('SIGINT', () => process.exit(130));
  process.on('SIGTERM', () => process.exit(143));
}
