/**
 * Owns manifests: the ordered parts of a multipart object, in records of a bounded size. A record's key says where in the object
 * it begins, so a range of a large object is found with one seek. Refuses to know who refers to a manifest.
 */
import { afterKey } from '../../base/bytes.ts';
import { Corrupt } from '../../engines/errors.ts';
import type { Entry } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import { type ManifestChunk, manifestChunkFormat } from '../model/codecs.ts';
import type { Draft } from '../model/draft.ts';
import { manifestChunkKey, manifestChunkOffset, manifestPrefix, spanOf } from '../model/keys.ts';
import type { ManifestPart } from '../model/object-records.ts';

/** Parts in one record: few enough for a small range of a large object to be cheap (0.13 ms to decode). */
const mostPartsInChunk = 100;
/** Inline bytes in one record. */
const mostBytesInChunk = 1024 * 1024;

/** A chunk and the place of its first byte in the object. */
export interface PlacedChunk extends ManifestChunk {
  readonly offset: number;
}

export function splitIntoChunks(parts: readonly ManifestPart[]): PlacedChunk[] {
  const chunks: { offset: number; parts: ManifestPart[] }[] = [];
  let offset = 0;
  let inline = 0;
  for (const part of parts) {
    const bytes = inlineBytes(part);
    const last = chunks.at(-1);
    if (last === undefined || last.parts.length === mostPartsInChunk || inline + bytes > mostBytesInChunk) {
      chunks.push({ offset, parts: [part] });
      inline = bytes;
    } else {
      last.parts.push(part);
      inline += bytes;
    }
    offset += part.size;
  }
  return chunks;
}

function inlineBytes({ segments }: ManifestPart): number {
  return segments.reduce((sum, segment) => sum + (segment.kind === 'inline' ? segment.bytes.length : 0), 0);
}

/** Writes a chunk, which from then on holds the segments of its parts. */
export function draftChunk(draft: Draft, manifest: string, { offset, parts }: PlacedChunk): void {
  draft.put(manifestChunkKey(manifest, offset, parts[0]?.number ?? 0), manifestChunkFormat.encode({ parts }));
  for (const part of parts) draft.retainSegments(part.segments);
}

/** The chunks from the one that holds the byte at `offset` to the last, read one at a time. */
export async function* chunksFrom(core: Core, manifest: string, offset: number): AsyncGenerator<PlacedChunk> {
  const { start, end } = spanOf(manifestPrefix(manifest));
  // Chunks without bytes share an offset, so the first of all is found from the front.
  const behind = afterKey(manifestChunkKey(manifest, offset, 0xffff));
  const first = offset === 0 ? { start, end } : { start, end: behind, reverse: true };
  let [entry] = await core.meta.range({ ...first, limit: 1 });
  if (entry === undefined) throw new Corrupt(`manifest ${manifest} is absent`);
  while (entry !== undefined) {
    yield placed(entry);
    [entry] = await core.meta.range({ start: afterKey(entry.key), end, limit: 1 });
  }
}

export function placed({ key, value }: Entry): PlacedChunk {
  return { offset: manifestChunkOffset(key), ...manifestChunkFormat.decode(value) };
}

export type PlacedPart = ManifestPart & { readonly offset: number };

/** The parts from the chunk that holds the byte at `offset` on, with their places in the object, in order. */
export async function* partsFrom(core: Core, manifest: string, offset: number): AsyncGenerator<PlacedPart> {
  for await (const chunk of chunksFrom(core, manifest, offset)) {
    let at = chunk.offset;
    for (const part of chunk.parts) {
      yield { ...part, offset: at };
      at += part.size;
    }
  }
}

export function partsOf(core: Core, manifest: string): AsyncGenerator<PlacedPart> {
  return partsFrom(core, manifest, 0);
}

/** The part with this number. Most objects have parts of one size and of all numbers, so the search begins where it would be then. */
export async function findManifestPart(
  core: Core,
  { manifest, partCount }: { readonly manifest: string; readonly partCount: number },
  size: number,
  number: number,
): Promise<PlacedPart | undefined> {
  const guess = Math.floor((size / partCount) * Math.min(number - 1, partCount - 1));
  for (const start of [Math.max(guess, 0), 0]) {
    for await (const part of partsFrom(core, manifest, start)) {
      if (part.number === number) return part;
      if (part.number > number) break;
    }
  }
  return undefined;
}
