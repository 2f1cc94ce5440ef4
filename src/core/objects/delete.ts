/** DeleteObject for every door: what is current, which a bucket with versioning keeps behind a delete marker, or one version for ever. */
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import type { SecondFactor } from '../identity/second-factor.ts';
import { committing, type Loaded } from '../model/draft.ts';
import type { BucketName, ObjectKey, VersionId } from '../model/names.ts';
import type { ObjectRecord } from '../model/object-records.ts';
import { clear } from '../versions/clearance.ts';
import { findVersion, type VersionPlace } from '../versions/find.ts';
import { draftRemoval, draftVersionRemoval } from './change.ts';
import { matches, type WriteConditions } from './conditions.ts';
import { findObject, visible } from './object-place.ts';

export interface DeleteObjectInput {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  /** One version, or one delete marker, for ever. */
  readonly version?: VersionId | undefined;
  readonly conditions?: Pick<WriteConditions, 'ifMatch'>;
  /** Any other object than this says yes to stays; it is asked about what is really there, also when that is past due. */
  readonly only?: (object: Loaded<ObjectRecord>) => boolean;
  /** Any version this says no to stays; it is asked about what is really there. */
  readonly onlyVersion?: (place: VersionPlace) => Promise<boolean>;
  /** What the caller shows where the bucket's MFA delete asks for it: for a version, never for a deletion that names none. */
  readonly factor?: SecondFactor | undefined;
  /** True: in a bucket with versioning a delete marker comes also where there is no object. */
  readonly markAbsent?: boolean;
}

export interface DeletedObject {
  /** Whether there was an object; of a version: whether there was that version or marker. */
  readonly existed: boolean;
  /** The marker that came, or the version that was to go. */
  readonly versionId?: string;
  /** Whether a delete marker came or went. */
  readonly deleteMarker?: boolean;
}

/** @throws CoreError NoSuchBucket, PreconditionFailed, InvalidArgument where a one-time password is needed and does not count, Busy */
export async function deleteObject(core: Core, input: DeleteObjectInput): Promise<DeletedObject> {
  const { version } = input;
  return committing('object', () =>
    version === undefined ? deleteCurrent(core, input) : deleteVersion(core, input, version),
  );
}

async function deleteCurrent(core: Core, input: DeleteObjectInput): Promise<DeletedObject> {
  const { only, markAbsent = false } = input;
  const place = await findObject(core, input);
  const object = only === undefined ? visible(core, place.object) : place.object;
  checkDeletion(input, object?.record);
  const existed = object !== undefined && only?.(object) !== false;
  const marks = markAbsent && place.bucket.record.versioning !== undefined;
  if (!existed && !marks) return { existed };
  const { draft, marker } = await draftRemoval(core, place);
  await draft.commit();
  return { existed, ...(marker !== undefined && { versionId: marker, deleteMarker: true }) };
}

async function deleteVersion(
  core: Core,
  input: DeleteObjectInput,
  version: VersionId,
): Promise<DeletedObject> {
  const { place, found } = await findVersion(core, input, version);
  const cleared = await clear(place.bucket.record, input.factor);
  if (found === undefined || (await input.onlyVersion?.({ place, found })) === false) {
    checkDeletion(input, undefined);
    return { existed: false, versionId: version };
  }
  const behind = found === 'current' ? undefined : found.record;
  checkDeletion(input, behind === undefined ? place.object?.record : objectIn(behind));
  await (await draftVersionRemoval(core, place, found, cleared)).commit();
  return {
    existed: true,
    versionId: version,
    ...(behind?.kind === 'marker' && { deleteMarker: true }),
  };
}

function objectIn(behind: { kind: 'object'; object: ObjectRecord } | { kind: 'marker' }) {
  return behind.kind === 'object' ? behind.object : undefined;
}

function checkDeletion({ conditions }: DeleteObjectInput, object: ObjectRecord | undefined): void {
  const ifMatch = conditions?.ifMatch;
  if (ifMatch !== undefined && !(object && matches(ifMatch, object.etag))) {
    throw new CoreError('PreconditionFailed', { condition: 'If-Match' });
  }
}
