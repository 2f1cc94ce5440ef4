/** Owns the arithmetic of requested ranges (RFC 9110 14.1.2). */
import { CoreError } from '../errors.ts';
import type { DataRange } from './read-data.ts';

/** A range as a client states it: from `start`, to `end` inclusive; or the last `suffix` bytes (RFC 9110 14.1.2). */
export type RequestedRange = { readonly start: number; readonly end?: number } | { readonly suffix: number };

/** The bytes of `range` in an object of `size` bytes; undefined when it has none of them. */
export function resolveRange(range: RequestedRange, size: number): DataRange | undefined {
  const [start, end] =
    'suffix' in range
      ? [Math.max(size - range.suffix, 0), size]
      : [range.start, Math.min((range.end ?? size - 1) + 1, size)];
  return start < end ? { start, end } : undefined;
}

/** The satisfiable ones. @throws CoreError RangeNotSatisfiable when there is none */
export function resolveRanges(ranges: readonly RequestedRange[], size: number): DataRange[] {
  const resolved = ranges.flatMap((range) => resolveRange(range, size) ?? []);
  if (resolved.length === 0) throw new CoreError('RangeNotSatisfiable', { size });
  return resolved;
}
