/**
 * Owns the key space of the metadata engine: one table of tags and one builder per key. Refuses values: those are `codecs.ts`.
 * Ids are kept as their 16 raw bytes, numbers big-endian, names and object keys as UTF-8, so that byte order is listing order.
 * docs/formats.md describes every layout.
 */
import { afterKey, afterPrefix } from '../../base/bytes.ts';
import type { BlobId } from '../../engines/blob/blob-store.ts';
import { type Key, maxKeyBytes } from '../../engines/meta/meta-store.ts';
import type { BucketName, ObjectKey, ProjectId, UploadId } from './names.ts';

/** The first byte of every key. A byte once used keeps its meaning for ever; (c) marks counters. */
export const tags = {
  /** Reserved: what the store says about itself. */
  store: 0x01,

  bucket: 0x10,
  projectBucket: 0x11,
  /** (c) */
  bucketObjects: 0x12,
  /** (c) */
  bucketBytes: 0x13,
  /** (c) */
  projectBuckets: 0x14,
  /** (c) */
  projectObjects: 0x15,
  /** (c) */
  projectBytes: 0x16,
  bucketDocument: 0x17,
  /** Objects that are to go at a date of their own. */
  deletion: 0x18,
  /** The one record of the daily lifecycle run. */
  lifecycleRun: 0x19,
  /** Buckets by their id. */
  bucketName: 0x1a,

  object: 0x20,
  /** Noncurrent versions and delete markers. */
  version: 0x21,
  /** What stands behind a key's current object, in numbers. */
  versionHead: 0x22,
  upload: 0x28,
  part: 0x29,
  completion: 0x2a,

  manifest: 0x30,
  /** (c) */
  blobReferences: 0x38,
  /** (c) */
  manifestReferences: 0x39,
  queue: 0x3a,

  /** From here to 0x5f the keys of `identity/`, built there. */
  domain: 0x40,
  domainName: 0x41,
  project: 0x42,
  projectName: 0x43,
  accountNumber: 0x44,
  user: 0x45,
  userName: 0x46,
  membership: 0x47,
  member: 0x48,
  /** The keys of one (project, user) pair, so that their number can be limited. */
  keyRing: 0x49,
  iamKey: 0x4a,
  iamKeyName: 0x4b,
  s3Key: 0x4c,
  revocation: 0x4d,
  revocationByExpiry: 0x4e,
  group: 0x4f,
  groupName: 0x50,
  /** The groups of one user. */
  groupsOfUser: 0x51,
  groupMember: 0x52,
  /** The one session of an S3 access key pair. */
  kosSession: 0x53,
  /** What a group may in one project. */
  rolesOfGroup: 0x54,
  /** The same seen from the project. */
  projectGroup: 0x55,
  /** The one-time password of a user. */
  oneTimePassword: 0x56,
  /** A policy of an account. */
  policy: 0x57,
  policyName: 0x58,
} as const;

/** The longest object key any layout has room for; what is longer sorts like its beginning and matches nothing. */
const longestObjectKey = maxKeyBytes - 64;

/** A tag and what follows it, in a row; texts as UTF-8. */
export function taggedKey(tag: number, ...parts: readonly (Uint8Array | string)[]): Buffer {
  let length = 1;
  for (const part of parts) length += Buffer.byteLength(part);
  const key = Buffer.allocUnsafe(length);
  let at = key.writeUInt8(tag);
  for (const part of parts) {
    if (typeof part === 'string') at += key.write(part, at);
    else {
      key.set(part, at);
      at += part.length;
    }
  }
  return key;
}

/** The 16 raw bytes of an id of 32 hex characters. */
export function idBytes(id: string): Buffer {
  return Buffer.from(id, 'hex');
}

/** Keys from `start` (inclusive) to `end` (exclusive). */
export interface KeySpan {
  readonly start: Key;
  readonly end: Key;
}

/** Every key that begins with `prefix` (whose first byte is a tag, so there is always an end). */
export function spanOf(prefix: Uint8Array): KeySpan {
  return { start: prefix, end: afterPrefix(prefix) ?? prefix };
}

export function bucketKey(name: BucketName): Key {
  return taggedKey(tags.bucket, name);
}

/** Holds the bucket's name. Buckets from before there was this index are not in it. */
export function bucketNameKey(bucketId: string): Key {
  return taggedKey(tags.bucketName, idBytes(bucketId));
}

/** The index of a project's buckets, ordered by name. */
export function projectBucketsPrefix(project: ProjectId): Buffer {
  return taggedKey(tags.projectBucket, idBytes(project));
}

