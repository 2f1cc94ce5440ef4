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
import type { ManifestPart } from '../model/records.ts';

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
  const behind = afterKey(manifestChunkKey(manifest, offset, 0xffff));
  let [entry] = await core.meta.range({ start, end: behind, limit: 1, reverse: true });
  if (entry === undefined) throw new Corrupt(`manifest ${manifest} is absent`);
  while (entry !== undefined) {
    yield placed(entry);
    [entry] = await core.meta.range({ start: afterKey(entry.key), end, limit: 1 });
  }
}

export function placed({ key, value }: Entry): PlacedChunk {
  return { offset: manifestChunkOffset(key), ...manifestChunkFormat.decode(value) };
}

/** Every part and the place of its first byte in the object, in order. */
export async function* partsOf(
  core: Core,
  manifest: string,
): AsyncGenerator<ManifestPart & { offset: number }> {
  for await (const chunk of chunksFrom(core, manifest, 0)) {
    let { offset } = chunk;
    for (const part of chunk.parts) {
      yield { ...part, offset };
      offset += part.size;
    }
  }
}
