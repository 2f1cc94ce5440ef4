/** What an identity call is about, as its path names it: for the trail, so that refusals tell it too. */
import type { EventResource, ResourceType } from '../../core/trail/event.ts';
import type { IamOperation, IamView } from './request.ts';

/** The first that a route's path contains decides; `id` is the named segment that tells which one. */
const kinds: readonly (readonly [path: string, type: ResourceType, id?: string])[] = [
  ['/application_credentials', 'IamAccessKey', 'key'],
  ['/credentials/OS-EC2', 'S3AccessKey', 'access'],
  ['/auth/tokens', 'Token'],
  ['/ec2tokens', 'Token'],
  ['/s3tokens', 'Token'],
  ['/roles', 'Role', 'role'],
  ['/role_assignments', 'Role'],
  ['/groups', 'Group', 'group'],
  ['/users/:user/projects', 'User', 'user'],
  ['/projects', 'Project', 'project'],
  ['/users', 'User', 'user'],
];

export function resourceOfPath({ segments }: IamView, { route }: IamOperation): EventResource {
  const kind = kinds.find(([path]) => route.path.includes(path));
  if (kind === undefined) return { type: 'Service' };
  const [, type, segment] = kind;
  const id = segment === undefined ? undefined : segments[segment] || undefined;
  const project = segments.project || undefined;
  return { type, ...(id === undefined ? {} : { id }), ...(project === undefined ? {} : { project }) };
}
