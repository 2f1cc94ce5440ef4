/**
 * Owns the one walk through names in byte order that every listing is made of: names below a prefix, rolled up at a delimiter,
 * between two boundaries, in either direction. Its cost follows what it gives out: a rolled-up prefix is skipped with one seek.
 */
import { afterKey, afterPrefix, compareBytes } from '../../base/bytes.ts';
import type { Entry, KeyRange } from '../../engines/meta/meta-store.ts';

export interface Walk<T, E extends Entry = Entry> {
  readonly range: (range: KeyRange) => Promise<readonly E[]>;
  /** What all keys begin with; a name and whatever `nameOf` cuts off follow. */
  readonly base: Buffer;
  /** The names wanted begin with it. */
  readonly prefix: Buffer;
  /** Names are rolled up behind its first occurrence after the prefix; empty: never. */
  readonly delimiter: Buffer;
  /** Keys from `start` to `end` (exclusive); see `walkSpan`. */
  readonly start: Buffer;
  readonly end: Buffer;
  readonly reverse: boolean;
  /** Most items wanted, 0 or more. */
  readonly limit: number;
  /** The name in what follows `base` in a key. */
  readonly nameOf: (rest: Buffer) => Buffer;
  /** What to keep of an entry, undefined for one that is not to be seen; the entry itself is not kept, because its value may be large. */
  readonly read: (entry: E, name: Buffer) => T | undefined;
}

export type WalkItem<T> =
  | { readonly kind: 'entry'; readonly value: T }
  | { readonly kind: 'prefix'; readonly name: Buffer };

export interface WalkResult<T> {
  readonly items: readonly WalkItem<T>[];
  readonly truncated: boolean;
}

/** Entries asked of the engine at once. They come with their inline bytes, so the largest page is kept modest. */
const firstPage = 64;
const smallestPage = 4;
const largestPage = 250;

export async function walk<T, E extends Entry>(plan: Walk<T, E>): Promise<WalkResult<T>> {
  const items: WalkItem<T>[] = [];
  if (plan.limit === 0) return { items, truncated: false };
  let { start, end } = plan;
  // Without a delimiter every entry counts; with one, a page may be skipped over, so it shrinks when it is and grows when it is not.
  let page = plan.delimiter.length === 0 ? largestPage : firstPage;
  let room = 0;
  while (compareBytes(start, end) < 0) {
    const wanted = Math.min(page, Math.max(plan.limit - items.length, room) + 1);
    const entries = await plan.range({ start, end, limit: wanted, reverse: plan.reverse });
    const { full, skipping, hidden } = takePage(plan, entries, items);
    if (full) return { items, truncated: true };
    const last = entries.at(-1);
    if (entries.length < wanted || last === undefined) return { items, truncated: false };
    page = skipping === undefined ? Math.min(page * 2, largestPage) : Math.max(page >> 1, smallestPage);
    // Where some are not to be seen, the one behind the last wanted may be far.
    room = hidden ? firstPage : 0;
    const rolled = skipping && Buffer.concat([plan.base, skipping]);
    if (plan.reverse) end = rolled ?? Buffer.from(last.key);
    else start = rolled === undefined ? afterKey(last.key) : endOf(rolled);
  }
  return { items, truncated: false };
}

interface TakenPage {
  /** There is more than the walk wants. */
  readonly full: boolean;
  /** The prefix given already that the page's end was below. */
  readonly skipping?: Buffer | undefined;
  readonly hidden: boolean;
}

/** Adds the items of one page. */
function takePage<T, E extends Entry>(
  plan: Walk<T, E>,
  entries: readonly E[],
  items: WalkItem<T>[],
): TakenPage {
  let rolled: Buffer | undefined;
  let hidden = false;
  for (const entry of entries) {
    const name = nameOf(plan, entry);
    if (rolled !== undefined && startsWith(name, rolled)) continue;
    const value = plan.read(entry, name);
    if (value === undefined) {
      hidden = true;
      rolled = undefined;
      continue;
    }
    if (items.length === plan.limit) return { full: true, hidden };
    rolled = commonPrefix(name, plan);
    items.push(
      rolled === undefined ? { kind: 'entry', value } : { kind: 'prefix', name: Buffer.from(rolled) },
    );
  }
  return { full: false, skipping: rolled, hidden };
}

function nameOf<T, E extends Entry>({ base, nameOf }: Walk<T, E>, { key }: Entry): Buffer {
  return nameOf(Buffer.from(key.buffer, key.byteOffset + base.length, key.length - base.length));
}

/** `name` up to and with the delimiter, when it is rolled up. */
function commonPrefix(
  name: Buffer,
  { prefix, delimiter }: { readonly prefix: Buffer; readonly delimiter: Buffer },
): Buffer | undefined {
  if (delimiter.length === 0 || !startsWith(name, prefix)) return undefined;
  const at = name.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : name.subarray(0, at + delimiter.length);
}

function startsWith(bytes: Buffer, prefix: Buffer): boolean {
  return bytes.length >= prefix.length && bytes.compare(prefix, 0, prefix.length, 0, prefix.length) === 0;
}

function endOf(prefix: Buffer): Buffer {
  return afterPrefix(prefix) ?? prefix;
}

export interface WalkBounds {
  readonly base: Buffer;
  readonly prefix: Buffer;
  readonly delimiter: Buffer;
  /** Items up to and including this name, or common prefix, are left out. */
  readonly low?: Buffer | undefined;
  /** Items from this name, or common prefix, on are left out. */
  readonly high?: Buffer | undefined;
  /** The first possible key behind those of the name `low`. */
  readonly afterName: (key: Buffer) => Buffer;
}

/**
 * The keys between two boundaries, which cut the sequence of items (names and common prefixes) and not that of names: a
 * boundary inside a common prefix is behind that prefix, and a prefix counts or not as a whole.
 */
export function walkSpan(bounds: WalkBounds): { start: Buffer; end: Buffer } {
  const { base, prefix, low, high, afterName } = bounds;
  const all = Buffer.concat([base, prefix]);
  let start: Buffer = all;
  let end = endOf(all);
  const key = (name: Buffer) => Buffer.concat([base, name]);
  if (low !== undefined) {
    const rolled = commonPrefix(low, bounds);
    start = later(start, rolled === undefined ? afterName(key(low)) : endOf(key(rolled)));
  }
  if (high !== undefined) {
    const rolled = commonPrefix(high, bounds);
    const whole = rolled === undefined || rolled.length === high.length;
    end = earlier(end, whole ? key(high) : endOf(key(rolled)));
  }
  return { start, end };
}

function later(a: Buffer, b: Buffer): Buffer {
  return compareBytes(a, b) < 0 ? b : a;
}

function earlier(a: Buffer, b: Buffer): Buffer {
  return compareBytes(a, b) < 0 ? a : b;
}
