/**
 * The operation: one declarative literal for every call of every protocol. From the tables of operations come routing,
 * permission checks, metric labels, and the lists of what is and is not served.
 */
import type { Reply } from '../base/http/reply.ts';
import { authorize, type Permission } from '../core/access/authorize.ts';
import type { Actor } from '../core/actor.ts';
import type { Core } from '../core/core.ts';
import type { Sight } from '../core/objects/object-place.ts';
import type { EventResource } from '../core/trail/event.ts';

/** A request body after its transfer form (signed chunks, trailers) is taken off and while its digests are checked. */
export interface BodyStream extends AsyncIterable<Uint8Array> {
  /** Bytes the client announced, decoded; undefined for chunked bodies of unknown length. */
  readonly length: number | undefined;
  /** Trailing headers by lower-case name; complete once the body has been read to its end. */
  readonly trailers: ReadonlyMap<string, string>;
}

/** How an operation wants its body. A document is collected (at most `maxBytes`) and parsed before `run`. */
export type BodyKind<View, Body> =
  | { readonly kind: 'none' }
  | { readonly kind: 'stream' }
  | {
      readonly kind: 'document';
      readonly maxBytes: number;
      readonly parse: (bytes: Buffer, view: View) => Body;
    };

export const noBody: BodyKind<unknown, undefined> = { kind: 'none' };
export const streamBody: BodyKind<unknown, BodyStream> = { kind: 'stream' };

/** A body collected whole and parsed after authorization; `parse` throws the protocol's own errors. */
export function documentBody<View, Body>(
  maxBytes: number,
  parse: (bytes: Buffer, view: View) => Body,
): BodyKind<View, Body> {
  return { kind: 'document', maxBytes, parse };
}

/** What `run` gets beside its input. `signal` aborts when the client is gone or a deadline has passed. */
export interface Run<Input, Body> {
  readonly core: Core;
  readonly actor: Actor;
  readonly input: Input;
  readonly body: Body;
  readonly signal: AbortSignal;
  /** What authorization saw of the object it decided on, for use cases that can go on from there. */
  readonly sight: Sight | undefined;
}

/**
 * Fields in this order, because types are inferred from left to right. `View` is the protocol's view of a request, `Route`
 * its way of naming one. `authorize` names the rights; `public` must be written out; `in-run` is for operations that
 * check item by item and say so here.
 */
export interface Operation<View, Route, Input, Body, Output> {
  /** The API's own name, e.g. `PutObject`: also the event name and the metric label. Unique within its protocol. */
  readonly name: string;
  readonly route: Route;
  readonly body: BodyKind<View, Body>;
  /** Target, query and headers into a typed input; never touches the body. */
  readonly parse: (view: View) => Input;
  readonly authorize: 'public' | 'in-run' | ((input: Input, actor: Actor) => readonly Permission[]);
  readonly run: (run: Run<Input, Body>) => Promise<Output>;
  readonly reply: (output: Output, input: Input, view: View) => Reply;
  /** What the trail says the call is about, where body or output know more than the address; asked before `run` and after it. */
  readonly resource?: (body: Body, output: Output | undefined) => EventResource;
}

/** An operation whose request has been parsed: the two steps left to the pipeline. */
export interface Prepared {
  /** @throws CoreError AccessDenied, NoSuchBucket */
  authorize(core: Core, actor: Actor): Promise<void>;
  /** `body`: undefined, the stream, or a document's bytes, as the operation's body kind says. */
  run(context: {
    core: Core;
    actor: Actor;
    body: BodyStream | Buffer | undefined;
    signal: AbortSignal;
  }): Promise<Reply>;
}

/** Any operation of a protocol, its own types hidden: what tables hold and the pipeline carries out. */
export interface AnyOperation<View, Route> {
  readonly name: string;
  readonly route: Route;
  readonly body: { readonly kind: 'none' | 'stream' | 'document'; readonly maxBytes: number };
  readonly public: boolean;
  readonly prepare: (view: View) => Prepared;
}

/** What must hold for any operation of a protocol, looked at right before it runs; undefined when there is nothing to wait for. */
export type Requirement<View> = (core: Core, view: View) => Promise<void> | undefined;

/** The maker of one protocol's operations: fixes `View` and `Route`, and infers the rest from each literal. */
export function operationsFor<View, Route>(requirement?: Requirement<View>) {
  return <Input, Body, Output>(
    literal: Operation<View, Route, Input, Body, Output>,
  ): AnyOperation<View, Route> => {
    const kind = literal.body;
    return {
      name: literal.name,
      route: literal.route,
      body: { kind: kind.kind, maxBytes: kind.kind === 'document' ? kind.maxBytes : 0 },
      public: literal.authorize === 'public',
      prepare(view) {
        const input = literal.parse(view);
        let sight: Sight | undefined;
        return {
          async authorize(core, actor) {
            if (typeof literal.authorize === 'function') {
              sight = await authorize(core, actor, literal.authorize(input, actor));
            }
          },
          async run({ core, actor, body, signal }) {
            const parsed = kind.kind === 'document' ? kind.parse(body as Buffer, view) : (body as Body);
            const required = requirement?.(core, view);
            if (required !== undefined) await required;
            if (literal.resource !== undefined) core.witness?.concerns(literal.resource(parsed, undefined));
            const output = await literal.run({ core, actor, input, body: parsed, signal, sight });
            if (literal.resource !== undefined) core.witness?.concerns(literal.resource(parsed, output));
            return literal.reply(output, input, view);
          },
        };
      },
    };
  };
}
