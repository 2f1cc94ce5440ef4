/**
 * Owns the commit that changes what is at an object key: it carries out what `core/versions/state.ts` decides, checks everything it
 * relied on, and moves references, counters and dates of deletion along.
 */
import { Conflict } from '../../engines/errors.ts';
import type { Core } from '../core.ts';
import { deletionFormat, headFormat, objectFormat, versionFormat } from '../model/codecs.ts';
import { Draft } from '../model/draft.ts';
import {
  bucketBytesKey,
  bucketKey,
  bucketObjectsKey,
  deletionKey,
  objectKey,
  projectBytesKey,
  projectObjectsKey,
  versionHeadKey,
  versionKey,
} from '../model/keys.ts';
import type { NewObject, ObjectRecord } from '../model/object-records.ts';
import { ownSize } from '../model/own-data.ts';
import { type LoadedBehind, newestBehind, readBehind } from '../versions/behind.ts';
import type { Cleared } from '../versions/clearance.ts';
import { newVersionId, nullVersion, sequenceOf } from '../versions/ids.ts';
import {
  type Addition,
  deleting,
  deletingVersion,
  type KeyState,
  putting,
  sameHead,
  type Transition,
} from '../versions/state.ts';
import type { ObjectPlace } from './object-place.ts';

/** Makes `made` the current object at `place`; answers it with its version. */
export async function draftObject(
  core: Core,
  place: ObjectPlace,
  made: NewObject,
  draft = new Draft(core),
): Promise<{ draft: Draft; record: ObjectRecord }> {
  const { versioning } = place.bucket.record;
  const transition = putting(versioning, stateOf(place), core.clock());
  const { adds } = transition;
  const record = { ...made, ...(adds === undefined ? { versionId: nullVersion } : versionFor(core, adds)) };
  await carryOut(core, draft, place, transition, { object: record });
  return { draft, record };
}

/**
 * Deletes without naming a version: for ever where versioning is off, else a marker comes, whose id is answered. What is current is
 * kept behind, unless it is the null version that a null marker replaces.
 */
export async function draftRemoval(
  core: Core,
  place: ObjectPlace,
  draft = new Draft(core),
): Promise<{ draft: Draft; marker?: string }> {
  const transition = deleting(place.bucket.record.versioning, stateOf(place), core.clock());
  if (transition.adds === undefined) {
    await carryOut(core, draft, place, transition, {});
    return { draft };
  }
  const { versionId } = versionFor(core, transition.adds);
  await carryOut(core, draft, place, transition, { marker: versionId });
  return { draft, marker: versionId };
}

/** Deletes one version for ever: the current one, or one behind. */
export async function draftVersionRemoval(
  core: Core,
  place: ObjectPlace,
  target: 'current' | LoadedBehind,
  _cleared: Cleared,
): Promise<Draft> {
  const draft = new Draft(core);
  const { id, versioning } = place.bucket.record;
  const newest = versioning === undefined ? [] : await newestBehind(core, id, place.key, 2);
  const transition = deletingVersion(
    stateOf(place),
    target === 'current' ? target : target.sequence,
    newest.map(({ record: { kind }, sequence }) => ({ kind, sequence })),
  );
  await carryOut(core, draft, place, transition, {
    known: target === 'current' ? newest : [...newest, target],
  });
  return draft;
}

/** Puts `record` in the place of the object it was made from: the same version with other attributes. */
export function draftUpdate(core: Core, place: ObjectPlace, record: ObjectRecord): Draft {
  const draft = new Draft(core);
  check(draft, place);
  const { id, versioning } = place.bucket.record;
  const was = place.object?.record;
  const pinned = versioning !== undefined && was !== undefined ? { sequence: sequenceOf(was) } : {};
  draft.put(objectKey(id, place.key), objectFormat.encode({ ...record, ...pinned }));
  noteDeletion(draft, place, was?.deleteAt, record.deleteAt);
  return draft;
}

/** As `draftUpdate`, for a version behind. */
export function draftUpdateBehind(
  core: Core,
  { bucket: { record: bucket, version }, key }: ObjectPlace,
  was: LoadedBehind,
  record: LoadedBehind['record'],
): Draft {
  const at = versionKey(bucket.id, key, was.sequence);
  return new Draft(core)
    .check(bucketKey(bucket.name), version)
    .check(at, was.version)
    .put(at, versionFormat.encode({ behind: record }));
}

function stateOf({ object, head }: ObjectPlace): KeyState {
  const current = object && { versionId: object.record.versionId, sequence: sequenceOf(object.record) };
  return { current, head: head?.record };
}

