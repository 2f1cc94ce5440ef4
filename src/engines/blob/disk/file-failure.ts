/** Owns what a failed file operation means: the one place where error numbers become the engine's errors. */

import { Unavailable } from '../../errors.ts';

const full = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** The system's error name, such as `ENOENT`, when `error` is a failed system call. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** What an engine throws for a failed file operation; its message names no path. */
export function unavailable(error: unknown): Unavailable {
  if (error instanceof Unavailable) return error;
  const code = errorCode(error);
  if (code !== undefined && full.has(code))
    return new Unavailable(`no space for blobs (${code})`, 'full', error);
  return new Unavailable(`the blob directory cannot be used (${code ?? 'unknown error'})`, 'down', error);
}

/** The outcome of a file operation, its failure translated. */
export async function attempt<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    throw unavailable(error);
  }
}

/** Marks a promise whose failure is looked at when its turn comes, so that it does not count as forgotten meanwhile. */
export function awaitedLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
