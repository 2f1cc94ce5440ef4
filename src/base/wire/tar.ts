/**
 * Owns reading tar archives as they stream by: ustar, pax and GNU's long names (POSIX.1-2024 `pax`, GNU tar manual "Basic Tar Format").
 * Refuses damaged headers and data that ends early. Files with holes are told as such, without their bytes in place.
 */
import type { ByteStream } from '../streams/byte-stream.ts';
import { TarCursor } from './tar-cursor.ts';
import { type Header, readHeader, readRecords, TarError, upToNul } from './tar-header.ts';

export interface TarEntry {
  /** Bytes, because an archive does not say how names are encoded. */
  readonly path: Buffer;
  /** `sparse`: a file with holes. `other`: directories, links, devices. */
  readonly kind: 'file' | 'sparse' | 'other';
  /** Bytes of `body`. */
  readonly size: number;
  /** pax records: the archive's, then the entry's own. */
  readonly records: ReadonlyMap<string, Buffer>;
  /** Read at most once and before the next entry is asked for; what is left is skipped. */
  readonly body: ByteStream;
}

/** Links, devices and directories have no data, whatever size they state. */
const dataless = ['\0', '1', '2', '3', '4', '5', '6'];
/** Headers that say something of the next entry. */
const extensions = ['L', 'K', 'x', 'g'];
/** Of a long name or a set of pax records. */
const longestExtension = 128 << 10;
/** Of pax records that count at once. */
const mostRecords = 128;
/** What is read behind the archive's end, so that its usual padding is no unread body. */
const mostPadding = 1 << 20;

/** The entries in their order. @throws TarError; whatever `source` throws */
export async function* readTar(source: ByteStream): AsyncGenerator<TarEntry> {
  const cursor = new TarCursor(source);
  try {
    const shared = new Map<string, Buffer>();
    let own = new Map<string, Buffer>();
    for (let first = true; ; first = false) {
      const block = await cursor.block();
      if (block === undefined && first) throw new TarError('empty file');
      if (block === undefined || block.every((byte) => byte === 0)) break;
      const header = readHeader(block);
      if (header.type === 'L') own.set('path', upToNul(await extension(cursor, header)));
      else if (header.type === 'K') await extension(cursor, header);
      else if (header.type === 'x') readRecords(await extension(cursor, header), own);
      else if (header.type === 'g') readRecords(await extension(cursor, header), shared);
      if (own.size + shared.size > mostRecords) throw new TarError('invalid header');
      if (!extensions.includes(header.type)) {
        if (header.type === 'S') await skipHoles(cursor, block);
        yield entryOf(cursor, header, new Map([...shared, ...own]));
        await cursor.skipBody();
        own = new Map();
      }
    }
    await cursor.skipPadding(mostPadding);
  } finally {
    await cursor.close();
  }
}

async function extension(cursor: TarCursor, { size }: Header): Promise<Buffer> {
  if (size > longestExtension) throw new TarError('invalid header');
  const pieces: Buffer[] = [];
  for await (const piece of cursor.body(size)) pieces.push(Buffer.from(piece));
  await cursor.skipBody();
  return Buffer.concat(pieces);
}

/** An old GNU header of a file with many holes goes on in further blocks. */
async function skipHoles(cursor: TarCursor, header: Buffer): Promise<void> {
  for (let goesOn = header[482] !== 0; goesOn; ) {
    const block = await cursor.block();
    if (block === undefined) throw new TarError('unexpected end of data');
    goesOn = block[504] !== 0;
  }
}

function entryOf(cursor: TarCursor, header: Header, records: ReadonlyMap<string, Buffer>): TarEntry {
  const path = records.get('path') ?? header.path;
  const { type } = header;
  const plain = type === '0' || type === '7' || (type === '\0' && path.at(-1) !== 0x2f);
  const holes = type === 'S' || [...records.keys()].some((key) => key.startsWith('GNU.sparse.'));
  const kind = plain || type === 'S' ? (holes ? 'sparse' : 'file') : 'other';
  const size = kind === 'other' && dataless.includes(type) ? 0 : sizeOf(header, records);
  return { path, kind, size, records, body: cursor.body(size) };
}

function sizeOf({ size }: Header, records: ReadonlyMap<string, Buffer>): number {
  const text = records.get('size')?.toString('latin1');
  if (text === undefined) return size;
  if (!/^\d{1,15}$/.test(text)) throw new TarError('invalid header');
  return Number(text);
}

export { TarError };
