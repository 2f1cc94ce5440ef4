/** Owns the headers by which S3 tells of lifecycle rules. */
import type { ReplyHeaders } from '../../base/http/reply.ts';

/** The default of S3: there are no other storage classes to which anything could move, so every setting means the same. */
export const transitionMinimum = 'all_storage_classes_128K';

/** Infrastructure tools wait until they see the value they have sent. */
export function transitionMinimumHeaders(): ReplyHeaders {
  return { 'x-amz-transition-default-minimum-object-size': transitionMinimum };
}
