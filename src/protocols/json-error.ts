/** The form of a failure at the doors that speak KakaoCloud's JSON and take tokens (reference, section 1). Statuses are each door's. */
import { json, type Reply, type ReplyHeaders } from '../base/http/reply.ts';

/** `origin` is where the client found us: a refusal says which identity service issues tokens (RFC 9110 15.5.2). */
export function jsonError(
  status: number,
  { code, message }: { readonly code: string; readonly message: string },
  origin: string,
  headers: ReplyHeaders = {},
): Reply {
  return json(
    status,
    { error: { code, message } },
    {
      ...headers,
      'WWW-Authenticate': status === 401 ? `Keystone uri="${origin}/identity"` : undefined,
      'Retry-After': status === 503 ? 1 : undefined,
    },
  );
}
