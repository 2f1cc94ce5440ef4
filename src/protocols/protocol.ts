/** What a front-end provides to the request pipeline, and the seam between an operation table and a socket. */
import type { Reply, ReplyHeaders } from '../base/http/reply.ts';
import type { RequestView } from '../base/http/request-view.ts';
import type { ByteStream } from '../base/streams/byte-stream.ts';
import type { Actor } from '../core/actor.ts';
import type { Core } from '../core/core.ts';
import type { EventResource } from '../core/trail/event.ts';
import type { CorsDoor } from './cors.ts';
import type { Failure } from './failure.ts';
import type { AnyOperation, BodyStream, Prepared } from './operation.ts';

export interface Authenticated {
  readonly actor: Actor;
  /** What the call is about, where that is known only with the caller. */
  readonly resource?: EventResource;
  /** Takes the transfer form off a body and checks the digests the client announced, while it is read. */
  decodeBody(raw: ByteStream): BodyStream;
}

/** A request whose operation is known. */
export interface Call {
  readonly operation: string;
  readonly body: AnyOperation<never, unknown>['body'];
  /** What the address says the call is about, unchecked: for the trail, refusals included. */
  readonly resource: EventResource | undefined;
  /** @throws ProtocolError, CoreError Unauthenticated */
  authenticate(core: Core): Promise<Authenticated>;
  /** Parses target, query and headers. @throws ProtocolError, CoreError, MalformedTarget */
  prepare(): Prepared;
}

export interface Protocol {
  readonly name: 's3' | 'swift' | 'iam' | 'ext' | 'kos' | 'trail' | 'console' | 'operations';
  /**
   * Whether the host alone makes this request ours (`photos.s3.example.com`); asked of all protocols before any path is
   * looked at, because a key may begin like another protocol's path.
   */
  readonly ownsHost?: (request: RequestView) => boolean;
  /** Whether this request is ours; protocols are asked in the order of main's list, and the last one takes all. */
  owns(request: RequestView): boolean;
  /** The path as logs and events show it, where paths can hold secrets; as it came when absent. Never throws. */
  readonly shownPath?: (path: string) => string;
  /** @throws ProtocolError when no operation has this shape. */
  resolve(request: RequestView): Call;
  /** Absent: pages of other origins have no business at this door. */
  readonly cors?: CorsDoor;
  /** Never throws. */
  renderError(error: Failure, request: RequestView): Reply;
  /** Headers of every answer of this protocol: request ids and the like. */
  commonHeaders(request: RequestView): ReplyHeaders;
  /** Names of all operations, for metric labels and the start-up checks. */
  readonly operationNames: readonly string[];
}

/** A body passed on as it came. */
export function plainBody(raw: ByteStream, length: number | undefined): BodyStream {
  return { length, trailers: new Map(), [Symbol.asyncIterator]: () => raw[Symbol.asyncIterator]() };
}

/** Joins a view, its operation and the protocol's way to authenticate into a `Call`. */
export function callOf<View, Route>(
  view: View,
  operation: AnyOperation<View, Route>,
  authenticate: (core: Core, view: View, operation: AnyOperation<View, Route>) => Promise<Authenticated>,
  resourceOf?: (view: View, operation: AnyOperation<View, Route>) => EventResource | undefined,
): Call {
  return {
    operation: operation.name,
    body: operation.body,
    resource: resourceOf?.(view, operation),
    authenticate: (core) => authenticate(core, view, operation),
    prepare: () => operation.prepare(view),
  };
}
