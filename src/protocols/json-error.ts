/** The form of a failure at the doors that answer `{"error":{"code","message"}}` (reference, sections 1 and 10). Statuses are each door's. */
import { json, type Reply, type ReplyHeaders } from '../base/http/reply.ts';

/** `challenge`: the proof that a refusal with 401 asks for (RFC 9110 11.6.1). */
export function jsonError(
  status: number,
  { code, message }: { readonly code: string; readonly message: string },
  challenge: string,
  headers: ReplyHeaders = {},
): Reply {
  return json(
    status,
    { error: { code, message } },
    {
      ...headers,
      'WWW-Authenticate': status === 401 ? challenge : undefined,
      'Retry-After': status === 503 ? 1 : undefined,
    },
  );
}

/** Of the doors that take tokens. `origin` is where the client found us: it says which identity service issues them. */
export function tokenChallenge(origin: string): string {
  return `Keystone uri="${origin}/identity"`;
}
