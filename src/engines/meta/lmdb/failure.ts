/** Owns what LMDB's own errors mean to the rest of the house. Refuses to keep the engine going after one. */
import { statfsSync } from 'node:fs';
import { constants } from 'node:os';
import { Corrupt, Unavailable } from '../../errors.ts';

const { EDQUOT, EFBIG, EIO, ENOSPC } = constants.errno;
const outOfSpace: readonly unknown[] = [ENOSPC, EDQUOT, EFBIG, 'ENOSPC', 'EDQUOT', 'EFBIG'];
/** MDB_CORRUPTED, MDB_PAGE_NOTFOUND. */
const damaged: readonly unknown[] = [-30796, -30797];

/** Whether less than a MiB is free where `path` is. */
export function hasNoSpace(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize < 2 ** 20;
  } catch {
    return false;
  }
}

/** The error number or name that LMDB or the system gave. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** The engine's failure for an error met while opening or writing the files in `path`. */
export function asUnavailable(error: unknown, path: string, what: string): Unavailable {
  if (error instanceof Unavailable) return error;
  const code = codeOf(error);
  // LMDB answers a write that the disk took only in part with EIO; a disk without space explains it.
  const full = outOfSpace.includes(code) || (code === EIO && hasNoSpace(path));
  const why = error instanceof Error ? error.message : String(error);
  return new Unavailable(`${what}: ${why}`, full ? 'full' : 'down', error);
}

/** The engine's failure for an error met while reading. */
export function asReadFailure(error: unknown, path: string): Unavailable | Corrupt {
  if (damaged.includes(codeOf(error))) return new Corrupt(`the metadata in ${path} is damaged`, error);
  return asUnavailable(error, path, 'cannot read the metadata');
}
