/** From a proof to an actor: what every front-end's authentication ends in. */
import type { UserActor } from '../actor.ts';
import type { Core } from '../core.ts';

/**
 * The actor behind a token, with its rights of this moment: roles at issue ∩ roles now; key, user, project and membership
 * must still exist and be enabled; revoked and expired tokens are refused.
 * @throws CoreError Unauthenticated
 */
export async function actorOfToken(core: Core, token: string, address: string): Promise<UserActor> {
  void core;
  void token;
  void address;
  throw new Error('to be written');
}

/**
 * The secret of an S3 access key and the actor it speaks for, for a signature check by the caller; undefined when the key is
 * unknown, or its user, project or membership is gone or disabled.
 */
export async function s3KeyOf(
  core: Core,
  access: string,
  address: string,
): Promise<{ secret: string; actor: UserActor } | undefined> {
  void core;
  void access;
  void address;
  throw new Error('to be written');
}
