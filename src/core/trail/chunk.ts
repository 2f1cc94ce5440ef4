/**
 * Owns a chunk of sealed events: a run of them in the order of their positions, in compressed blocks, with an index. Made once,
 * never changed; a chunk is there when its record is.
 *
 *     block, before compression: u8 count | count x u32 end of its event's record | records
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Corrupt } from '../../engines/errors.ts';
import type { Key } from '../../engines/meta/meta-store.ts';
import { bytes, type Field, number, recordFormat } from '../model/record-format.ts';
import { IndexBuilder } from './chunk-index.ts';
import { eventFormat, type Position } from './event.ts';
import { blockKey, pageKey } from './keys.ts';
import { TermHashes } from './term-hashes.ts';

export interface ChunkRecord {
  readonly count: number;
  readonly first: Position;
  readonly last: Position;
  /** The index has 2^bits pages. */
  readonly bits: number;
  /** In each block but the last. */
  readonly blockEvents: number;
}

/** Chunks of the first version had blocks of 64. */
const eventsOfBlock: Field<number> = {
  toWire: (value) => value,
  fromWire: (raw, detach) => (raw === undefined ? 64 : number.fromWire(raw, detach)),
};

export const chunkFormat = recordFormat<ChunkRecord>('trail chunk', 2, {
  count: number,
  first: bytes as Field<Buffer>,
  last: bytes as Field<Buffer>,
  bits: number,
  blockEvents: eventsOfBlock,
});

/** So that a block is opened in one piece (the inflater's 16 KiB), which makes lone events in it three times cheaper than twice as many. */
export const blockEvents = 32;
/** Between two pauses for others. */
const blocksPerTurn = 4;

/** An event's record at its position. */
export interface Placed {
  readonly position: Position;
  readonly record: Uint8Array;
}

export interface BuiltChunk {
  readonly record: ChunkRecord;
  /** Blocks and pages. */
  readonly entries: readonly (readonly [Key, Uint8Array])[];
}

/** `events` in ascending order, at least one and at most `chunkEvents`. Lets others run in between: it takes a while. */
export async function buildChunk(id: Uint8Array, events: readonly Placed[]): Promise<BuiltChunk> {
  const index = new IndexBuilder();
  const terms = new TermHashes();
  for (const [place, { record }] of events.entries()) {
    index.addHashes(terms.of(eventFormat.decode(record)));
    if (place % (blocksPerTurn * blockEvents) === 0) await pause();
  }
  return packChunk(id, events, index);
}

/** As `buildChunk`, with an index that holds the events already. */
export async function packChunk(
  id: Uint8Array,
  events: readonly Placed[],
  index: IndexBuilder,
): Promise<BuiltChunk> {
  const [first, last] = [events[0], events.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError('a chunk has events');
  const entries: (readonly [Key, Uint8Array])[] = [];
  for (let at = 0; at < events.length; at += blockEvents) {
    const block = events.slice(at, at + blockEvents);
    entries.push([blockKey(id, at / blockEvents), packBlock(block.map(({ record }) => record))]);
    if (entries.length % blocksPerTurn === 0) await pause();
  }
  const { bits, pages } = index.finish();
  pages.forEach((page, number) => {
    entries.push([pageKey(id, number), page]);
  });
  const record = { count: events.length, first: first.position, last: last.position, bits, blockEvents };
  return { record, entries };
}

/** Lets others run. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function packBlock(records: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(1 + records.length * 4);
  head.writeUInt8(records.length);
  let end = 0;
  records.forEach((record, i) => {
    end += record.length;
    head.writeUInt32BE(end, 1 + i * 4);
  });
  return deflateRawSync(Buffer.concat([head, ...records]), { level: 3 });
}

/** The records of a block. @throws Corrupt */
export class Block {
  readonly #bytes: Buffer;
  readonly count: number;

  constructor(packed: Uint8Array) {
    try {
      this.#bytes = inflateRawSync(packed);
      this.count = this.#bytes.readUInt8(0);
    } catch (error) {
      throw new Corrupt('a block of trail events does not open', error);
    }
  }

  recordAt(at: number): Uint8Array {
    const base = 1 + this.count * 4;
    const end = (i: number) => (i < 0 ? 0 : this.#bytes.readUInt32BE(1 + i * 4));
    return this.#bytes.subarray(base + end(at - 1), base + end(at));
  }
}
