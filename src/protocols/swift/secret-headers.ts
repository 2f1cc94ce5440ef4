/**
 * Owns who is shown the keys of temporary addresses among an account's or a container's metadata: only who may set them, as upstream
 * shows them to owners alone. To all others they are not there.
 */
import type { Reply } from '../../base/http/reply.ts';
import { may, type Permission } from '../../core/access/authorize.ts';
import type { Actor } from '../../core/actor.ts';
import type { ContainerAclChange } from '../../core/buckets/container-acl.ts';
import { openTempUrlKey } from '../../core/buckets/temp-url-keys.ts';
import type { Core } from '../../core/core.ts';
import type { BucketName, ProjectId } from '../../core/model/names.ts';
import { changesTempUrlKeys, type MetadataChange } from './metadata.ts';
import type { SwiftView } from './view.ts';

const secret = /^x-(?:account|container)-meta-temp-url-key/i;

/** The right to set the keys of what the path names. */
function rightToKeys(view: SwiftView): Permission {
  const project = view.project();
  return view.target.scope === 'account'
    ? { action: 'storage.projects.update', project }
    : { action: 'storage.buckets.setIamPolicy', bucket: view.container(), project };
}

export async function hideKeys(core: Core, actor: Actor, view: SwiftView, reply: Reply): Promise<Reply> {
  const { headers = {} } = reply;
  const secrets = Object.keys(headers).filter((name) => secret.test(name));
  if (secrets.length === 0) return reply;
  const { allow } = await may(core, actor, rightToKeys(view));
  const shown = { ...headers };
  for (const name of secrets) {
    shown[name] = allow ? openTempUrlKey(core, String(headers[name])) : undefined;
  }
  return { ...reply, headers: shown };
}

/** What changing a container takes; keys in its metadata, and ACLs, are a matter of who may let others in, not of editing. */
export function rightsToChange({
  bucket,
  project,
  change,
  acl,
}: {
  readonly bucket: BucketName;
  readonly project: ProjectId;
  readonly change: MetadataChange;
  readonly acl: ContainerAclChange | undefined;
}): readonly Permission[] {
  const rights: Permission[] = [];
  const lettingIn = acl !== undefined || changesTempUrlKeys(change);
  if (change.size > 0 || !lettingIn) rights.push({ action: 'storage.buckets.update', bucket, project });
  if (lettingIn) rights.push({ action: 'storage.buckets.setIamPolicy', bucket, project });
  return rights;
}
