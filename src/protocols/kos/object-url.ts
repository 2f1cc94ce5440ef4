/**
 * Presigned addresses of objects at the S3 door (reference 10.7). They are signed for the caller by what proved it (`signingPairOf`), so
 * they end with it, and are good for one method on one object. Nobody but this server knows the secret they are signed with, unless the caller's proof is an S3 key.
 */
import { presignedUrl } from '../../base/wire/presigned-url.ts';
import type { UserActor } from '../../core/actor.ts';
import type { Core } from '../../core/core.ts';
import { signingPairOf } from '../../core/identity/sessions.ts';
import type { BucketName, ObjectKey } from '../../core/model/names.ts';
import { KosError } from './errors.ts';
import type { KosView } from './request.ts';

/** At most; seconds. */
const urlSeconds = 15 * 60;

/** Where clients reach us. @throws KosError 400 for a Host that is none */
export function baseUrl({ settings, request }: KosView): string {
  const base = (settings.publicUrl ?? request.origin).replace(/\/+$/, '');
  if (!URL.canParse(base)) throw new KosError(400, 'the Host header names no host');
  return base;
}

/** @throws CoreError Unauthenticated when the caller's proof ends just now */
export async function objectUrl(
  core: Core,
  actor: UserActor,
  { method, base, bucket, key }: { method: 'GET' | 'PUT'; base: string; bucket: BucketName; key: ObjectKey },
): Promise<string> {
  const pair = await signingPairOf(core, actor, urlSeconds);
  const at = core.clock();
  const seconds = Math.max(1, Math.floor((pair.expiresAt - at) / 1000));
  const term = { region: core.settings.region, at, seconds };
  return presignedUrl({ method, base, path: `/${bucket}/${key}` }, pair, term);
}
