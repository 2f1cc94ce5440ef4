/** Owns what the server's and the driver's errors mean to the rest of the house. */
import { Corrupt, Unavailable } from '../../errors.ts';

/** serialization_failure, deadlock_detected: the server took everything back, and the same call may succeed. */
const worthRepeating: readonly unknown[] = ['40001', '40P01'];
/** disk_full. */
const outOfSpace = '53100';
/** data_corrupted, index_corrupted. */
const damaged: readonly unknown[] = ['XX001', 'XX002'];

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

export function isWorthRepeating(error: unknown): boolean {
  return worthRepeating.includes(codeOf(error));
}

/** The engine's failure for any error of the driver. Its message is the server's, which never holds the password. */
export function asFailure(error: unknown): Unavailable | Corrupt {
  if (error instanceof Unavailable || error instanceof Corrupt) return error;
  const code = codeOf(error);
  const why = error instanceof Error ? error.message || String(code) : String(error);
  if (damaged.includes(code)) return new Corrupt(`PostgreSQL: ${why}`, error);
  return new Unavailable(`PostgreSQL: ${why}`, code === outOfSpace ? 'full' : 'down', error);
}