export function projectBucketKey(project: ProjectId, name: string): Key {
  return taggedKey(tags.projectBucket, idBytes(project), name);
}

export function bucketObjectsKey(bucketId: string): Key {
  return taggedKey(tags.bucketObjects, idBytes(bucketId));
}

export function bucketBytesKey(bucketId: string): Key {
  return taggedKey(tags.bucketBytes, idBytes(bucketId));
}

/** The documents a bucket can have beside its record; the number is part of the key. */
const documentKinds = { cors: 1, lifecycle: 2 } as const;
export type DocumentKind = keyof typeof documentKinds;

export function bucketDocumentKey(bucketId: string, kind: DocumentKind): Key {
  return taggedKey(tags.bucketDocument, idBytes(bucketId), Uint8Array.of(documentKinds[kind]));
}

/** Of every kind. */
export function bucketDocumentKeys(bucketId: string): readonly Key[] {
  return (Object.keys(documentKinds) as DocumentKind[]).map((kind) => bucketDocumentKey(bucketId, kind));
}

/** The documents of all buckets; of those behind `bucketId` when there is one. */
export function bucketDocumentsSpan(bucketId?: string): KeySpan {
  const { start, end } = spanOf(taggedKey(tags.bucketDocument));
  return {
    start: bucketId === undefined ? start : spanOf(taggedKey(tags.bucketDocument, idBytes(bucketId))).end,
    end,
  };
}

/** Undefined for a kind this version does not know. */
export function splitBucketDocumentKey(key: Key): { bucketId: string; kind: DocumentKind } | undefined {
  const kind = (Object.keys(documentKinds) as DocumentKind[]).find((name) => documentKinds[name] === key[17]);
  return kind && { bucketId: Buffer.from(key).toString('hex', 1, 17), kind };
}

export const lifecycleRunKey: Key = taggedKey(tags.lifecycleRun);

export function projectBucketsKey(project: ProjectId): Key {
  return taggedKey(tags.projectBuckets, idBytes(project));
}

export function projectObjectsKey(project: ProjectId): Key {
  return taggedKey(tags.projectObjects, idBytes(project));
}

export function projectBytesKey(project: ProjectId): Key {
  return taggedKey(tags.projectBytes, idBytes(project));
}

/** What the keys of a bucket's current objects begin with; the object's key in UTF-8 follows. */
export function objectsPrefix(bucketId: string): Buffer {
  return taggedKey(tags.object, idBytes(bucketId));
}

export function objectKey(bucketId: string, key: ObjectKey): Key {
  return taggedKey(tags.object, idBytes(bucketId), key);
}

/** An object under its due time (seconds since the epoch): one entry for every object that has one. */
export function deletionKey(due: number, bucketId: string, key: ObjectKey): Key {
  return taggedKey(tags.deletion, u64(due), idBytes(bucketId), key);
}

/** What is due at `second` or before. */
export function deletionSpan(second: number): KeySpan {
  return { start: taggedKey(tags.deletion), end: taggedKey(tags.deletion, u64(second + 1)) };
}

export function splitDeletionKey(key: Key): { due: number; bucketId: string; key: ObjectKey } {
  const bytes = Buffer.from(key);
  return {
    due: Number(bytes.readBigUInt64BE(1)),
    bucketId: bytes.toString('hex', 9, 25),
    key: bytes.toString('utf8', 25) as ObjectKey,
  };
}

export function versionsPrefix(bucketId: string): Buffer {
  return taggedKey(tags.version, idBytes(bucketId));
}

/** Object keys have no NUL, so it ends them; a later sequence comes first. */
export function versionKey(bucketId: string, key: ObjectKey, sequence: number): Key {
  return taggedKey(tags.version, idBytes(bucketId), key, versionTailOf(sequence));
}

/** Everything behind one key, newest first. */
export function versionsOfKeySpan(bucketId: string, key: ObjectKey): KeySpan {
  return spanOf(taggedKey(tags.version, idBytes(bucketId), key, terminator));
}

/** What follows the object key in `versionKey`, in bytes. */
export const versionTail = 9;
const invertedFrom = Number.MAX_SAFE_INTEGER;

/** What stands behind an object key in the key of a version with this sequence. */
export function versionTailOf(sequence: number): Buffer {
  return Buffer.concat([terminator, u64(invertedFrom - sequence)]);
}

/** The sequence in a `versionKey`. */
export function versionSequence(key: Key): number {
  return invertedFrom - Number(Buffer.from(key).readBigUInt64BE(key.length - 8));
}

