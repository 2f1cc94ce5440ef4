/** Owns which calls the trail records, and the way of their events to the store. What an event holds is `core/trail`'s. */
import { STATUS_CODES } from 'node:http';
import type { Logger } from 'pino';
import { MalformedTarget } from '../base/http/query.ts';
import type { Core } from '../core/core.ts';
import { CoreError } from '../core/errors.ts';
import type { ObjectReads } from '../core/model/bucket-records.ts';
import { createTrailBuffer } from '../core/trail/buffer.ts';
import type { EndedCall, Witness } from '../core/trail/witness.ts';
import { preflightName } from '../protocols/cors.ts';
import type { Failure } from '../protocols/failure.ts';

export interface Trail {
  /** A call has ended. `error` is absent for a success. */
  record(witness: Witness, protocol: string, status: number, error: string | undefined): void;
  /** Writes what is still on its way. */
  stop(): Promise<void>;
}

/** By the operations' names in every protocol. */
const readsOfObjects = new Set(['GetObject', 'HeadObject']);

/** `ofService`: which reads of objects are recorded where the bucket does not say. */
export function createTrail(core: Core, log: Pick<Logger, 'error'>, ofService: ObjectReads): Trail {
  const buffer = createTrailBuffer(core, (error, lost) =>
    log.error({ err: error, lost }, 'events could not be written; they will be tried again'),
  );
  const wanted = ({ operation, status, objectReads = ofService }: EndedCall) =>
    operation !== preflightName &&
    (!readsOfObjects.has(operation) ||
      objectReads === 'all' ||
      (objectReads === 'failures' && status >= 400));
  return {
    record(witness, protocol, status, error) {
      // Probes of machines that watch the server are no calls of its APIs.
      if (protocol === 'operations') return;
      const entry = witness.finish(status, error, wanted);
      if (entry !== undefined) buffer.add(entry);
    },
    stop: () => buffer.stop(),
  };
}

/** The code an event shows for a failure: the core's or the protocol's own, else the status in words. None below 400. */
export function errorCodeOf(failure: Failure, status: number): string | undefined {
  if (status < 400) return undefined;
  if (failure instanceof CoreError) return failure.code;
  if (failure instanceof MalformedTarget) return 'MalformedTarget';
  if ('code' in failure && typeof failure.code === 'string') return failure.code;
  return (STATUS_CODES[status] ?? 'Error').replaceAll(/[^A-Za-z]/g, '');
}
