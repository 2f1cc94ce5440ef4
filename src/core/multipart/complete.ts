/**
 * CompleteMultipartUpload for every door: the object becomes visible in one commit, which also ends the upload, so of concurrent
 * completes and aborts one wins. The object refers to its parts' bytes by a manifest.
 *
 * With few parts that one commit does everything. With many, the manifest's chunks are written before it, each in a commit that
 * checks its parts; until the last commit they belong to a ticket in the collector's queue, which that commit takes away. When
 * anything goes wrong in between, the collector finds the ticket and gives everything back.
 */
import { newId } from '../../base/clock.ts';
import { createHasher } from '../../base/hash.ts';
import { Conflict } from '../../engines/errors.ts';
import type { Entry } from '../../engines/meta/meta-store.ts';
import type { Actor } from '../actor.ts';
import { openPlace } from '../buckets/lookup.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { expiryIn } from '../lifecycle/expiry.ts';
import type { BucketRecord } from '../model/bucket-records.ts';
import { type CompletionRecord, completionFormat } from '../model/codecs.ts';
import { committing, Draft, type Loaded } from '../model/draft.ts';
import { completionKey, partKey, queueKey, uploadKey } from '../model/keys.ts';
import type { UploadId } from '../model/names.ts';
import type {
  Checksum,
  NewObject,
  ObjectData,
  ObjectRecord,
  PartRecord,
  UploadRecord,
} from '../model/object-records.ts';
import { draftObject } from '../objects/change.ts';
import { checkWrite, type WriteConditions } from '../objects/conditions.ts';
import { attributesOf, type ObjectInfo, objectInfo } from '../objects/info.ts';
import { draftChunk, type PlacedChunk, splitIntoChunks } from '../objects/manifest.ts';
import { type ObjectPlace, placeIn, placeKeys, visible } from '../objects/object-place.ts';
import {
  type CompletedPart,
  chooseParts,
  manifestPart,
  multipartChecksum,
  multipartEtag,
  refuseDisorder,
  totalSize,
} from './assemble.ts';
import {
  draftUploadRemoval,
  lastPartNumber,
  loadedUpload,
  mostPartsInCommit,
  readParts,
  type UploadAddress,
} from './upload-place.ts';

export type { CompletedPart };

export interface CompleteUploadInput extends UploadAddress {
  /** In ascending order, else InvalidPartOrder. */
  readonly parts: readonly CompletedPart[];
  readonly conditions: WriteConditions;
  /** The whole object's checksum as the client computed it; another one is BadDigest. */
  readonly checksum?: Pick<Checksum, 'algorithm' | 'value'>;
  /** The whole object's size as the client counted it. */
  readonly size?: number;
}

/** How long the same completion is answered again, in milliseconds. */
const completionKept = 24 * 60 * 60 * 1000;
/** More is written beforehand: with `mostPartsInCommit` it bounds the size of the last commit, at about 8 MiB of inline bytes. */
const mostChunksInCommit = 8;
/** The least time a completion has for writing a manifest, in milliseconds. */
const ticketTime = 60 * 60 * 1000;

/**
 * The same completion again, with the upload gone, answers the same once more (for a day).
 * @throws CoreError NoSuchBucket, NoSuchUpload, InvalidPart, InvalidPartOrder, PartTooSmall, BadDigest, PreconditionFailed,
 * NoSuchKey (If-Match on an absent object), Busy; InvalidArgument for no parts, another size, an unusable checksum
 */
export async function completeUpload(
  core: Core,
  _actor: Actor,
  input: CompleteUploadInput,
): Promise<ObjectInfo> {
  refuseDisorder(input.parts);
  return committing('upload', async () => {
    const parts = await readParts(core, input.upload, 0, lastPartNumber);
    const { place, upload, completion } = await openCompletion(core, input);
    if (upload === undefined) return answerAgain(input, place.bucket.record, completion);
    checkWrite(input.conditions, visible(core, place.object)?.record, input);
    const chosen = chooseParts(
      input.parts,
      parts.map(({ record }) => record),
      core.settings.minPartBytes,
    );
    const made = assembled(core, input, upload.record, chosen);
    const { draft, record } = await draftObject(core, place, made);
    await bringManifest(core, draft, input.upload, made, chosen, parts);
    draftUploadRemoval(draft, place.bucket.record.id, upload, parts, core.clock());
    draftNote(core, draft, input, place.bucket.record, { ...record, data: made.data });
    await draft.commit();
    const expiry = expiryIn(core, place.lifecycle, input.key, record);
    return { ...objectInfo(place.bucket.record, input.key, record), ...expiry };
  });
}

interface Opened {
  readonly place: ObjectPlace;
  readonly upload: Loaded<UploadRecord> | undefined;
  readonly completion: Entry | undefined;
}

