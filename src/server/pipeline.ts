/**
 * The request function: ten named steps, the same for every protocol (DESIGN 6). It alone writes answers, logs and metrics;
 * whatever a step throws becomes the protocol's own error answer.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Clock, newId, type Random } from '../base/clock.ts';
import { MalformedTarget } from '../base/http/query.ts';
import type { Reply } from '../base/http/reply.ts';
import { RequestView } from '../base/http/request-view.ts';
import type { BlockPool } from '../base/streams/block-pool.ts';
import type { Actor } from '../core/actor.ts';
import type { Core } from '../core/core.ts';
import { CoreError } from '../core/errors.ts';
import { Witness } from '../core/trail/witness.ts';
import { Conflict, Corrupt, Unavailable } from '../engines/errors.ts';
import { answerPreflight, preflightName, shareReply } from '../protocols/cors.ts';
import { type Failure, ProtocolError } from '../protocols/failure.ts';
import type { BodyStream } from '../protocols/operation.ts';
import type { Authenticated, Call, Protocol } from '../protocols/protocol.ts';
import type { AccessLog } from './access-log.ts';
import type { ClientAddress } from './client-address.ts';
import { ClientGone } from './client-gone.ts';
import { writeReply } from './reply-writer.ts';
import { collectBody, discardBody, readBody } from './request-body.ts';
import type { Telemetry } from './telemetry.ts';
import { errorCodeOf, type Trail } from './trail.ts';

export interface PipelineParts {
  readonly core: Core;
  /** Asked in order; the last one owns everything that is left. */
  readonly protocols: readonly Protocol[];
  readonly telemetry: Telemetry;
  readonly accessLog: AccessLog;
  readonly clientAddress: ClientAddress;
  /** Origins of consoles, whose pages may use every door that browsers use at all. */
  readonly consoleOrigins: readonly string[];
  readonly trail: Trail;
  readonly clock: Clock;
  readonly random: Random;
  /** Seconds a client may let a body or an answer stand still. */
  readonly idleSeconds: number;
  /** Memory for bodies on their way in. */
  readonly blocks: BlockPool;
  /** True from the moment the server is asked to stop: answers then close their connections. */
  readonly stopping: () => boolean;
}

/** Serves one request to its end; never throws. `expectsContinue`: the client waits for `100 Continue`. */
export type Pipeline = (
  message: IncomingMessage,
  response: ServerResponse,
  expectsContinue: boolean,
) => Promise<void>;

/** How much of an unwanted body is read so that the client gets to see why (bytes, seconds). */
const discardBytes = 16 * 1024 * 1024;
const discardSeconds = 5;

/** How long after it was found out who calls with what rights that still counts, while a document is on its way. */
const freshMilliseconds = 1000;

/** Sent twice, these make two readers of one request disagree; Node itself refuses two lengths. */
const singleHeaders = new Set([
  'host',
  'authorization',
  'content-type',
  'content-md5',
  'range',
  'x-auth-token',
]);

export function createPipeline(parts: PipelineParts): Pipeline {
  return (message, response, expectsContinue) => {
    parts.telemetry.begin();
    return new Exchange(parts, message, response, expectsContinue).serve();
  };
}

/** The state of one request while it passes the steps. */
class Exchange {
  readonly #parts: PipelineParts;
  readonly #message: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #view: RequestView;
  readonly #started = performance.now();
  readonly #abort = new AbortController();
  #expectsContinue: boolean;
  #protocol: Protocol;
  /** As it may be shown. */
  readonly #path: string;
  #operation = 'unknown';
  #actor: Actor | undefined;
  #bytesIn = 0;
  #failure: Failure | undefined;
  /** As sent; 499 while nothing is. */
  #status = 499;
  #bytesOut = 0;
  readonly #witness: Witness;

