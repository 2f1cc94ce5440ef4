/**
 * API keys, as Krutrim's clients send them: an IAM access key written `{id}.{secret}` (DESIGN 12, "KOS"). Such a key needs no token:
 * it acts as its owner, with the rights of the moment in the key's project.
 */
import type { UserActor } from '../actor.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { deriveKeyOwner } from './authenticate.ts';
import { iamKeyFormat } from './codecs.ts';
import { findIamKey } from './iam-keys.ts';
import { iamKeyKey } from './keys.ts';
import { verifyIamSecret } from './passwords.ts';
import type { IamKeyRecord } from './records.ts';
import { rememberUpTo } from './remembered.ts';

const form = /^([0-9a-f]{32})\.(.{1,512})$/su;

/** Whether `text` has the form of an API key. */
export function isApiKey(text: string): boolean {
  return form.test(text);
}

const recallKey = rememberUpTo<{ readonly key: IamKeyRecord; readonly actor: UserActor }>(10_000);

/**
 * The owner of an API key.
 * @throws CoreError Unauthenticated when the key is unknown, wrong or expired, or its user, project or membership is gone or disabled
 */
export async function actorOfApiKey(core: Core, apiKey: string, address: string): Promise<UserActor> {
  const [, id = '', secret = ''] = form.exec(apiKey) ?? [];
  const found = await recallKey(core, id, async () =>
    deriveKeyOwner(core, await findIamKey(core, id), {
      key: iamKeyKey(id),
      format: iamKeyFormat,
      proof: { kind: 'iam-key', id },
    }),
  );
  const { key, actor } = found ?? {};
  const holds =
    key !== undefined &&
    verifyIamSecret(core.masterKey, id, secret, key.secretHash) &&
    (key.expiresAt === undefined || key.expiresAt > core.clock());
  if (!holds || actor === undefined) {
    throw new CoreError('Unauthenticated', { reason: 'no such API key' });
  }
  return { ...actor, address };
}
