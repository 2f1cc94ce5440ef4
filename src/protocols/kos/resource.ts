/** What a call is about, as its path names it: for the trail, so that refusals tell it too. Never a session token. */

import { undashed } from '../../base/uuid.ts';
import type { EventResource, ResourceType } from '../../core/trail/event.ts';
import { parseKrn } from './krn.ts';
import type { KosOperation, KosView } from './request.ts';

/** The first that a route's path contains decides; `id` is the named segment that tells which one. */
const kinds: readonly (readonly [path: string, type: ResourceType, id?: string])[] = [
  ['/sessions', 'Session'],
  ['/access_keys/', 'S3AccessKey', 'accessKey'],
  ['/v1/policy/:', 'Policy', 'policykrn'],
];

/** `bucket`: the name behind the path's, once it is known. */
export function resourceOfPath(
  { segments }: Pick<KosView, 'segments'>,
  { route }: Pick<KosOperation, 'route'>,
  bucket?: string,
): EventResource {
  const named = segments.bucketId ?? segments.bucketKrn;
  if (named !== undefined) return bucketResource(route.path, named, bucket);
  const kind = kinds.find(([path]) => route.path.includes(path));
  if (kind === undefined) return { type: route.path.includes('openapi') ? 'Service' : 'Project' };
  const [, type, segment] = kind;
  const id = segment === undefined ? undefined : segments[segment];
  return { type, ...(id && { id: id.slice(0, 256) }) };
}

function bucketResource(path: string, named: string, bucket: string | undefined): EventResource {
  const krn = parseKrn(named);
  const name = bucket ?? (krn === undefined ? named : undefined);
  if (path.includes('/objects')) return { type: 'Object', ...(name !== undefined && { bucket: name }) };
  const id = krn && undashed(krn.id);
  return { type: 'Bucket', ...(name !== undefined && { name }), ...(id !== undefined && { id }) };
}
