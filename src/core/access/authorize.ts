/** The gate every operation passes: loads what a decision needs, asks `decide`, and refuses in the domain's words. */
import type { Actor } from '../actor.ts';
import type { Core } from '../core.ts';
import type { BucketName, ObjectKey, ProjectId, UserId } from '../model/names.ts';
import type { BucketAction, ProjectAction } from './roles.ts';

/**
 * One right an operation needs. For a bucket, `project` is the account named in the path where a protocol has one: a
 * bucket of another project then counts as absent.
 */
export type Permission =
  | { action: BucketAction; bucket: BucketName; project?: ProjectId; key?: ObjectKey }
  | { action: ProjectAction; project: ProjectId }
  | { action: ProjectAction; user: UserId };

export type Decision = { allow: boolean; reason: string };

/**
 * @throws CoreError AccessDenied; NoSuchBucket when a bucket is absent (for another project's account path: AccessDenied,
 * so that foreign names cannot be probed).
 */
export async function authorize(core: Core, actor: Actor, permissions: readonly Permission[]): Promise<void> {
  void core;
  void actor;
  void permissions;
  throw new Error('to be written');
}

/** As `authorize`, for one of many items of a batch: answers instead of throwing AccessDenied. */
export async function may(core: Core, actor: Actor, permission: Permission): Promise<Decision> {
  void core;
  void actor;
  void permission;
  throw new Error('to be written');
}
