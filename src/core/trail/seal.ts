/**
 * Owns the life of chunks: fresh events are sealed into small ones, small ones merged into full ones, old ones dropped. Every step
 * becomes true in one commit that checks all it relied on, so several processes may do it, and any may die in the middle.
 */
import { Conflict } from '../../engines/errors.ts';
import type { Commit, Entry, Key } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import { number, recordFormat } from '../model/record-format.ts';
import { type BuiltChunk, buildChunk, chunkFormat } from './chunk.ts';
import { chunkEvents } from './chunk-index.ts';
import { type Chunk, listChunks } from './chunk-source.ts';
import { positionAt, timeOfPosition } from './event.ts';
import {
  blocksSpan,
  chunkKey,
  chunkOfKey,
  discardKey,
  discardsSpan,
  freshSpan,
  pagesSpan,
  positionOfKey,
  sealKey,
} from './keys.ts';
import { type ChunkMaker, mergedChunks } from './merge.ts';

export interface SealOptions {
  /** Milliseconds an event must be old: calls that still run may yet correct theirs. */
  readonly age: number;
  /** Fewer fresh events stay as they are: searching them one by one is cheap. */
  readonly least: number;
  readonly most: number;
}
/** Few are sealed at a time when few come; when many do, at most as many as a commit deletes without others waiting long. */
export const sealDefaults: SealOptions = { age: 2000, least: 1024, most: 8192 };

const minute = 60_000;
/** Longer than a chunk is being written. */
const unfinishedFor = 10 * minute;
/** Longer than a search reads. */
const droppedFor = minute;
const bytesPerCommit = 256 * 1024;
const entriesPerRead = 200;

interface DiscardRecord {
  /** Milliseconds since the epoch: from then on blocks and pages go. */
  readonly due: number;
}
const discardFormat = recordFormat<DiscardRecord>('trail discard', 1, { due: number });

/** Seals one chunk's worth of fresh events. Answers how many; 0 when there are too few, or somebody else was faster. */
export async function sealEvents(core: Core, options: Partial<SealOptions> = {}): Promise<number> {
  const { age, least, most } = { ...sealDefaults, ...options };
  const [seal] = await core.meta.get([sealKey]);
  const span = freshSpan(positionAt(0), positionAt(core.clock() - age));
  const entries = await core.meta.range({ ...span, limit: Math.min(most, chunkEvents) });
  if (entries.length === 0 || entries.length < least) return 0;
  const events = entries.map(({ key, value }) => ({ position: positionOfKey(key), record: value }));
  const done = await replace(core, seal, [(id) => buildChunk(id, events)], {
    checks: entries.map(({ key, version }) => [key, version]),
    deletes: entries.map(({ key }) => key),
  });
  return done ? entries.length : 0;
}

/** Makes full chunks of small ones when there are enough events in them. Answers whether it did. */
export async function mergeChunks(core: Core, full = chunkEvents): Promise<boolean> {
  const [seal] = await core.meta.get([sealKey]);
  const small = (await listChunks(core)).filter(({ record }) => record.count < full);
  if (small.reduce((sum, { record }) => sum + record.count, 0) < full) return false;
  const merged = await mergedChunks(core, small, full);
  return replace(core, seal, merged, dropping(core, small));
}

/** Drops chunks and fresh events that end before `time`, in milliseconds. Answers how many events went. */
export async function dropEventsBefore(core: Core, time: number): Promise<number> {
  const [seal] = await core.meta.get([sealKey]);
  const old = (await listChunks(core)).filter(({ record }) => timeOfPosition(record.last) < time);
  let dropped = 0;
  if (old.length > 0 && (await replace(core, seal, [], dropping(core, old)))) {
    dropped = old.reduce((sum, { record }) => sum + record.count, 0);
  }
  const span = freshSpan(positionAt(0), positionAt(time));
  for (;;) {
    const entries = await core.meta.range({ ...span, limit: entriesPerRead });
    if (entries.length === 0) return dropped;
    await core.meta.commit({ deletes: entries.map(({ key }) => key) });
    dropped += entries.length;
  }
}

/** Removes what chunks that are gone, or were never finished, have left. */
export async function sweepChunks(core: Core): Promise<void> {
  for (const { key, value, version } of await core.meta.range({ ...discardsSpan(), limit: entriesPerRead })) {
    if (discardFormat.decode(value).due > core.clock()) continue;
    const id = chunkOfKey(key);
    // Claimed by writing it: whoever is still at work on the chunk finds the record changed and gives up.
    const claimed = await attempt(core, { checks: [[key, version]], puts: [[key, value]] });
    if (!claimed) continue;
    for (const span of [blocksSpan(id), pagesSpan(id)]) {
      for (;;) {
        const entries = await core.meta.range({ ...span, limit: entriesPerRead });
        if (entries.length === 0) break;
        await core.meta.commit({ deletes: entries.map((entry) => entry.key) });
      }
    }
    await core.meta.commit({ deletes: [key] });
  }
}

/** The part of a commit that takes chunks away; their blocks stay for the searches that are reading them. */
function dropping(core: Core, chunks: readonly Chunk[]): Commit {
  const due = discardFormat.encode({ due: core.clock() + droppedFor });
  return {
    checks: chunks.map(({ id, version }) => [chunkKey(id), version]),
    deletes: chunks.map(({ id }) => chunkKey(id)),
    puts: chunks.map(({ id }) => [discardKey(id), due]),
  };
}

/** Writes the blocks of new chunks, then, in one commit, makes them count and carries out `rest`. False after a conflict. */
async function replace(
  core: Core,
  seal: Entry | undefined,
  makers: readonly ChunkMaker[],
  rest: Commit,
): Promise<boolean> {
  const checks: [Key, bigint | null][] = [[sealKey, seal?.version ?? null]];
  const puts: [Key, Uint8Array][] = [[sealKey, Buffer.alloc(0)]];
  const deletes: Key[] = [];
  for (const make of makers) {
    const id = core.random(16);
    const unfinished = discardKey(id);
    const due = discardFormat.encode({ due: core.clock() + unfinishedFor });
    await core.meta.commit({ puts: [[unfinished, due]] });
    const [marker] = await core.meta.get([unfinished]);
    const built = await make(id);
    await write(core, built);
    checks.push([unfinished, marker?.version ?? null]);
    deletes.push(unfinished);
    puts.push([chunkKey(id), chunkFormat.encode(built.record)]);
  }
  return attempt(core, {
    checks: [...checks, ...(rest.checks ?? [])],
    puts: [...puts, ...(rest.puts ?? [])],
    deletes: [...deletes, ...(rest.deletes ?? [])],
  });
}

/** In commits small enough that nobody else waits long for the write lock. */
async function write(core: Core, { entries }: BuiltChunk): Promise<void> {
  let puts: (readonly [Key, Uint8Array])[] = [];
  let size = 0;
  for (const entry of entries) {
    puts.push(entry);
    size += entry[1].length;
    if (size < bytesPerCommit) continue;
    await core.meta.commit({ puts });
    [puts, size] = [[], 0];
  }
  if (puts.length > 0) await core.meta.commit({ puts });
}

async function attempt(core: Core, commit: Commit): Promise<boolean> {
  try {
    await core.meta.commit(commit);
    return true;
  } catch (error) {
    if (error instanceof Conflict) return false;
    throw error;
  }
}