/** The object key and the sequence in a `versionKey`. */
export function splitVersionKey(key: Key): { key: ObjectKey; sequence: number } {
  const name = Buffer.from(key).toString('utf8', 17, key.length - versionTail) as ObjectKey;
  return { key: name, sequence: versionSequence(key) };
}

export function versionHeadKey(bucketId: string, key: ObjectKey): Key {
  return taggedKey(tags.versionHead, idBytes(bucketId), key);
}

export function uploadsPrefix(bucketId: string): Buffer {
  return taggedKey(tags.upload, idBytes(bucketId));
}

/**
 * Object keys have no NUL, so it ends them. An upload id begins with its start time (`newUploadId`): the uploads of one key
 * are ordered by that, and the address (bucket, key, id) is all that is needed to find one.
 */
export function uploadKey(bucketId: string, key: ObjectKey, upload: UploadId): Key {
  return taggedKey(tags.upload, idBytes(bucketId), key, terminator, idBytes(upload));
}

const terminator = Uint8Array.of(0);
const uploadTail = 17;

/** The object key's bytes in what follows `uploadsPrefix`. */
export function uploadKeyName(rest: Buffer): Buffer {
  return rest.subarray(0, rest.length - uploadTail);
}

/** The first possible key behind `upload` (or any upload) of the object key that `prefixed`, an `uploadsPrefix` and a key, names. */
export function afterUploadsKey(prefixed: Buffer, upload: UploadId | undefined): Buffer {
  if (upload === undefined) return Buffer.concat([prefixed, Uint8Array.of(1)]);
  return afterKey(Buffer.concat([prefixed, terminator, idBytes(upload)]));
}

export function partsPrefix(upload: UploadId): Buffer {
  return taggedKey(tags.part, idBytes(upload));
}

/** `number`: 0 to 65,535. */
export function partKey(upload: UploadId, number: number): Key {
  return taggedKey(tags.part, idBytes(upload), u16(number));
}

export function completionKey(upload: UploadId): Key {
  return taggedKey(tags.completion, idBytes(upload));
}

export function manifestPrefix(manifest: string): Buffer {
  return taggedKey(tags.manifest, idBytes(manifest));
}

/** A chunk is found by where in the object it begins; the first part's number tells chunks of no bytes apart. */
export function manifestChunkKey(manifest: string, offset: number, firstPart: number): Key {
  return taggedKey(tags.manifest, idBytes(manifest), u64(offset), u16(firstPart));
}

/** Where in the object a manifest's chunk begins, in bytes. */
export function manifestChunkOffset(key: Key): number {
  return Number(Buffer.from(key).readBigUInt64BE(17));
}

export function blobReferencesKey(blob: BlobId): Key {
  return taggedKey(tags.blobReferences, idBytes(blob));
}

export function manifestReferencesKey(manifest: string): Key {
  return taggedKey(tags.manifestReferences, idBytes(manifest));
}

/** What the collector looks at when due; the number is part of the key. */
const queueKinds = { blob: 1, manifest: 2, upload: 3, completion: 4, bucket: 5 } as const;
export type QueueKind = keyof typeof queueKinds;

/** `due` in milliseconds since the epoch. */
export function queueKey(due: number, kind: QueueKind, id: string): Key {
  return taggedKey(tags.queue, u64(due), Uint8Array.of(queueKinds[kind]), idBytes(id));
}

/** Undefined for a kind this version does not know. */
export function splitQueueKey(key: Key): { kind: QueueKind; id: string } | undefined {
  const number = key[9];
  const kind = (Object.keys(queueKinds) as QueueKind[]).find((name) => queueKinds[name] === number);
  return kind && { kind, id: Buffer.from(key).toString('hex', 10) };
}

/** Everything due at `now` or before. */
export function queueSpan(now: number): KeySpan {
  return { start: taggedKey(tags.queue), end: taggedKey(tags.queue, u64(now + 1)) };
}

/**
 * A text from outside as the bytes of an object key, cut where no stored key goes on. Cut or whole, it stands at the same place
 * among all keys that can be stored, so it serves as a boundary (not as a prefix to match).
 */
export function boundaryBytes(text: string): Buffer {
  return Buffer.from(text).subarray(0, longestObjectKey);
}

/** Whether any stored object key could begin with `prefix`. */
export function canPrefixKeys(prefix: Uint8Array): boolean {
  return prefix.length <= longestObjectKey && !prefix.includes(0);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
