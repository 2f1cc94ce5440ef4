/**
 * S3 access keys (Keystone's EC2 credentials): an access id and a secret that sign requests for one user in one project.
 * The secret is shown once; kept is its sealed form, because checking a signature needs the secret itself.
 */
import { newId } from '../../base/clock.ts';
import type { Commit } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { committing } from '../model/draft.ts';
import type { ProjectId, UserId } from '../model/names.ts';
import { keyRingFormat, s3KeyFormat } from './codecs.ts';
import { checkAccessId, checkSecret } from './identity-names.ts';
import { ringAddition, ringRemoval, ringsOfUser } from './key-rings.ts';
import { keyRingKey, kosSessionKey, membersOf, s3KeyKey, userOfMemberKey } from './keys.ts';
import type { MasterKey } from './master-key.ts';
import type { S3KeyLabels, S3KeyRecord } from './records.ts';
import { entriesOf, joinCommits, readStored, storedAs, unchanged } from './stored.ts';

export interface NewS3Key {
  readonly userId: UserId;
  readonly projectId: ProjectId;
  /** New ones of 32 hex characters when absent. */
  readonly access?: string;
  readonly secret?: string;
  readonly labels?: S3KeyLabels;
}

/** A key just made: the only time its secret is shown. */
export interface IssuedS3Key {
  readonly key: S3KeyRecord;
  readonly secret: string;
}

const purpose = 's3 secret';

/** The access id is sealed in: a sealed secret moved to another record does not open. */
function sealS3Secret(masterKey: MasterKey, access: string, secret: string): Buffer {
  return masterKey.seal(purpose, Buffer.from(`${access}\0${secret}`));
}

/** The secret of a key. @throws CoreError Internal when the record was not sealed by this master key */
export function openS3Secret(masterKey: MasterKey, key: S3KeyRecord): string {
  const plain = masterKey.open(purpose, key.sealedSecret)?.toString();
  const prefix = `${key.access}\0`;
  if (plain === undefined || !plain.startsWith(prefix)) {
    throw new CoreError('Internal', { reason: 'an S3 secret does not open' });
  }
  return plain.slice(prefix.length);
}

/** @throws CoreError InvalidArgument */
export function newS3Key(core: Core, input: NewS3Key): IssuedS3Key {
  const access = checkAccessId(input.access ?? newId(core.random));
  const secret = checkSecret('secret', input.secret ?? newId(core.random));
  const key: S3KeyRecord = {
    access,
    userId: input.userId,
    projectId: input.projectId,
    sealedSecret: sealS3Secret(core.masterKey, access, secret),
    createdAt: core.clock(),
    ...(input.labels !== undefined && { labels: input.labels }),
  };
  return { key, secret };
}

/** The key itself; its place on the ring is another part of the same commit. */
export function s3KeyCreation(key: S3KeyRecord): Commit {
  return {
    checks: [[s3KeyKey(key.access), null]],
    puts: [[s3KeyKey(key.access), s3KeyFormat.encode(key)]],
  };
}

/** @throws CoreError NoSuchProject (the user is not in it), LimitExceeded, Duplicate, InvalidArgument */
export async function createS3Key(core: Core, input: NewS3Key): Promise<IssuedS3Key> {
  const issued = newS3Key(core, input);
  const { key } = issued;
  await committing('S3 access key', async () => {
    const [taken] = await core.meta.get([s3KeyKey(key.access)]);
    if (taken !== undefined) throw new CoreError('Duplicate', { what: 'S3 access key', name: key.access });
    const ring = await ringAddition(core, key.userId, key.projectId, 's3Keys', key.access);
    await core.meta.commit(joinCommits(s3KeyCreation(key), ring));
  });
  return issued;
}

/** A user's keys in all projects, oldest first. */
export async function listS3Keys(core: Core, userId: UserId): Promise<S3KeyRecord[]> {
  const ids = (await ringsOfUser(core, userId)).flatMap((ring) => ring.s3Keys);
  const entries = await core.meta.get(ids.map(s3KeyKey));
  const keys = entries.flatMap((entry) => (entry === undefined ? [] : [s3KeyFormat.decode(entry.value)]));
  return keys.sort((a, b) => a.createdAt - b.createdAt);
}

export async function findS3Key(core: Core, access: string): Promise<S3KeyRecord | undefined> {
  if (access.length > 128) return undefined;
  return (await readStored(core.meta, s3KeyFormat, s3KeyKey(access)))?.record;
}

/** @throws CoreError NoSuchCredential when there is no such key of this user */
export async function getS3Key(core: Core, userId: UserId, access: string): Promise<S3KeyRecord> {
  const key = await findS3Key(core, access);
  if (key === undefined || key.userId !== userId) {
    throw new CoreError('NoSuchCredential', { credential: access });
  }
  return key;
}

/** @throws CoreError NoSuchCredential when there is no such key of this user */
export async function deleteS3Key(core: Core, userId: UserId, access: string): Promise<void> {
  await committing('S3 access key', async () => {
    const key = await getS3Key(core, userId, access);
    const ring = await ringRemoval(core, userId, key.projectId, 's3Keys', access);
    await core.meta.commit(joinCommits(ring, { deletes: [s3KeyKey(access), kosSessionKey(access)] }));
  });
}

/** All keys of all users of a project, in one commit; their sessions end with them. @throws CoreError Busy */
export async function deleteAllS3Keys(core: Core, project: ProjectId): Promise<void> {
  await committing('S3 access keys', async () => {
    const members = await entriesOf(core.meta, membersOf(project));
    const places = members.map(({ key }) => keyRingKey(userOfMemberKey(key), project));
    const rings = (await core.meta.get(places)).flatMap((entry) => storedAs(keyRingFormat, entry) ?? []);
    const full = rings.filter(({ record }) => record.s3Keys.length > 0);
    if (full.length === 0) return;
    await core.meta.commit({
      checks: full.map((ring) => unchanged(ring.key, ring)),
      puts: full.map(({ key, record }) => [key, keyRingFormat.encode({ ...record, s3Keys: [] })]),
      deletes: full.flatMap(({ record }) =>
        record.s3Keys.flatMap((access) => [s3KeyKey(access), kosSessionKey(access)]),
      ),
    });
  });
}

/** Gives an existing key the secret of a seed file, where it differs. @throws CoreError NoSuchCredential */
export async function setS3Secret(core: Core, userId: UserId, access: string, secret: string): Promise<void> {
  await committing('S3 access key', async () => {
    const [entry] = await core.meta.get([s3KeyKey(access)]);
    const stored = storedAs(s3KeyFormat, entry);
    if (stored === undefined || stored.record.userId !== userId) {
      throw new CoreError('NoSuchCredential', { credential: access });
    }
    if (openS3Secret(core.masterKey, stored.record) === secret) return;
    const { key } = newS3Key(core, { ...stored.record, secret });
    await core.meta.commit({
      checks: [unchanged(stored.key, stored)],
      puts: [[stored.key, s3KeyFormat.encode({ ...key, createdAt: stored.record.createdAt })]],
      deletes: [kosSessionKey(access)],
    });
  });
}
