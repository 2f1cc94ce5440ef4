/**
 * What CORS rules mean for requests, once for every door: which rule fits, what a preflight is answered, and what an answer to a page
 * of another origin says (reference, section 5.6). Refuses to decide access: a page that may ask still needs its rights.
 */
import type { Reply, ReplyHeaders } from '../base/http/reply.ts';
import type { RequestView } from '../base/http/request-view.ts';
import { type CorsRule, corsAt } from '../core/buckets/cors.ts';
import type { Core } from '../core/core.ts';
import type { BucketName, ProjectId } from '../core/model/names.ts';
import type { ProtocolError } from './failure.ts';

/** Where a request goes, as far as CORS is concerned: to a bucket with rules of its own, or to what only our console uses. */
export interface CorsPlace {
  readonly bucket?: BucketName;
  /** The account in the path, where a protocol has one. */
  readonly project?: ProjectId;
}

/** A protocol's part in CORS. */
export interface CorsDoor {
  /** Undefined where CORS has no say. Never throws. */
  placeOf(request: RequestView): CorsPlace | undefined;
  /** Refuses a preflight. `incomplete`: it lacks a header; undefined when such a request is no preflight at this door. */
  refusal(request: RequestView, why: 'incomplete' | 'not allowed'): ProtocolError | undefined;
}

/** What preflights are called in metrics; they are no calls of an API, so the trail has none of them. */
export const preflightName = 'Preflight';

/** What every door is given: the rules of buckets, and the origins of the console, which may use everything. */
export interface CorsPolicy {
  readonly core: Core;
  readonly consoleOrigins: readonly string[];
}

/**
 * The answer to a preflight; undefined when the request is none. Browsers send no token with it, so none is asked for.
 * @throws ProtocolError, the door's own
 */
export async function answerPreflight(
  policy: CorsPolicy,
  door: CorsDoor,
  request: RequestView,
): Promise<Reply | undefined> {
  const place = request.method === 'OPTIONS' ? door.placeOf(request) : undefined;
  if (place === undefined) return undefined;
  const origin = request.header('origin');
  const method = request.header('access-control-request-method');
  if (!origin || !method) {
    const refusal = door.refusal(request, 'incomplete');
    if (refusal !== undefined) throw refusal;
    return undefined;
  }
  const rule = (await rulesAt(policy, place)).find(
    (one) => admits(one, origin, method) && admitsHeaders(one, request),
  );
  if (rule === undefined) {
    const refusal = door.refusal(request, 'not allowed');
    if (refusal !== undefined) throw refusal;
    return undefined;
  }
  return {
    status: 200,
    headers: {
      ...sharedHeaders(rule, origin),
      'Access-Control-Allow-Headers': rule.headers.join(', '),
      'Access-Control-Max-Age': rule.maxAge,
      Vary: 'Origin',
      'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
      'Content-Length': 0,
    },
  };
}

/** `reply`, with what lets a page of another origin see it; as it is when no rule fits. */
export async function shareReply(
  policy: CorsPolicy,
  door: CorsDoor,
  request: RequestView,
  reply: Reply,
): Promise<Reply> {
  const origin = request.header('origin');
  const place = origin ? door.placeOf(request) : undefined;
  if (!origin || place === undefined) return reply;
  const rule = (await rulesAt(policy, place)).find((one) => admits(one, origin, request.method));
  if (rule === undefined) return reply;
  const { Vary: vary } = reply.headers ?? {};
  return {
    ...reply,
    headers: {
      ...reply.headers,
      ...sharedHeaders(rule, origin),
      Vary: vary === undefined ? 'Origin' : `${String(vary)}, Origin`,
    },
  };
}

function sharedHeaders(rule: CorsRule, origin: string): ReplyHeaders {
  return {
    'Access-Control-Allow-Credentials': 'true',
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Methods': rule.methods.join(', '),
    'Access-Control-Expose-Headers': rule.expose.join(', '),
  };
}

async function rulesAt({ core, consoleOrigins }: CorsPolicy, place: CorsPlace): Promise<readonly CorsRule[]> {
  const { bucket, project } = place;
  const rules =
    bucket === undefined ? [] : await corsAt(core, { bucket, ...(project !== undefined && { project }) });
  return consoleOrigins.length === 0 ? rules : [...rules, consoleRule(consoleOrigins)];
}

function consoleRule(origins: readonly string[]): CorsRule {
  return { origins, methods: ['PUT', 'POST', 'GET', 'DELETE'], headers: ['*'], expose: ['ETag'] };
}

/** Who may GET may HEAD. */
function admits({ origins, methods }: CorsRule, origin: string, method: string): boolean {
  const rightMethod = methods.some((one) => one === method || (one === 'GET' && method === 'HEAD'));
  return rightMethod && origins.some((pattern) => fits(pattern, origin));
}

function admitsHeaders({ headers }: CorsRule, request: RequestView): boolean {
  const asked = request.header('access-control-request-headers')?.toLowerCase() ?? '';
  const names = asked.split(',').map((name) => name.trim());
  return names.every((name) => name === '' || headers.some((pattern) => fits(pattern.toLowerCase(), name)));
}

/** Whether `text` is `pattern`, in which one `*` stands for anything. */
function fits(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === text;
  const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return text.length >= head.length + tail.length && text.startsWith(head) && text.endsWith(tail);
}
