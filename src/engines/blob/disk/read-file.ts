/**
 * Owns getting verified bytes out of an open blob file: trailer, checksum table, blocks, read-ahead. Refuses names and damaged bytes.
 */

import type { FileHandle } from 'node:fs/promises';
import { BLOCK_BYTES, type BlockPool } from '../../../base/streams/block-pool.ts';
import { Corrupt } from '../../errors.ts';
import type { ByteRange } from '../blob-store.ts';
import {
  type BlobLayout,
  blockCount,
  CHECKSUM_BYTES,
  decodeTrailer,
  fileBytes,
  findDamage,
  TRAILER_BYTES,
} from './blob-format.ts';
import { attempt, awaitedLater } from './file-failure.ts';

/** The end of the file read first: the trailer, and the whole table of a blob up to 255 MiB. */
const TAIL_BYTES = 16 * 1024;

interface OpenFile {
  readonly file: FileHandle;
  readonly id: string;
}

interface OpenBlob extends OpenFile {
  readonly layout: BlobLayout;
  readonly table: TableWindow;
}

/** A part of the checksum table, moved on when blocks outside it are asked for. */
interface TableWindow {
  firstBlock: number;
  checksums: Buffer;
}

/**
 * The bytes of `range`, each verified before it is given out. Two buffers take turns: one is lent to the reader, and when it comes
 * back it is filled again while the reader has the other. No operation on `file` is left running when the loop ends, however it ends.
 */
export async function* readBlobFile(
  file: FileHandle,
  id: string,
  range: ByteRange,
  pool: BlockPool,
): AsyncGenerator<Buffer> {
  const blob = await openBlob(file, id);
  if (range.end > blob.layout.size)
    throw new Corrupt(`blob ${id} has ${blob.layout.size} bytes, ${range.end} expected`);
  if (range.start === range.end) return;
  const { blockBytes } = blob.layout;
  const step = Math.max(1, Math.floor(BLOCK_BYTES / blockBytes)) * blockBytes;
  const first = range.start - (range.start % blockBytes);
  const buffers: Buffer[] = [];
  const startRead = (start: number, turn: number) => {
    const length = wantedFrom(blob.layout, start, step, range.end);
    buffers[turn] ??= pool.take(length);
    return awaitedLater(readFully(blob, buffers[turn].subarray(0, length), start));
  };
  let ahead = startRead(first, 0);
  try {
    for (let start = first, turn = 0; start < range.end; start += step) {
      const bytes = await ahead;
      turn = 1 - turn;
      if (start + step < range.end) ahead = startRead(start + step, turn);
      await verify(blob, bytes, start);
      yield bytes.subarray(Math.max(range.start - start, 0), Math.min(range.end - start, bytes.length));
    }
    // Only here is it certain that the reader uses neither any more.
    for (const buffer of buffers) pool.give(buffer);
  } finally {
    await Promise.allSettled([ahead]);
  }
}

async function openBlob(file: FileHandle, id: string): Promise<OpenBlob> {
  const { size: length } = await attempt(file.stat());
  const tail = await readFully(
    { file, id },
    Buffer.allocUnsafe(Math.min(length, TAIL_BYTES)),
    Math.max(0, length - TAIL_BYTES),
  );
  const trailer = tail.subarray(Math.max(0, tail.length - TRAILER_BYTES));
  const layout = decodeTrailer(trailer, id);
  if (typeof layout === 'string') throw new Corrupt(`blob ${id}: ${layout}`);
  if (fileBytes(layout) !== length) throw new Corrupt(`blob ${id}: the file has ${length} bytes`);
  return { file, id, layout, table: tableInTail(tail, layout) };
}

/** The last checksums of the table, as many as the tail holds entirely. */
function tableInTail(tail: Buffer, layout: BlobLayout): TableWindow {
  const blocks = blockCount(layout);
  const end = tail.length - TRAILER_BYTES;
  const held = Math.min(blocks, Math.floor(end / CHECKSUM_BYTES));
  return { firstBlock: blocks - held, checksums: tail.subarray(end - held * CHECKSUM_BYTES, end) };
}

/** Bytes of the next read: whole blocks, up to `step` bytes, but no block beyond the one that holds the last wanted byte. */
function wantedFrom(
  { size, blockBytes }: BlobLayout,
  start: number,
  step: number,
  wantedEnd: number,
): number {
  return Math.min(start + step, Math.ceil(wantedEnd / blockBytes) * blockBytes, size) - start;
}

async function verify(blob: OpenBlob, bytes: Buffer, start: number): Promise<void> {
  const { blockBytes } = blob.layout;
  const firstBlock = start / blockBytes;
  const table = await checksumsOf(blob, firstBlock, Math.ceil(bytes.length / blockBytes));
  const damaged = findDamage(bytes, table, blockBytes);
  if (damaged !== undefined) throw new Corrupt(`blob ${blob.id}: block ${firstBlock + damaged} is damaged`);
}

async function checksumsOf(blob: OpenBlob, firstBlock: number, count: number): Promise<Buffer> {
  const { table, layout } = blob;
  const held = table.checksums.length / CHECKSUM_BYTES;
  if (firstBlock < table.firstBlock || firstBlock + count > table.firstBlock + held) {
    const blocks = Math.min(blockCount(layout) - firstBlock, Math.max(count, TAIL_BYTES / CHECKSUM_BYTES));
    const position = layout.size + firstBlock * CHECKSUM_BYTES;
    table.checksums = await readFully(blob, Buffer.allocUnsafe(blocks * CHECKSUM_BYTES), position);
    table.firstBlock = firstBlock;
  }
  const start = (firstBlock - table.firstBlock) * CHECKSUM_BYTES;
  return table.checksums.subarray(start, start + count * CHECKSUM_BYTES);
}

/** Fills `buffer` with what is at `position`, and answers it. @throws Corrupt when the file ends before. */
async function readFully({ file, id }: OpenFile, buffer: Buffer, position: number): Promise<Buffer> {
  for (let done = 0; done < buffer.length; ) {
    const { bytesRead } = await attempt(file.read(buffer, done, buffer.length - done, position + done));
    if (bytesRead === 0) throw new Corrupt(`blob ${id}: the file ends at ${position + done}`);
    done += bytesRead;
  }
  return buffer;
}