async function openCompletion(core: Core, address: UploadAddress): Promise<Opened> {
  const { key, upload } = address;
  const opened = await openPlace(core, address.bucket, (bucket) => [
    ...placeKeys(bucket, key),
    uploadKey(bucket.id, key, upload),
    completionKey(upload),
  ]);
  const [found, completion] = opened.entries.slice(-2);
  return {
    place: placeIn(opened, key),
    upload: found && loadedUpload(found, address),
    completion,
  };
}

interface InManifest {
  readonly data: Extract<ObjectData, { kind: 'manifest' }>;
}

function assembled(
  core: Core,
  input: CompleteUploadInput,
  upload: UploadRecord,
  parts: readonly PartRecord[],
): NewObject & InManifest {
  const size = totalSize(parts);
  if (input.size !== undefined && input.size !== size) {
    throw new CoreError('InvalidArgument', { what: 'object size', reason: `the parts have ${size} bytes` });
  }
  const checksum = multipartChecksum(upload, parts, input.checksum);
  return {
    ...attributesOf(upload),
    modifiedAt: core.clock(),
    size,
    etag: multipartEtag(parts),
    ...(checksum !== undefined && { checksum }),
    storageClass: upload.storageClass,
    data: { kind: 'manifest', manifest: newId(core.random), partCount: parts.length },
    ...(upload.encryption !== undefined && { encryption: upload.encryption }),
  };
}

/** Puts the manifest into `draft`, or beforehand into commits of its own when it or the upload is large. */
async function bringManifest(
  core: Core,
  draft: Draft,
  upload: UploadId,
  { data: { manifest } }: InManifest,
  chosen: readonly PartRecord[],
  parts: readonly Loaded<PartRecord>[],
): Promise<void> {
  const chunks = splitIntoChunks(chosen.map(manifestPart));
  if (chunks.length <= mostChunksInCommit && parts.length <= mostPartsInCommit) {
    for (const chunk of chunks) draftChunk(draft, manifest, chunk);
    return;
  }
  const ticket = await prepareManifest(core, upload, manifest, chunks, parts);
  draft.check(ticket.key, ticket.version).delete(ticket.key);
}

/** Writes the chunks, each while its parts are as they were read, and answers the ticket they belong to. */
async function prepareManifest(
  core: Core,
  upload: UploadId,
  manifest: string,
  chunks: readonly PlacedChunk[],
  parts: readonly Loaded<PartRecord>[],
): Promise<Entry> {
  const due = core.clock() + Math.max(core.settings.collectGrace, ticketTime);
  await new Draft(core).enqueue(due, 'manifest', manifest).commit();
  const versions = new Map(parts.map(({ record, version }) => [record.number, version]));
  for (const chunk of chunks) {
    const draft = new Draft(core);
    for (const { number } of chunk.parts) draft.check(partKey(upload, number), versions.get(number));
    draftChunk(draft, manifest, chunk);
    await draft.commit();
  }
  const [ticket] = await core.meta.get([queueKey(due, 'manifest', manifest)]);
  if (ticket === undefined) throw new Conflict('the manifest took too long and was collected');
  return ticket;
}

/** A note of the answer, for the same request again. */
function draftNote(
  core: Core,
  draft: Draft,
  { upload, key, parts }: CompleteUploadInput,
  { id }: BucketRecord,
  { data, encryption, sequence: _, ...object }: ObjectRecord & InManifest,
): void {
  const note: CompletionRecord = {
    bucketId: id,
    key,
    request: requestDigest(parts),
    object,
    partCount: data.partCount,
    ...(encryption !== undefined && { encrypted: true }),
  };
  draft.put(completionKey(upload), completionFormat.encode(note));
  draft.enqueue(core.clock() + completionKept, 'completion', upload);
}

function answerAgain(
  { bucket, key, upload, parts }: CompleteUploadInput,
  { id, versioning }: BucketRecord,
  entry: Entry | undefined,
): ObjectInfo {
  const note: CompletionRecord | undefined = entry && completionFormat.decode(entry.value);
  const same = note?.bucketId === id && note.key === key && requestDigest(parts).equals(note.request);
  if (note === undefined || !same) throw new CoreError('NoSuchUpload', { upload });
  const { partCount, encrypted } = note;
  const { versionId, ...object } = note.object;
  return {
    bucket,
    key,
    ...(versioning !== undefined && { versionId }),
    ...object,
    partCount,
    ...(encrypted === true && { encrypted }),
  };
}

function requestDigest(parts: readonly CompletedPart[]): Buffer {
  const lines = parts.map(({ part, etag }) => `${part} ${etag.toLowerCase()}\n`);
  const hasher = createHasher('sha256');
  hasher.update(Buffer.from(lines.join('')));
  return hasher.digest();
}
