/** Owns the keys of the audit trail, tags 0x60 to 0x6f. Chunk ids are 16 raw bytes. docs/formats.md describes every layout. */
import type { Key } from '../../engines/meta/meta-store.ts';
import { idBytes, type KeySpan, spanOf, taggedKey } from '../model/keys.ts';
import type { ProjectId } from '../model/names.ts';
import type { Position } from './event.ts';

const tags = {
  /** Events not yet in a chunk, by position. */
  fresh: 0x60,
  chunk: 0x61,
  block: 0x62,
  page: 0x63,
  /** Chunks being written, or given up: their blocks and pages go when due. */
  discard: 0x64,
  /** Written whenever chunks come or go: its version is theirs. */
  seal: 0x65,
  /** Where a project's events go every hour; without a project, the events of none. */
  delivery: 0x6e,
} as const;

export function freshKey(position: Position): Key {
  return taggedKey(tags.fresh, position);
}

export function freshSpan(from: Position, to: Position): KeySpan {
  return { start: taggedKey(tags.fresh, from), end: taggedKey(tags.fresh, to) };
}

/** What follows the tag of a `fresh` key. */
export function positionOfKey(key: Key): Position {
  return Buffer.from(key).subarray(1);
}

export function chunkKey(chunk: Uint8Array): Key {
  return taggedKey(tags.chunk, chunk);
}

export function chunksSpan(): KeySpan {
  return spanOf(Uint8Array.of(tags.chunk));
}

export function blockKey(chunk: Uint8Array, number: number): Key {
  return taggedKey(tags.block, chunk, u32(number));
}

export function blocksSpan(chunk: Uint8Array): KeySpan {
  return spanOf(taggedKey(tags.block, chunk));
}

export function pageKey(chunk: Uint8Array, number: number): Key {
  return taggedKey(tags.page, chunk, u32(number));
}

export function pagesSpan(chunk: Uint8Array): KeySpan {
  return spanOf(taggedKey(tags.page, chunk));
}

export function discardKey(chunk: Uint8Array): Key {
  return taggedKey(tags.discard, chunk);
}

export const sealKey: Key = Uint8Array.of(tags.seal);

export function deliveryKey(project: ProjectId | undefined): Key {
  return taggedKey(tags.delivery, ...(project === undefined ? [] : [idBytes(project)]));
}

export function deliveriesSpan(): KeySpan {
  return spanOf(Uint8Array.of(tags.delivery));
}

export function discardsSpan(): KeySpan {
  return spanOf(Uint8Array.of(tags.discard));
}

/** The chunk id behind the tag of a `chunk` or `discard` key. */
export function chunkOfKey(key: Key): Buffer {
  return Buffer.from(key).subarray(1);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
