/** Owns the headers by which S3 tells of lifecycle rules. */
import { httpDate } from '../../base/http/http-date.ts';
import { percentEncode } from '../../base/http/query.ts';
import type { ReplyHeaders } from '../../base/http/reply.ts';
import type { ObjectInfo } from '../../core/objects/info.ts';

/** The default of S3: there are no other storage classes to which anything could move, so every setting means the same. */
export const transitionMinimum = 'all_storage_classes_128K';

/** Infrastructure tools wait until they see the value they have sent. */
export function transitionMinimumHeaders(): ReplyHeaders {
  return { 'x-amz-transition-default-minimum-object-size': transitionMinimum };
}

/** `x-amz-expiration` of an object that a rule covers; the rule's id is percent-encoded (S3 API reference, HeadObject). */
export function expirationHeaders({ expiry }: Pick<ObjectInfo, 'expiry'>): ReplyHeaders {
  if (expiry === undefined) return {};
  const { at, rule } = expiry;
  return { 'x-amz-expiration': `expiry-date="${httpDate(at)}", rule-id="${percentEncode(rule)}"` };
}
