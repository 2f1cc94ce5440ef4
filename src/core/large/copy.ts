/**
 * Copies what a large object stands for, as an object with bytes of its own. They are referred to where they are, and read once for their
 * digest; written anew only where there are too many stretches, or some are encrypted and others are not.
 */
import { byteName } from '../../base/bytes.ts';
import { newId } from '../../base/clock.ts';
import { createHasher } from '../../base/hash.ts';
import { Conflict } from '../../engines/errors.ts';
import type { Actor } from '../actor.ts';
import { dataKeyFor } from '../buckets/encryption.ts';
import type { Core } from '../core.ts';
import { encryptionIn, encryptsAll } from '../crypt/keys.ts';
import { handOn, inlineStretch, lengthOf } from '../crypt/stretches.ts';
import { expiryIn } from '../lifecycle/expiry.ts';
import type { Draft } from '../model/draft.ts';
import type { Checksum, NewObject, ObjectRecord, OwnData, Segment } from '../model/object-records.ts';
import { draftObject } from '../objects/change.ts';
import { checkCopySource, checkWrite } from '../objects/conditions.ts';
import type { CopyObjectInput, CopySource } from '../objects/copy-input.ts';
import { withContent } from '../objects/get.ts';
import { attributesOf, type ObjectInfo, objectInfo } from '../objects/info.ts';
import { draftChunk, splitIntoChunks } from '../objects/manifest.ts';
import { type ObjectPlace, visible } from '../objects/object-place.ts';
import { putObject } from '../objects/put.ts';
import { slicesWithin } from '../objects/read-data.ts';
import { lower } from '../objects/store-body.ts';
import { bytesOf, type LargeContent, type LargeRecord, type Leaf, largeContent, leafKey } from './content.ts';
import { type SegmentNames, standingFor } from './shape.ts';

/** Most stretches that one commit refers to, each in an object that it checks. */
const mostStretches = 1000;
/** More bytes in records than this are written as a blob, in bytes. */
const mostInlineBytes = 4 * 1024 * 1024;
/** Stretches that stand in the object's own record. */
const mostInRecord = 16;

type LargeSource = CopySource & { readonly record: LargeRecord };

/** @throws CoreError SegmentUnusable, AccessDenied; TooLarge only where bytes are written */
export async function copyLarge(
  core: Core,
  actor: Actor,
  input: CopyObjectInput,
  from: LargeSource,
  to: ObjectPlace,
): Promise<{ info: ObjectInfo; source: ObjectInfo }> {
  const { bucket, record } = from;
  const content = await largeContent(core, actor, { bucket, key: input.source.key, record });
  const source = withContent(objectInfo(bucket, input.source.key, record), content);
  checkCopySource(input.sourceConditions, content);
  checkWrite(input.conditions, visible(core, to.object)?.record, input);
  const asked = input.encrypted === true || encryptsAll(to.bucket.record);
  const leaves = await fewLeaves(content);
  const sealed = leaves?.map(isSealed).filter((one) => one !== undefined) ?? [];
  const encrypted = asked || sealed.includes(true);
  const alike = sealed.every((one) => one === encrypted);
  const info =
    leaves !== undefined && alike
      ? await referringCopy(core, input, { from, to, content, leaves, source, encrypted })
      : undefined;
  return { info: info ?? (await writtenCopy(core, actor, input, content, source, encrypted)), source };
}

/** All of them; undefined when there are too many to refer to. */
async function fewLeaves(content: LargeContent): Promise<Leaf[] | undefined> {
  const leaves: Leaf[] = [];
  for await (const leaf of content.leaves({ start: 0, end: content.size })) {
    if (leaves.push(leaf) > mostStretches) return undefined;
  }
  return leaves;
}

/** Undefined for bytes that are made what the others are. */
function isSealed(leaf: Leaf): boolean | undefined {
  return leaf.kind === 'bytes' ? undefined : leaf.segment.record.encryption !== undefined;
}

interface Referring {
  readonly from: LargeSource;
  readonly to: ObjectPlace;
  readonly content: LargeContent;
  readonly leaves: readonly Leaf[];
  readonly source: ObjectInfo;
  readonly encrypted: boolean;
}

