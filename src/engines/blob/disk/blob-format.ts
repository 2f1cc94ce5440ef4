/**
 * Owns the layout of one blob file. Refuses to open or read files; it only knows where things are.
 *
 *   0              the blob's bytes, `size` of them
 *   size           checksum table: one CRC-32 for each block of 64 KiB (the last may be shorter), 4 bytes each
 *   end - 48       trailer, 48 bytes:
 *                    0   8  magic "onggiblb"
 *                    8   4  format version, 1
 *                   12   4  block size in bytes
 *                   16   8  size of the blob in bytes
 *                   24  16  id of the blob
 *                   40   4  zero
 *                   44   4  CRC-32 of the 44 bytes before
 *
 * All numbers are little-endian. The bytes come first so that they stay page-aligned and can be rescued with `head -c`; the id is
 * inside so that a file moved under another name is not taken for it. CRC-32 is the one of zip and PNG: every tool knows it, and this library
 * computes it twice as fast as CRC-32C.
 */

import { crc32 } from '@node-rs/crc32';

/** The size of a checksum's block. A one-byte range costs reading and checking this much: about 20 microseconds. */
export const BLOCK_BYTES = 64 * 1024;
export const CHECKSUM_BYTES = 4;
export const TRAILER_BYTES = 48;

const MAGIC = Buffer.from('onggiblb', 'latin1');
const VERSION = 1;
const LARGEST_BLOCK = 16 * 1024 * 1024;

/** What the trailer says, and what follows from it. All in bytes. */
export interface BlobLayout {
  readonly size: number;
  readonly blockBytes: number;
}

export function blockCount({ size, blockBytes }: BlobLayout): number {
  return Math.ceil(size / blockBytes);
}

/** The exact length of a file with this layout. */
export function fileBytes(layout: BlobLayout): number {
  return layout.size + blockCount(layout) * CHECKSUM_BYTES + TRAILER_BYTES;
}

/** @param id 32 hex characters */
export function encodeTrailer(id: string, size: number): Buffer {
  const trailer = Buffer.alloc(TRAILER_BYTES);
  MAGIC.copy(trailer, 0);
  trailer.writeUInt32LE(VERSION, 8);
  trailer.writeUInt32LE(BLOCK_BYTES, 12);
  trailer.writeBigUInt64LE(BigInt(size), 16);
  trailer.write(id, 24, 'hex');
  trailer.writeUInt32LE(crc32(trailer.subarray(0, 44)), 44);
  return trailer;
}

/** The layout a trailer describes, or in a few words what is wrong with it. */
export function decodeTrailer(trailer: Buffer, id: string): BlobLayout | string {
  if (trailer.length !== TRAILER_BYTES) return 'the file is too short';
  if (!trailer.subarray(0, 8).equals(MAGIC)) return 'the file has no trailer';
  if (trailer.readUInt32LE(44) !== crc32(trailer.subarray(0, 44))) return 'the trailer is damaged';
  const version = trailer.readUInt32LE(8);
  if (version !== VERSION) return `format version ${version} is unknown`;
  if (trailer.toString('hex', 24, 40) !== id) return 'the file belongs to another blob';
  const blockBytes = trailer.readUInt32LE(12);
  const size = Number(trailer.readBigUInt64LE(16));
  if (blockBytes === 0 || blockBytes > LARGEST_BLOCK || !Number.isSafeInteger(size))
    return 'the trailer is absurd';
  return { size, blockBytes };
}

/** Collects the checksum table of a blob while its bytes pass by in chunks of any size. */
export class BlockChecksums {
  readonly #checksums: number[] = [];
  #current = 0;
  #filled = 0;
  #size = 0;

  /** Bytes added so far. */
  get size(): number {
    return this.#size;
  }

  add(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const end = Math.min(chunk.length, at + BLOCK_BYTES - this.#filled);
      this.#current = crc32(chunk.subarray(at, end), this.#current);
      this.#filled += end - at;
      if (this.#filled === BLOCK_BYTES) this.#closeBlock();
      at = end;
    }
    this.#size += chunk.length;
  }

  /** The table as it is written; nothing may be added afterwards. */
  encode(): Buffer {
    if (this.#filled > 0) this.#closeBlock();
    const table = Buffer.alloc(this.#checksums.length * CHECKSUM_BYTES);
    this.#checksums.forEach((checksum, block) => {
      table.writeUInt32LE(checksum, block * CHECKSUM_BYTES);
    });
    return table;
  }

  #closeBlock(): void {
    this.#checksums.push(this.#current);
    this.#current = 0;
    this.#filled = 0;
  }
}

/**
 * The index of the first damaged block in `bytes`, which start at a block border and end at one or at the end of the blob.
 * @param table the checksums of exactly these blocks
 */
export function findDamage(bytes: Buffer, table: Buffer, blockBytes: number): number | undefined {
  for (let block = 0; block * blockBytes < bytes.length; block++) {
    const start = block * blockBytes;
    if (crc32(bytes.subarray(start, start + blockBytes)) !== table.readUInt32LE(block * CHECKSUM_BYTES))
      return block;
  }
  return undefined;
}
