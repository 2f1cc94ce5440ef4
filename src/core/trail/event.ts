/**
 * Owns what the audit trail keeps of a call: one record for each call through any door, success or refusal (reference, section 8).
 * Refuses secrets: of a request it has method, path, a redacted query and the user agent, and no other header.
 */
import {
  type Field,
  id,
  number,
  optional,
  recordFormat,
  structure,
  text,
  word,
} from '../model/record-format.ts';

export const resourceTypes = [
  'Service',
  'Project',
  'User',
  'Group',
  'Role',
  'Bucket',
  'Object',
  'IamAccessKey',
  'S3AccessKey',
  'Token',
  'Event',
  'Session',
  'Policy',
  'TrailDelivery',
] as const;
export type ResourceType = (typeof resourceTypes)[number];

/** What a call is about. */
export interface EventResource {
  readonly type: ResourceType;
  /** A bucket's name, an object's key, a key's name, ... */
  readonly name?: string | undefined;
  /** An id that is public: a bucket's, a user's, a key's. */
  readonly id?: string | undefined;
  /** The bucket of an object. */
  readonly bucket?: string | undefined;
  /** The project that the resource belongs to, as 32 hex characters. */
  readonly project?: string | undefined;
}

/** Who called; absent for anonymous calls and wrong proofs. */
export interface EventUser {
  readonly id: string;
  readonly name: string;
  readonly type: 'user' | 'service_account';
  readonly domain: string;
  /** The project the proof speaks for. */
  readonly project?: string | undefined;
  readonly proof: string;
  /** The public id of the proof: a key's id, a token's audit id. */
  readonly proofId: string;
}

export interface TrailEvent {
  /** The request's id, 32 hex characters; also the event's. */
  readonly id: string;
  /** Milliseconds since the epoch: when its mutation was committed, or the call ended. */
  readonly time: number;
  /** The door: `s3`, `swift`, `iam`, ... or `cli`, `job`. */
  readonly api: string;
  /** The operation's name, e.g. `PutObject`. */
  readonly name: string;
  readonly resource?: EventResource | undefined;
  readonly user?: EventUser | undefined;
  readonly address: string;
  readonly agent?: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly status: number;
  /** Only of calls that failed. */
  readonly error?: string | undefined;
}

const resource = structure<EventResource>({
  type: word(...resourceTypes),
  name: optional(text),
  id: optional(text),
  bucket: optional(text),
  project: optional(text),
} as { readonly [K in keyof EventResource]-?: Field<EventResource[K]> });

const user = structure<EventUser>({
  id: text,
  name: text,
  type: word('user', 'service_account'),
  domain: text,
  project: optional(text),
  proof: text,
  proofId: text,
} as { readonly [K in keyof EventUser]-?: Field<EventUser[K]> });

export const eventFormat = recordFormat<TrailEvent>('trail event', 1, {
  id,
  time: number,
  api: text,
  name: text,
  resource: optional(resource),
  user: optional(user),
  address: text,
  agent: optional(text),
  method: text,
  path: text,
  query: text,
  status: number,
  error: optional(text),
});

/** The place of an event among all: 6 bytes of time, then its id. Newer ones sort behind. */
export const positionBytes = 22;
export type Position = Buffer;

export function positionOf(event: Pick<TrailEvent, 'id' | 'time'>): Position {
  const position = Buffer.allocUnsafe(positionBytes);
  position.writeUIntBE(event.time, 0, 6);
  position.write(event.id, 6, 'hex');
  return position;
}

/**
 * The position of an event's record. Records begin alike: 4 bytes of length, a list of 14 or 15, the version, an id of 16 bytes, and
 * the time as a double; what looks different is decoded.
 */
export function positionOfRecord(record: Uint8Array): Position {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength);
  const usual =
    (bytes[4] === 0x9e || bytes[4] === 0x9f) && bytes.readUInt16BE(6) === 0xc410 && bytes[24] === 0xcb;
  if (!usual) return positionOf(eventFormat.decode(record));
  const position = Buffer.allocUnsafe(positionBytes);
  position.writeUIntBE(bytes.readDoubleBE(25), 0, 6);
  bytes.copy(position, 6, 8, 24);
  return position;
}

/** The first possible position of a time in milliseconds. */
export function positionAt(time: number): Position {
  const position = Buffer.alloc(positionBytes);
  position.writeUIntBE(Math.max(0, Math.min(time, 2 ** 48 - 1)), 0, 6);
  return position;
}

export function timeOfPosition(position: Uint8Array): number {
  return Buffer.from(position.buffer, position.byteOffset, 6).readUIntBE(0, 6);
}