/** Undefined when there is too much to refer to. */
async function referringCopy(
  core: Core,
  input: CopyObjectInput,
  { from, to, content, leaves, source, encrypted }: Referring,
): Promise<ObjectInfo | undefined> {
  const bucket = to.bucket.record;
  const dataKey = encrypted ? await dataKeyFor(core, bucket, true) : undefined;
  if (encrypted && bucket.encryption === undefined) throw new Conflict('the bucket has a key only now');
  const segments = await stretchesOf(core, leaves, dataKey);
  if (segments === undefined) return undefined;
  const digests = await digestsOf(core, input, leaves, content.size);
  const made: NewObject = {
    ...attributesOf(input.attributes(source)),
    modifiedAt: core.clock(),
    size: content.size,
    ...digests,
    storageClass: bucket.storageClass,
    data: { kind: 'segments', segments: [] },
    ...encryptionIn(core, bucket, dataKey),
  };
  const { data, chunks } = placed(core, segments);
  const { draft, record } = await draftObject(core, to, { ...made, data: withNames(data, input.standsFor) });
  for (const chunk of chunks) draftChunk(draft, chunk.manifest, chunk);
  checkSources(draft, from, leaves);
  await draft.commit();
  return { ...objectInfo(bucket, input.key, record), ...expiryIn(core, to.lifecycle, input.key, record) };
}

function withNames(data: OwnData, names: SegmentNames | undefined): ObjectRecord['data'] {
  return names === undefined ? data : standingFor(data, names);
}

/** Bytes are referred to once more only while their objects still refer to them: a count that reached zero stays there. */
function checkSources(draft: Draft, from: CopySource, leaves: readonly Leaf[]): void {
  draft.check(from.engineKey, from.version);
  const checked = new Set<string>();
  for (const leaf of leaves) {
    if (leaf.kind === 'bytes') continue;
    const { engineKey, object } = leaf.segment;
    const name = byteName(engineKey);
    if (!checked.has(name)) draft.check(engineKey, object.version);
    checked.add(name);
  }
}

async function stretchesOf(
  core: Core,
  leaves: readonly Leaf[],
  dataKey: Uint8Array | undefined,
): Promise<Segment[] | undefined> {
  const segments: Segment[] = [];
  let inline = 0;
  const add = (segment: Segment): boolean => {
    if (segment.kind === 'inline') inline += segment.bytes.length;
    return segments.push(segment) <= mostStretches && inline <= mostInlineBytes;
  };
  for (const leaf of leaves) {
    if (leaf.kind === 'bytes') {
      if (!add(inlineStretch(core, leaf.bytes, dataKey))) return undefined;
      continue;
    }
    const key = leafKey(core, leaf);
    for await (const slice of slicesWithin(core, leaf.segment.record.data, leaf.range)) {
      if (!add(handOn(core, slice, key, dataKey))) return undefined;
    }
  }
  return segments;
}

async function digestsOf(
  core: Core,
  { checksum, signal }: CopyObjectInput,
  leaves: readonly Leaf[],
  size: number,
): Promise<{ etag: string; checksum?: Checksum }> {
  const md5 = createHasher('md5');
  const sum = checksum === undefined ? undefined : createHasher(lower(checksum));
  for await (const chunk of bytesOf(core, leaves, size)) {
    signal.throwIfAborted();
    md5.update(chunk);
    sum?.update(chunk);
  }
  const etag = md5.digest().toString('hex');
  if (checksum === undefined || sum === undefined) return { etag };
  const value = sum.digest().toString('base64');
  return { etag, checksum: { algorithm: checksum, type: 'FULL_OBJECT', value } };
}

/** A few stretches stand in the record, more in a manifest. */
function placed(core: Core, segments: readonly Segment[]) {
  const inline = segments.reduce(
    (sum, segment) => sum + (segment.kind === 'inline' ? lengthOf(segment) : 0),
    0,
  );
  if (segments.length <= mostInRecord && inline <= core.settings.inlineBytes) {
    return { data: { kind: 'segments', segments } satisfies OwnData, chunks: [] };
  }
  const manifest = newId(core.random);
  const parts = segments.map((segment, i) => ({
    number: i + 1,
    size: lengthOf(segment),
    segments: [segment],
  }));
  return {
    data: { kind: 'manifest', manifest, partCount: parts.length } satisfies OwnData,
    chunks: splitIntoChunks(parts).map((chunk) => ({ ...chunk, manifest })),
  };
}

/** A new object with the bytes. */
function writtenCopy(
  core: Core,
  actor: Actor,
  input: CopyObjectInput,
  content: LargeContent,
  source: ObjectInfo,
  encrypted: boolean,
): Promise<ObjectInfo> {
  const { bucket, key, conditions, checksum, standsFor, signal } = input;
  return putObject(core, actor, {
    bucket,
    key,
    attributes: input.attributes(source),
    conditions,
    body: bytesOf(core, content.leaves({ start: 0, end: content.size }), content.size),
    size: content.size,
    expected: [],
    ...(checksum !== undefined && { checksum }),
    encrypted,
    shape: standsFor && { kind: 'dynamic', ...standsFor },
    signal,
  });
}
