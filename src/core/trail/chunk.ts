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
import { eventFormat, type Position, type TrailEvent } from './event.ts';
import { blockKey, pageKey } from './keys.ts';
import { termsOf } from './terms.ts';

export interface ChunkRecord {
  readonly count: number;
  readonly first: Position;
  readonly last: Position;
  /** The index has 2^bits pages. */
  readonly bits: number;
}

export const chunkFormat = recordFormat<ChunkRecord>('trail chunk', 1, {
  count: number,
  first: bytes as Field<Buffer>,
  last: bytes as Field<Buffer>,
  bits: number,
});

export const blockEvents = 64;

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
  const entries: (readonly [Key, Uint8Array])[] = [];
  for (let at = 0; at < events.length; at += blockEvents) {
    const block = events.slice(at, at + blockEvents);
    for (const { record } of block) index.add(termsOf(eventFormat.decode(record)));
    entries.push([blockKey(id, at / blockEvents), packBlock(block.map(({ record }) => record))]);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { bits, pages } = index.finish();
  pages.forEach((page, number) => {
    entries.push([pageKey(id, number), page]);
  });
  const [first, last] = [events[0], events.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError('a chunk has events');
  const record = {
    count: events.length,
    first: first.position,
    last: last.position,
    bits,
  };
  return { record, entries };
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

/** A block's events, decoded one by one. @throws Corrupt */
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

  eventAt(at: number): TrailEvent {
    return eventFormat.decode(this.recordAt(at));
  }
}
