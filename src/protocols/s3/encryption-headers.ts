/** Owns the header by which a write asks for encryption under keys of the service (SSE-S3), and by which answers tell of it. */
import type { ReplyHeaders } from '../../base/http/reply.ts';
import type { S3View } from './request.ts';

export const encryptionHeader = 'x-amz-server-side-encryption';
export const managedEncryption = 'AES256';

/** What a write asks for; other kinds than the one we have were refused (`refusals.ts`). */
export function encryptionOf({ request }: S3View): { readonly encrypted?: boolean } {
  return request.header(encryptionHeader) === undefined ? {} : { encrypted: true };
}

export function encryptionReplyHeaders({ encrypted }: { readonly encrypted?: boolean }): ReplyHeaders {
  return encrypted === true ? { [encryptionHeader]: managedEncryption } : {};
}
