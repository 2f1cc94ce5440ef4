/** Bytes that anybody can make again from a seed, and their digests: for files too large, or too many, to keep two of. */
import { createCipheriv, createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

const chunkBytes = 1024 * 1024;

/** `size` bytes that depend on `seed` alone and do not compress. */
export function* seededBytes(seed: string, size: number): Generator<Buffer> {
  const key = createHash('sha256').update(seed).digest();
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  const zeros = Buffer.alloc(Math.min(size, chunkBytes));
  for (let left = size; left > 0; left -= chunkBytes) {
    yield cipher.update(left < chunkBytes ? zeros.subarray(0, left) : zeros);
  }
}

/** Writes the file and returns its SHA-256 in hex. */
export async function writeSeeded(file: string, seed: string, size: number): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(hashing(seededBytes(seed, size), hash), createWriteStream(file));
  return hash.digest('hex');
}

function* hashing(chunks: Iterable<Buffer>, hash: Hash): Generator<Buffer> {
  for (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

/** SHA-256 in hex of everything the stream gives. */
export async function digestOfStream(stream: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
}

export function digestOfFile(file: string): Promise<string> {
  return digestOfStream(createReadStream(file, { highWaterMark: chunkBytes }));
}
