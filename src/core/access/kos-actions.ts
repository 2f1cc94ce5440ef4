/**
 * The actions that an account's policies name, and the permission each stands for: the one table. Patterns with `*` name several; a pattern
 * that names none is refused, so that a policy never promises what it does not do.
 */
import { matchesGlob } from '../../base/glob.ts';
import type { BucketAction, ProjectAction } from './roles.ts';

/** What a policy can be about. */
export type PolicyAction =
  | BucketAction
  | Extract<ProjectAction, 'storage.buckets.create' | 'storage.buckets.list'>;

export const kosActions = {
  'kos:CreateBucket': 'storage.buckets.create',
  'kos:ListBuckets': 'storage.buckets.list',
  'kos:GetBucket': 'storage.buckets.get',
  'kos:UpdateBucket': 'storage.buckets.update',
  'kos:DeleteBucket': 'storage.buckets.delete',
  'kos:GetBucketPolicy': 'storage.buckets.getIamPolicy',
  'kos:PutBucketPolicy': 'storage.buckets.setIamPolicy',
  'kos:ListObjects': 'storage.objects.list',
  'kos:GetObject': 'storage.objects.get',
  'kos:GetObjectMetadata': 'storage.objects.getMeta',
  'kos:PutObject': 'storage.objects.create',
  'kos:UpdateObject': 'storage.objects.update',
  'kos:DeleteObject': 'storage.objects.delete',
} as const satisfies Record<string, PolicyAction>;

/** Whether a pattern names any action. */
export function isActionPattern(pattern: string): boolean {
  return actionsOf(pattern).length > 0;
}

/** What `kos:GetObject`, `kos:Get*` or `kos:*` stands for. */
export function actionsOf(pattern: string): readonly PolicyAction[] {
  if (!pattern.startsWith('kos:')) return [];
  return Object.entries(kosActions).flatMap(([name, action]) => (matchesGlob(pattern, name) ? [action] : []));
}
