/**
 * The only failures an engine may throw. Everything else that leaves an engine is a defect.
 * `cause` keeps the library's own error for the log; it never reaches a client.
 */

/** The engine cannot serve now: `down` may pass by itself, `full` needs space. Nothing was changed, or the change is complete. */
export class Unavailable extends Error {
  readonly reason: 'down' | 'full';
  constructor(message: string, reason: 'down' | 'full' = 'down', cause?: unknown) {
    super(message, { cause });
    this.name = 'Unavailable';
    this.reason = reason;
  }
}

/** A check of a commit failed: somebody else wrote first. Nothing was changed. */
export class Conflict extends Error {
  constructor(message = 'a checked key has changed') {
    super(message);
    this.name = 'Conflict';
  }
}

/** Stored bytes are missing or differ from their checksum. */
export class Corrupt extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'Corrupt';
  }
}
