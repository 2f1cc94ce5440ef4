/** Owns what a signed address allows: the one action it was signed for, on the one object it names, where its key counts. A statement like those of policies. */
import type { Actor } from '../actor.ts';
import type { BucketName } from '../model/names.ts';
import type { Statement } from './decide.ts';
import type { BucketAction } from './roles.ts';

const reading: readonly BucketAction[] = ['storage.objects.get', 'storage.objects.getMeta'];

export const signedAddressStatement: Statement = {
  effect: 'allow',
  source: 'a signed address',
  applies(actor, target) {
    const signed = actor.kind === 'anonymous' ? actor.signed : undefined;
    return (
      signed !== undefined &&
      target.kind === 'bucket' &&
      target.action === signed.action &&
      target.bucket.name === signed.bucket &&
      target.bucket.projectId === signed.project &&
      // What goes for a whole bucket or folder has no key, and is nothing an address was signed for.
      target.key === signed.key
    );
  },
};

/**
 * `actor` as one whose address, signed for reading the large object `whole`, was signed for the objects that make it up in `bucket`, as far
 * as its key goes (upstream's tempurl, "authorize_same_account" and "authorize_same_container"); unchanged where it does not.
 */
export function actorForSegments(
  actor: Actor,
  whole: { readonly bucket: BucketName; readonly key: string },
  bucket: BucketName,
  action: BucketAction,
): Actor {
  const signed = actor.kind === 'anonymous' ? actor.signed : undefined;
  if (signed?.bucket !== whole.bucket || signed.key !== whole.key) return actor;
  const reaches = signed.keyOf === 'project' || signed.bucket === bucket;
  if (!reaches || !reading.includes(signed.action)) return actor;
  return { ...actor, kind: 'anonymous', signed: { ...signed, bucket, action } };
}
