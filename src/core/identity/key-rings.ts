/**
 * The ring holds the keys of one user in one project: at most two of a kind. Every commit that adds or removes a key checks
 * and replaces the ring, so the limit holds under any race, and whoever leaves the project takes all keys along.
 */
import type { Commit } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import type { ProjectId, UserId } from '../model/names.ts';
import { iamKeyFormat, keyRingFormat, membershipFormat } from './codecs.ts';
import {
  iamKeyKey,
  iamKeyNameKey,
  keyRingKey,
  keyRingsOf,
  kosSessionKey,
  membershipKey,
  s3KeyKey,
} from './keys.ts';
import type { KeyRing } from './records.ts';
import { entriesOf, storedAs, unchanged } from './stored.ts';

/** Of each kind, for one user in one project (reference, section 3). */
export const keyLimit = 2;

export const emptyRing: KeyRing = { iamKeys: [], s3Keys: [] };

const labels = { iamKeys: 'IAM access keys', s3Keys: 'S3 access keys' } as const;

/**
 * The part of a commit that puts one key onto a ring; with it the pair's membership is checked, as keys live only within one.
 * @throws CoreError NoSuchProject when the user is not in the project, LimitExceeded
 */
export async function ringAddition(
  core: Core,
  user: UserId,
  project: ProjectId,
  kind: keyof KeyRing,
  key: string,
): Promise<Commit> {
  const [memberEntry, ringEntry] = await core.meta.get([
    membershipKey(user, project),
    keyRingKey(user, project),
  ]);
  const membership = storedAs(membershipFormat, memberEntry);
  if (membership === undefined) throw new CoreError('NoSuchProject', { project });
  const ring = storedAs(keyRingFormat, ringEntry);
  const next = addToRing(ring?.record ?? emptyRing, kind, key);
  return {
    checks: [unchanged(membershipKey(user, project), membership), unchanged(keyRingKey(user, project), ring)],
    puts: [[keyRingKey(user, project), keyRingFormat.encode(next)]],
  };
}

/** @throws CoreError LimitExceeded */
export function addToRing(ring: KeyRing, kind: keyof KeyRing, key: string): KeyRing {
  if (ring[kind].length >= keyLimit) {
    throw new CoreError('LimitExceeded', { what: labels[kind], limit: keyLimit });
  }
  return { ...ring, [kind]: [...ring[kind], key] };
}

/** The part of a commit that takes one key off its ring. */
export async function ringRemoval(
  core: Core,
  user: UserId,
  project: ProjectId,
  kind: keyof KeyRing,
  key: string,
): Promise<Commit> {
  const [entry] = await core.meta.get([keyRingKey(user, project)]);
  const ring = storedAs(keyRingFormat, entry);
  const kept = (ring?.record ?? emptyRing)[kind].filter((one) => one !== key);
  return {
    checks: [unchanged(keyRingKey(user, project), ring)],
    puts: [
      [keyRingKey(user, project), keyRingFormat.encode({ ...(ring?.record ?? emptyRing), [kind]: kept })],
    ],
  };
}

/** The part of a commit that removes a pair's ring and every key on it. */
export async function ringDestruction(core: Core, user: UserId, project: ProjectId): Promise<Commit> {
  const [ringEntry] = await core.meta.get([keyRingKey(user, project)]);
  const ring = storedAs(keyRingFormat, ringEntry);
  if (ring === undefined) return { checks: [unchanged(keyRingKey(user, project), undefined)] };
  const iamKeys = (await core.meta.get(ring.record.iamKeys.map(iamKeyKey))).flatMap((entry) => {
    const stored = storedAs(iamKeyFormat, entry);
    return stored === undefined ? [] : [stored];
  });
  return {
    checks: [unchanged(ring.key, ring)],
    deletes: [
      ring.key,
      ...iamKeys.flatMap(({ key, record }) => [key, iamKeyNameKey(user, record.name)]),
      ...ring.record.s3Keys.flatMap((access) => [s3KeyKey(access), kosSessionKey(access)]),
    ],
  };
}

/** All keys of a user, over all projects. */
export async function ringsOfUser(core: Core, user: UserId): Promise<KeyRing[]> {
  const entries = await entriesOf(core.meta, keyRingsOf(user));
  return entries.map((entry) => keyRingFormat.decode(entry.value));
}