  constructor(
    parts: PipelineParts,
    message: IncomingMessage,
    response: ServerResponse,
    expectsContinue: boolean,
  ) {
    this.#parts = parts;
    this.#message = message;
    this.#response = response;
    this.#expectsContinue = expectsContinue;
    this.#view = new RequestView(message, {
      address: parts.clientAddress(message),
      secure: 'encrypted' in message.socket,
      requestId: newId(parts.random),
      receivedAt: parts.clock(),
    });
    this.#protocol = this.#identify();
    const { method, rawQuery, address, requestId } = this.#view;
    this.#path = this.#protocol.shownPath?.(this.#view.path) ?? this.#view.path;
    this.#witness = new Witness(parts.core, {
      id: requestId,
      api: this.#protocol.name,
      method,
      path: this.#path,
      rawQuery,
      address,
      agent: this.#view.headerText('user-agent'),
    });
    response.on('close', () => {
      if (!response.writableFinished) this.#abort.abort(new ClientGone());
    });
  }

  async serve(): Promise<void> {
    try {
      const reply = await this.#answer().catch((error: unknown) => this.#refusal(error));
      try {
        await this.#send(reply);
      } catch (error) {
        // The first bytes of an answer cannot be read: as long as nothing is sent, that is an answer too.
        if (this.#response.headersSent) throw error;
        await this.#send(this.#refusal(error));
      }
    } catch (error) {
      // Too late for an answer: the client is gone, or the bytes behind a begun answer cannot be read.
      if (!(error instanceof ClientGone) && !this.#abort.signal.aborted) {
        this.#failure ??= this.#failureOf(error);
      }
      this.#response.destroy();
    }
    this.#record();
  }

  /** The protocol's answer to a failure. @throws what it was given when nobody is there to be told */
  #refusal(error: unknown): Reply {
    if (error instanceof ClientGone || this.#abort.signal.aborted) throw error;
    this.#failure = this.#failureOf(error);
    return this.#protocol.renderError(this.#failure, this.#view);
  }

  async #send(reply: Reply): Promise<void> {
    const shared = this.#view.header('origin') === undefined ? reply : await this.#shared(reply);
    this.#status = shared.status;
    this.#bytesOut = await this.#write(shared);
  }

  /** Steps accept to run: everything up to an answer as a value. */
  async #answer(): Promise<Reply> {
    this.#accept();
    const { cors } = this.#protocol;
    if (cors !== undefined && this.#view.method === 'OPTIONS') {
      const preflight = await this.#preflight(cors);
      if (preflight !== undefined) return preflight;
    }
    const call = this.#protocol.resolve(this.#view);
    this.#operation = call.operation;
    this.#witness.callIs(call.operation, call.resource);
    const authenticated = await call.authenticate(this.#parts.core);
    this.#actor = authenticated.actor;
    this.#witness.callerIs(authenticated.actor);
    if (authenticated.resource !== undefined) this.#witness.concerns(authenticated.resource);
    const { core } = this.#witness;
    const prepared = call.prepare();
    await prepared.authorize(core, authenticated.actor);
    this.#continue(call);
    const allowedAt = performance.now();
    const body = call.body.kind === 'none' ? undefined : await this.#body(call.body, authenticated);
    let { actor } = authenticated;
    if (performance.now() - allowedAt > freshMilliseconds) {
      // A client that lets a document trickle in must not keep rights that it has lost meanwhile.
      ({ actor } = await call.authenticate(this.#parts.core));
      await prepared.authorize(core, actor);
    }
    return prepared.run({ core, actor, body, signal: this.#abort.signal });
  }

  /** The answer to a browser that asks whether its page may ask; undefined for every other OPTIONS. */
  async #preflight(cors: NonNullable<Protocol['cors']>): Promise<Reply | undefined> {
    this.#operation = preflightName;
    this.#witness.callIs(preflightName, undefined);
    return answerPreflight(this.#parts, cors, this.#view);
  }

  /** Lets pages of other origins see the answer, where the rules say so; without them when they cannot be read. */
  async #shared(reply: Reply): Promise<Reply> {
    const { cors } = this.#protocol;
    if (cors === undefined || this.#view.method === 'OPTIONS') return reply;
    try {
      return await shareReply(this.#parts, cors, this.#view, reply);
    } catch (error) {
      if (error instanceof CoreError || error instanceof Unavailable) return reply;
      throw error;
    }
  }

  #accept(): void {
    for (const name of this.#view.repeatedHeaders) {
      if (singleHeaders.has(name)) {
        throw new CoreError('InvalidArgument', { what: `header ${name}`, reason: 'is given twice' });
      }
    }
    // Node takes off the chunks and leaves what is under them as it is, which then would be taken for the body (RFC 9112 6.1).
    if (!/^(chunked)?$/i.test(this.#view.header('transfer-encoding')?.trim() ?? '')) {
      throw new CoreError('NotImplemented', { what: 'a transfer coding beside chunked' });
    }
  }

  #identify(): Protocol {
    for (const protocol of this.#parts.protocols) if (protocol.ownsHost?.(this.#view)) return protocol;
    for (const protocol of this.#parts.protocols) if (protocol.owns(this.#view)) return protocol;
    throw new Error('the last protocol must take every request');
  }

  #continue(call: Call): void {
    if (this.#expectsContinue && call.body.kind !== 'none') {
      this.#response.writeContinue();
      this.#expectsContinue = false;
    }
  }

  async #body(wanted: Call['body'], authenticated: Authenticated): Promise<BodyStream | Buffer> {
    const { idleSeconds, blocks } = this.#parts;
    const count = (bytes: number) => {
      this.#bytesIn += bytes;
    };
    const decoded = authenticated.decodeBody(readBody(this.#message, { idleSeconds, pool: blocks, count }));
    if (wanted.kind === 'stream') return decoded;
    const { maxBytes } = wanted;
    if ((decoded.length ?? 0) > maxBytes) throw new CoreError('TooLarge', { limit: maxBytes });
    return collectBody(decoded, maxBytes);
  }

  /** The closed set of failures a protocol can print; anything else is a defect and becomes Internal. */
  #failureOf(error: unknown): Failure {
    if (error instanceof CoreError || error instanceof ProtocolError || error instanceof MalformedTarget)
      return error;
    if (error instanceof Unavailable) {
      const code = error.reason === 'full' ? 'InsufficientStorage' : 'Unavailable';
      return new CoreError(code, { reason: error.message }, error);
    }
    if (error instanceof Conflict) return new CoreError('Busy', { what: this.#operation }, error);
    const reason = error instanceof Corrupt ? 'stored data is damaged' : 'unexpected failure';
    return new CoreError('Internal', { reason }, error);
  }

  async #write(reply: Reply): Promise<number> {
    const response = this.#response;
    const unread = !this.#message.complete;
    const bytesOut = await writeReply(response, reply, {
      head: this.#view.method === 'HEAD',
      common: this.#protocol.commonHeaders(this.#view),
      close: unread || this.#parts.stopping(),
      end: !unread,
      stallSeconds: this.#parts.idleSeconds,
    });
    if (unread) {
      // A client that still waits for `100 Continue` sends nothing more.
      if (!this.#expectsContinue) await discardBody(this.#message, discardBytes, discardSeconds);
      response.end();
    }
    return bytesOut;
  }

  #record(): void {
    const failure = this.#failure;
    const status = this.#status;
    const facts = {
      protocol: this.#protocol.name,
      operation: this.#operation,
      status,
      seconds: (performance.now() - this.#started) / 1000,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
    };
    this.#parts.trail.record(
      this.#witness,
      this.#protocol.name,
      status,
      failure && errorCodeOf(failure, status),
    );
    this.#parts.telemetry.finish(facts);
    this.#parts.accessLog.record({ facts, view: this.#view, path: this.#path, actor: this.#actor, failure });
  }
}
