/** Owns the rule that an upload says how long it is, or that it comes in chunks. */
import { s3Error } from './errors.ts';
import type { S3View } from './request.ts';

/**
 * Chunked bodies of unknown length are taken, which AWS refuses. A request that announces nothing at all has lost its body on
 * the way, and must not become an empty object. @throws S3Error MissingContentLength
 */
export function requireLength({ request }: S3View): void {
  if (request.contentLength === undefined && !request.chunked) throw s3Error('MissingContentLength');
}
