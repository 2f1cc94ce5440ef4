/** One log line per request, and one more for a failure that is ours. No query strings: they can hold signatures and tokens. */
import type { Logger } from 'pino';
import type { RequestView } from '../base/http/request-view.ts';
import type { Actor } from '../core/actor.ts';
import { CoreError } from '../core/errors.ts';
import type { Failure } from '../protocols/failure.ts';
import type { RequestFacts } from './telemetry.ts';

export interface AccessRecord {
  readonly facts: RequestFacts;
  readonly view: RequestView;
  /** As it may be shown. */
  readonly path: string;
  readonly actor: Actor | undefined;
  readonly failure: Failure | undefined;
}

export interface AccessLog {
  record(access: AccessRecord): void;
}

/** Failures of the server itself, as against refusals of a request. */
const ours = new Set(['Internal', 'Unavailable', 'InsufficientStorage']);

export function createAccessLog(log: Logger): AccessLog {
  return {
    record({ facts, view, path, actor, failure }) {
      if (failure instanceof CoreError && ours.has(failure.code)) {
        log.error(
          { requestId: view.requestId, operation: facts.operation, err: failure.cause ?? failure },
          failure.message,
        );
      }
      if (!log.isLevelEnabled('info')) return;
      log.info(
        {
          requestId: view.requestId,
          protocol: facts.protocol,
          operation: facts.operation,
          method: view.method,
          path,
          status: facts.status,
          ms: Math.round(facts.seconds * 100_000) / 100,
          bytesIn: facts.bytesIn,
          bytesOut: facts.bytesOut,
          address: view.address,
          user: actor?.kind === 'user' ? actor.userId : undefined,
          error: failure instanceof CoreError ? failure.code : failure?.message,
        },
        'request',
      );
    },
  };
}
