/** Everything that can go wrong with a call, as its protocol prints it. */
import type { MalformedTarget } from '../base/http/query.ts';
import type { CoreError } from '../core/errors.ts';

/**
 * A failure of the wire itself (a bad signature, malformed XML), known to one protocol only. Each protocol has its own
 * subclass and prints it itself.
 */
export abstract class ProtocolError extends Error {}

/** Everything `renderError` can be given; the pipeline turns any other throw into `CoreError` Internal first. */
export type Failure = CoreError | ProtocolError | MalformedTarget;
