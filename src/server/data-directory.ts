/**
 * The data directory: ours and nobody else's. A marker file tells whose it is and which format it has; a lock file keeps a
 * second server out. Refuses with one clear line (`DataDirectoryError`).
 */
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

export class DataDirectoryError extends Error {}

export interface DataDirectory {
  readonly path: string;
  /** Takes the lock off; the directory may then be opened by another server. */
  release(): void;
}

const markerName = 'onggi.json';
const lockName = 'onggi.lock';
const formatVersion = 1;

/** Creates or opens `path` and locks it for this process. @throws DataDirectoryError */
export function openDataDirectory(path: string): DataDirectory {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new DataDirectoryError(`data directory ${path}: cannot be created (${reason(error)})`);
  }
  const release = lock(path);
  try {
    checkMarker(path);
  } catch (error) {
    release();
    throw error;
  }
  return { path, release };
}

function checkMarker(path: string): void {
  const marker = join(path, markerName);
  let text: string;
  try {
    text = readFileSync(marker, 'utf8');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw new DataDirectoryError(`data directory ${path}: ${reason(error)}`);
    const others = readdirSync(path).filter((name) => name !== lockName && name !== 'lost+found');
    if (others.length > 0) {
      throw new DataDirectoryError(
        `data directory ${path}: holds other files and no ${markerName}; choose an empty one`,
      );
    }
    writeFileSync(marker, `${JSON.stringify({ format: formatVersion })}\n`);
    return;
  }
  let format: unknown;
  try {
    format = (JSON.parse(text) as { format?: unknown }).format;
  } catch {
    throw new DataDirectoryError(`data directory ${path}: ${markerName} is not ours`);
  }
  if (format !== formatVersion) {
    throw new DataDirectoryError(
      `data directory ${path}: has format ${String(format)}, this server knows ${formatVersion}`,
    );
  }
}

/** The holder of a lock: a process id can be used again, its start time tells the two apart (where the system shows it). */
interface Holder {
  readonly pid: number;
  readonly started: string;
}

function lock(path: string): () => void {
  const file = join(path, lockName);
  const own: Holder = { pid: process.pid, started: startOf(process.pid) };
  for (let attempt = 0; attempt < 5; attempt += 1) {
    try {
      const descriptor = openSync(file, 'wx', 0o600);
      writeFileSync(descriptor, JSON.stringify(own));
      closeSync(descriptor);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (codeOf(error) !== 'EEXIST')
        throw new DataDirectoryError(`data directory ${path}: not writable (${reason(error)})`);
    }
    const holder = readHolder(file);
    if (holder !== undefined && startOf(holder.pid) === holder.started && holder.started !== '') {
      throw new DataDirectoryError(
        `data directory ${path}: in use by another server (process ${holder.pid})`,
      );
    }
    takeAway(file, `${file}.${process.pid}`);
  }
  throw new DataDirectoryError(`data directory ${path}: its lock changes all the time`);
}

/** Renaming first: of two processes that see the same dead holder, only one gets to remove it. */
function takeAway(file: string, aside: string): void {
  try {
    renameSync(file, aside);
    rmSync(aside, { force: true });
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

function readHolder(file: string): Holder | undefined {
  try {
    const { pid, started } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Holder>;
    return typeof pid === 'number' && typeof started === 'string' ? { pid, started } : undefined;
  } catch {
    return undefined;
  }
}

/** When a process started, in the system's own terms; '' when there is no such process, or only its remains (a zombie). */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? '' : (fields[18] ?? '');
  } catch {
    // No procfs (macOS): existence has to do.
    try {
      process.kill(pid, 0);
      return 'running';
    } catch (error) {
      return codeOf(error) === 'EPERM' ? 'running' : '';
    }
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function reason(error: unknown): string {
  return codeOf(error) ?? 'failed';
}