function versionFor(
  core: Core,
  { sequence, isNull }: Addition,
): Pick<ObjectRecord, 'versionId' | 'sequence'> {
  if (sequence === undefined) return { versionId: nullVersion };
  return { versionId: isNull ? nullVersion : newVersionId(core, sequence), sequence };
}

interface Bringing {
  readonly object?: ObjectRecord;
  /** The id of a delete marker. */
  readonly marker?: string;
  /** Entries behind that were read already. */
  readonly known?: readonly LoadedBehind[];
}

async function carryOut(
  core: Core,
  draft: Draft,
  place: ObjectPlace,
  transition: Transition,
  { object, marker, known = [] }: Bringing,
): Promise<void> {
  check(draft, place);
  const { bucket, key } = place;
  const { id } = bucket.record;
  const was = transition.current === 'stays' ? undefined : place.object?.record;
  const change = { objects: was === undefined ? 0 : -1, bytes: 0 };
  const keepBehind = transition.current === 'behind' && was !== undefined;
  if (keepBehind) {
    const sequence = sequenceOf(was);
    const kept = { kind: 'object', object: { ...was, sequence }, noncurrentAt: core.clock() } as const;
    draft.put(versionKey(id, key, sequence), versionFormat.encode({ behind: kept }));
  } else if (was !== undefined) {
    draft.release(was.data);
    change.bytes -= ownSize(was);
  }
  if (transition.drops !== undefined) {
    const { record } = await take(core, draft, place, transition.drops, known);
    if (record.kind === 'object') {
      draft.release(record.object.data);
      change.bytes -= ownSize(record.object);
    }
  }
  if (marker !== undefined && transition.adds?.sequence !== undefined) {
    const behind = { kind: 'marker', versionId: marker, modifiedAt: core.clock() } as const;
    draft.put(versionKey(id, key, transition.adds.sequence), versionFormat.encode({ behind }));
  }
  let current = object;
  if (object !== undefined) {
    draft.retain(object.data);
    change.bytes += ownSize(object);
  } else if (transition.rises !== undefined) {
    const { record } = await take(core, draft, place, transition.rises, known);
    if (record.kind !== 'object') throw new Conflict('the version under this one is another one now');
    current = record.object;
  }
  if (current !== undefined) {
    draft.put(objectKey(id, key), objectFormat.encode(current));
    change.objects += 1;
  } else if (was !== undefined) {
    draft.delete(objectKey(id, key));
  }
  if (was !== undefined || current !== undefined)
    noteDeletion(draft, place, was?.deleteAt, current?.deleteAt);
  putHead(draft, place, transition);
  count(draft, place, change);
}

function check(draft: Draft, { bucket, key, object, head }: ObjectPlace): void {
  const { id, name, versioning } = bucket.record;
  draft.check(bucketKey(name), bucket.version).check(objectKey(id, key), object?.version);
  if (versioning !== undefined) draft.check(versionHeadKey(id, key), head?.version);
}

/** Removes an entry behind, as it was read. @throws Conflict when it is not there */
async function take(
  core: Core,
  draft: Draft,
  { bucket: { record }, key }: ObjectPlace,
  sequence: number,
  known: readonly LoadedBehind[],
): Promise<LoadedBehind> {
  const read = known.find((one) => one.sequence === sequence);
  const entry = read ?? (await readBehind(core, record.id, key, sequence));
  if (entry === undefined) throw new Conflict('a version went away meanwhile');
  const at = versionKey(record.id, key, sequence);
  draft.check(at, entry.version).delete(at);
  return entry;
}

function putHead(
  draft: Draft,
  { bucket: { record }, key, head }: ObjectPlace,
  { head: next }: Transition,
): void {
  if (record.versioning === undefined || sameHead(head?.record, next)) return;
  const at = versionHeadKey(record.id, key);
  if (next === undefined) draft.delete(at);
  else draft.put(at, headFormat.encode(next));
}

/** Moves the note of when the current object is to go, in the commit that changes the object. */
function noteDeletion(
  draft: Draft,
  { bucket: { record }, key }: ObjectPlace,
  was: number | undefined,
  is: number | undefined,
): void {
  if (was !== undefined && was !== is) draft.delete(deletionKey(was, record.id, key));
  if (is !== undefined)
    draft.put(deletionKey(is, record.id, key), deletionFormat.encode({ bucket: record.name }));
}

function count(
  draft: Draft,
  { bucket: { record } }: ObjectPlace,
  { objects, bytes }: { readonly objects: number; readonly bytes: number },
): void {
  draft
    .add(bucketObjectsKey(record.id), objects)
    .add(bucketBytesKey(record.id), bytes)
    .add(projectObjectsKey(record.projectId), objects)
    .add(projectBytesKey(record.projectId), bytes);
}
