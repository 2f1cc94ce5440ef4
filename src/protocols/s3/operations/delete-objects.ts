/**
 * DeleteObjects: up to 1,000 deletions in one request, each allowed, done and answered by itself. Where the bucket's MFA delete asks for a
 * code, one stands for all of them, and without one that counts nothing is deleted.
 */
import { inParallel } from '../../../base/in-parallel.ts';
import { element, optionalElement, type Xml } from '../../../base/wire/xml.ts';
import { may } from '../../../core/access/authorize.ts';
import type { Actor } from '../../../core/actor.ts';
import { getBucket } from '../../../core/buckets/get.ts';
import type { Core } from '../../../core/core.ts';
import { CoreError } from '../../../core/errors.ts';
import type { SecondFactor } from '../../../core/identity/second-factor.ts';
import { type BucketName, defaultNameLimits, parseObjectKey } from '../../../core/model/names.ts';
import { type DeletedObject, deleteObject } from '../../../core/objects/delete.ts';
import { removingObject } from '../../../core/trail/removal.ts';
import { clear } from '../../../core/versions/clearance.ts';
import { bucketOf, readVersion } from '../address.ts';
import { strongTags } from '../conditions.ts';
import { type S3Request, s3Operation } from '../define-operation.ts';
import { type DeleteItem, readDelete } from '../documents/delete.ts';
import { xmlReply } from '../documents/elements.ts';
import { xmlBody } from '../documents/read-document.ts';
import { S3Error, s3Error, toS3Error } from '../errors.ts';
import { factorOf, readMfa } from '../mfa-header.ts';

/** A thousand keys of a thousand characters, each written as a reference, is the most a document can need. */
const documentLimit = 8 << 20;

/** Deletions under way at once. They share commits of the engine; more would only queue. */
const atOnce = 32;

interface Deletion {
  readonly bucket: BucketName;
  readonly item: DeleteItem;
  readonly factor: SecondFactor | undefined;
}

interface Outcome {
  readonly item: DeleteItem;
  readonly deleted?: DeletedObject;
  /** Absent for success. */
  readonly error?: S3Error;
}

export const deleteObjectsOperation = s3Operation({
  name: 'DeleteObjects',
  route: { method: 'POST', scope: 'bucket', query: ['delete'] },
  body: xmlBody(documentLimit, readDelete),
  parse: (view) => ({ bucket: bucketOf(view), mfa: readMfa(view), view }),
  authorize: 'in-run',
  run: async ({ core, actor, input: { bucket, mfa, view }, body: { items, quiet }, signal }) => {
    const factor = factorOf(core, actor, mfa);
    const info = await getBucket(core, bucket);
    // A code that does not count ends the whole request, also one that nothing in it would ask for (API reference, DeleteObjects).
    if (factor !== undefined || items.some(({ versionId }) => versionId !== undefined))
      await clear(info, factor);
    const outcomes = await inParallel(items, atOnce, async (item) => {
      signal.throwIfAborted();
      return deleteOne(core, actor, { bucket, item, factor }, view);
    });
    return { outcomes, quiet };
  },
  reply: ({ outcomes, quiet }) =>
    xmlReply(
      'DeleteResult',
      outcomes.filter(({ error }) => !quiet || error !== undefined).map(outcomeElement),
    ),
});

async function deleteOne(
  core: Core,
  actor: Actor,
  { bucket, item, factor }: Deletion,
  view: S3Request,
): Promise<Outcome> {
  try {
    const version = readVersion(item.versionId);
    if (item.unservedCondition) throw s3Error('NotImplemented');
    const key = parseObjectKey(item.key, defaultNameLimits);
    const { allow } = await may(core, actor, { action: 'storage.objects.delete', bucket, key });
    if (!allow) throw s3Error('AccessDenied');
    const ifMatch = strongTags(item.etag);
    const conditions = { ...(ifMatch !== undefined && { ifMatch }) };
    const deletion = { bucket, key, version, conditions, factor, markAbsent: true };
    const deleted = await deleteObject(removingObject(core, bucket, key), deletion);
    return { item, deleted };
  } catch (error) {
    if (error instanceof S3Error || error instanceof CoreError) {
      return { item, error: toS3Error(error, view.request) };
    }
    throw error;
  }
}

function outcomeElement({ item, deleted, error }: Outcome): Xml {
  const name = [element('Key', item.key), optionalElement('VersionId', item.versionId)];
  if (error === undefined) return element('Deleted', [...name, ...markerElements(deleted)]);
  return element('Error', [...name, element('Code', error.code), element('Message', error.message)]);
}

/** The delete marker that came or went. */
function markerElements(deleted: DeletedObject | undefined): (Xml | undefined)[] {
  if (deleted?.deleteMarker !== true) return [];
  return [element('DeleteMarker', true), optionalElement('DeleteMarkerVersionId', deleted.versionId)];
}
