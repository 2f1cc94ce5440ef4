/**
 * Owns the form of the tokens of Krutrim's sessions. A token names the record that knows it, so one read finds a session, and is marked by the
 * master key, so that a token of an earlier generation is told from one made up. Base64url of
 *
 *     kind (1 byte) | session id (16) | generation (4) | random (24) | mark (16) | access id of the key pair, ASCII
 */
import { timingSafeEqual } from 'node:crypto';
import type { Core } from '../core.ts';
import { idBytes } from '../model/keys.ts';
import type { MasterKey } from './master-key.ts';

/** What a token says of itself. Whether it is the one that counts now, its digest in the record tells. */
export interface KosToken {
  /** Of the S3 access key pair. */
  readonly access: string;
  /** 32 hex characters. */
  readonly session: string;
  /** From 1; one more at each refresh. */
  readonly generation: number;
}

const kinds = { session: 1, refresh: 2 } as const;
export type KosTokenKind = keyof typeof kinds;

const randomBytes = 24;
const markBytes = 16;
const markAt = 1 + 16 + 4 + randomBytes;
const accessAt = markAt + markBytes;
const longestAccess = 128;

export function makeKosToken(
  { masterKey, random }: Pick<Core, 'masterKey' | 'random'>,
  kind: KosTokenKind,
  { access, session, generation }: KosToken,
): string {
  const head = Buffer.alloc(1 + 16 + 4);
  head.writeUInt8(kinds[kind]);
  idBytes(session).copy(head, 1);
  head.writeUInt32BE(generation, 17);
  const marked = Buffer.concat([head, random(randomBytes)]);
  const name = Buffer.from(access, 'latin1');
  return Buffer.concat([marked, markOf(masterKey, marked, name), name]).toString('base64url');
}

/** Undefined for what this server never gave out as a token of this kind. */
export function openKosToken(masterKey: MasterKey, kind: KosTokenKind, text: string): KosToken | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(text) || text.length > ((accessAt + longestAccess) * 4) / 3 + 1)
    return undefined;
  const bytes = Buffer.from(text, 'base64url');
  // Two texts must not stand for one token.
  if (bytes.length <= accessAt || bytes.toString('base64url') !== text) return undefined;
  const [marked, mark] = [bytes.subarray(0, markAt), bytes.subarray(markAt, accessAt)];
  const name = bytes.subarray(accessAt);
  if (bytes[0] !== kinds[kind] || !timingSafeEqual(mark, markOf(masterKey, marked, name))) return undefined;
  return {
    access: name.toString('latin1'),
    session: bytes.toString('hex', 1, 17),
    generation: bytes.readUInt32BE(17),
  };
}

/** What is kept of a token. */
export function digestOfKosToken(masterKey: MasterKey, text: string): Buffer {
  return masterKey.digest('kos session digest', Buffer.from(text));
}

function markOf(masterKey: MasterKey, marked: Buffer, name: Buffer): Buffer {
  return masterKey.digest('kos session mark', Buffer.concat([marked, name])).subarray(0, markBytes);
}
