/** Owns what every engine asks of a range before it looks for a blob. */

import type { ByteRange } from './blob-store.ts';

/** @throws RangeError for a range no blob can have: a defect of the caller, unlike a range past a blob's end. */
export function checkRange({ start, end }: ByteRange): void {
  if (Number.isSafeInteger(start) && Number.isSafeInteger(end) && 0 <= start && start <= end) return;
  throw new RangeError(`${start} to ${end} is not a byte range`);
}
