/**
 * IAM access keys (Keystone's application credentials): an id and a secret that issue tokens for one user in one project.
 * The secret is shown once, when the key is made; kept is a keyed hash. Deleting a key kills its tokens at once.
 */
import { newId, type Random } from '../../base/clock.ts';
import type { Commit } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { committing } from '../model/draft.ts';
import type { ProjectId, UserId } from '../model/names.ts';
import { iamKeyFormat } from './codecs.ts';
import { checkDescription, checkName, checkSecret, isHexId } from './identity-names.ts';
import { ringAddition, ringRemoval, ringsOfUser } from './key-rings.ts';
import { iamKeyKey, iamKeyNameKey } from './keys.ts';
import { hashIamSecret, verifyIamSecret } from './passwords.ts';
import type { IamKeyRecord } from './records.ts';
import { joinCommits, readIndex, readStored, storedAs, unchanged } from './stored.ts';

export interface NewIamKey {
  readonly userId: UserId;
  readonly projectId: ProjectId;
  /** Unique among the user's keys. */
  readonly name: string;
  readonly description?: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number;
  /** New ones when absent. */
  readonly id?: string;
  readonly secret?: string;
}

/** A key just made: the only time its secret is known. */
export interface IssuedIamKey {
  readonly key: IamKeyRecord;
  readonly secret: string;
}

/** 70 lower-case hex characters, the form of KakaoCloud's. */
function newIamSecret(random: Random): string {
  return random(35).toString('hex');
}

/** @throws CoreError InvalidArgument */
export function newIamKey(core: Core, input: NewIamKey): IssuedIamKey {
  const id = input.id ?? newId(core.random);
  if (!isHexId(id))
    throw new CoreError('InvalidArgument', { what: 'id', reason: 'must have 32 hex characters' });
  const secret = checkSecret('secret', input.secret ?? newIamSecret(core.random));
  const key: IamKeyRecord = {
    id,
    name: checkName('name', input.name),
    description: checkDescription('description', input.description ?? ''),
    userId: input.userId,
    projectId: input.projectId,
    secretHash: hashIamSecret(core.masterKey, id, secret),
    createdAt: core.clock(),
    ...(input.expiresAt === undefined ? {} : { expiresAt: input.expiresAt }),
  };
  return { key, secret };
}

/** The key itself and its name; its place on the ring is another part of the same commit. */
export function iamKeyCreation(key: IamKeyRecord): Commit {
  const [byId, byName] = [iamKeyKey(key.id), iamKeyNameKey(key.userId, key.name)];
  return {
    checks: [
      [byId, null],
      [byName, null],
    ],
    puts: [
      [byId, iamKeyFormat.encode(key)],
      [byName, Buffer.from(key.id)],
    ],
  };
}

/** @throws CoreError NoSuchProject (the user is not in it), LimitExceeded, Duplicate, InvalidArgument */
export async function createIamKey(core: Core, input: NewIamKey): Promise<IssuedIamKey> {
  const issued = newIamKey(core, input);
  const { key } = issued;
  await committing('IAM access key', async () => {
    const [byId, byName] = await core.meta.get([iamKeyKey(key.id), iamKeyNameKey(key.userId, key.name)]);
    if (byId !== undefined) throw new CoreError('Duplicate', { what: 'IAM access key', name: key.id });
    if (byName !== undefined) throw new CoreError('Duplicate', { what: 'IAM access key', name: key.name });
    const ring = await ringAddition(core, key.userId, key.projectId, 'iamKeys', key.id);
    await core.meta.commit(joinCommits(iamKeyCreation(key), ring));
  });
  return issued;
}

/** A user's keys in all projects, oldest first. */
export async function listIamKeys(core: Core, userId: UserId): Promise<IamKeyRecord[]> {
  const ids = (await ringsOfUser(core, userId)).flatMap((ring) => ring.iamKeys);
  const entries = await core.meta.get(ids.map(iamKeyKey));
  const keys = entries.flatMap((entry) => (entry === undefined ? [] : [iamKeyFormat.decode(entry.value)]));
  return keys.sort((a, b) => a.createdAt - b.createdAt);
}

export async function findIamKey(core: Core, id: string): Promise<IamKeyRecord | undefined> {
  if (!isHexId(id)) return undefined;
  return (await readStored(core.meta, iamKeyFormat, iamKeyKey(id)))?.record;
}

export async function findIamKeyByName(
  core: Core,
  userId: UserId,
  name: string,
): Promise<IamKeyRecord | undefined> {
  if (name.length > 255) return undefined;
  const id = await readIndex(core.meta, iamKeyNameKey(userId, name));
  return id === undefined ? undefined : findIamKey(core, id);
}

/** @throws CoreError NoSuchCredential when there is no such key of this user */
export async function getIamKey(core: Core, userId: UserId, id: string): Promise<IamKeyRecord> {
  const key = await findIamKey(core, id);
  if (key === undefined || key.userId !== userId) throw new CoreError('NoSuchCredential', { credential: id });
  return key;
}

/** @throws CoreError NoSuchCredential when there is no such key of this user */
export async function deleteIamKey(core: Core, userId: UserId, id: string): Promise<void> {
  await committing('IAM access key', async () => {
    const key = await getIamKey(core, userId, id);
    const ring = await ringRemoval(core, userId, key.projectId, 'iamKeys', id);
    await core.meta.commit(joinCommits(ring, { deletes: [iamKeyKey(id), iamKeyNameKey(userId, key.name)] }));
  });
}

/** Gives an existing key the secret of a seed file, where it differs. @throws CoreError NoSuchCredential */
export async function setIamSecret(core: Core, userId: UserId, id: string, secret: string): Promise<void> {
  await committing('IAM access key', async () => {
    const [entry] = await core.meta.get([iamKeyKey(id)]);
    const stored = storedAs(iamKeyFormat, entry);
    if (stored === undefined || stored.record.userId !== userId) {
      throw new CoreError('NoSuchCredential', { credential: id });
    }
    if (verifyIamSecret(core.masterKey, id, secret, stored.record.secretHash)) return;
    const secretHash = hashIamSecret(core.masterKey, id, checkSecret('secret', secret));
    await core.meta.commit({
      checks: [unchanged(stored.key, stored)],
      puts: [[stored.key, iamKeyFormat.encode({ ...stored.record, secretHash })]],
    });
  });
}
