/** The actor an IAM access key speaks for without its secret: for work that the key's owner has asked the server to do in its name. */
import type { UserActor } from '../actor.ts';
import type { Core } from '../core.ts';
import { deriveKeyOwner } from './authenticate.ts';
import { iamKeyFormat } from './codecs.ts';
import { findIamKey } from './iam-keys.ts';
import { iamKeyKey } from './keys.ts';

/** `why` completes "the IAM access key ...". */
export type IamKeyLife = { readonly actor: UserActor } | { readonly why: string };

/** With the rights of this moment: the key, its user, project and membership must be there, enabled and not expired. */
export async function actorOfIamKey(core: Core, id: string): Promise<IamKeyLife> {
  const key = await findIamKey(core, id);
  if (key === undefined) return { why: 'is deleted' };
  if (key.expiresAt !== undefined && key.expiresAt <= core.clock()) return { why: 'has expired' };
  const proof = { kind: 'iam-key', id } as const;
  const owned = await deriveKeyOwner(core, key, { key: iamKeyKey(id), format: iamKeyFormat, proof });
  return owned?.value ?? { why: 'is of a user or for a project that is disabled or gone' };
}
