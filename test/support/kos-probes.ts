/**
 * Every call of Krutrim's API that needs a right, with the rights it needs by the documentation (reference 10) and DESIGN's table: the
 * naive model of the door. A probe changes nothing that another one sees: what would, fails for another reason once it is allowed.
 */
import type { BucketAction, ProjectAction } from '../../src/core/access/roles.ts';
import { formOf } from './kos-objects.ts';
import { bucket } from './walkers.ts';

export interface KosProbe {
  /** `METHOD path`, with `:b` for the bucket. */
  readonly call: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** For who has all of `needs`; 403 for the others. */
  readonly allowed: number;
  readonly needs: readonly (BucketAction | ProjectAction)[];
}

const probe = (
  call: string,
  allowed: number,
  needs: KosProbe['needs'],
  parts: Pick<KosProbe, 'body' | 'headers'> = {},
): KosProbe => ({ call, allowed, needs, ...parts });

const update = ['storage.buckets.update'] as const;
const readAcl = ['storage.buckets.getIamPolicy'] as const;
const writeAcl = ['storage.buckets.setIamPolicy'] as const;
const b = '/kos/v1/buckets/:b';
const addresses = '/kos/v1/buckets/policy/:b';
const noAddress = { s3_read_write_ips: ['nowhere'] };

/** Calls about one bucket and what is in it. */
export const onBucket: readonly KosProbe[] = [
  probe(`GET ${b}`, 200, ['storage.buckets.get']),
  probe(`PUT ${b}`, 200, update, { body: { tags: {} } }),
  probe(`PUT ${b}`, 400, update, { body: { versioning: 'maybe' } }),
  // Who may read is more than how a bucket keeps things.
  probe(`PUT ${b}`, 200, [...update, ...writeAcl], { body: { anonymous_access: false } }),
  probe(`DELETE ${b}`, 409, ['storage.buckets.delete']),
  probe(`GET ${addresses}`, 404, readAcl),
  probe(`POST ${addresses}`, 400, writeAcl, { body: noAddress }),
  probe(`PUT ${addresses}`, 404, writeAcl, { body: {} }),
  probe(`DELETE ${addresses}`, 404, writeAcl),
  probe(`GET ${b}/lifecycle-rules`, 200, update),
  probe(`POST ${b}/lifecycle-rules`, 400, update, { body: { name: 'no action' } }),
  probe(`GET ${b}/lifecycle-rules/none`, 404, update),
  probe(`PUT ${b}/lifecycle-rules/none`, 404, update, { body: { enabled: false } }),
  probe(`DELETE ${b}/lifecycle-rules/none`, 404, update),
  probe(`GET ${b}/objects`, 200, ['storage.objects.list']),
  probe(`GET ${b}/objects?prefix=k`, 200, ['storage.objects.list']),
  probe(`PUT ${b}/objects`, 201, ['storage.objects.create'], { body: { objectkey: 'k' } }),
  probe(`PUT ${b}/objects`, 201, ['storage.objects.create'], { body: { prefix: 'folder' } }),
  probe(`PUT ${b}/objects`, 201, ['storage.objects.create'], formOf('k')),
  probe(`POST ${b}/objects/download`, 200, ['storage.objects.get'], { body: { objectkey: 'k' } }),
  probe(`POST ${b}/objects/download`, 404, ['storage.objects.get'], { body: { objectkey: 'none' } }),
  probe(`POST ${b}/objects/metadata`, 200, ['storage.objects.getMeta'], { body: { objectkey: 'k' } }),
  probe(`POST ${b}/objects/metadata`, 404, ['storage.objects.getMeta'], { body: { objectkey: 'none' } }),
  probe(`POST ${b}/objects/delete`, 404, ['storage.objects.delete'], { body: { objectkey: 'none' } }),
  probe(`POST ${b}/objects/move`, 200, ['storage.objects.get', 'storage.objects.create'], {
    body: { sourceKey: 'k', destinationKey: 'taken', action: 'copy' },
  }),
  probe(
    `POST ${b}/objects/move`,
    404,
    ['storage.objects.get', 'storage.objects.create', 'storage.objects.delete'],
    { body: { sourceKey: 'none', destinationKey: 'k' } },
  ),
  probe(
    `POST ${b}/objects/rename`,
    409,
    ['storage.objects.get', 'storage.objects.create', 'storage.objects.delete'],
    { body: { oldKey: 'k', newKey: 'taken' } },
  ),
];

/** Calls about the account's buckets. */
export const inProject: readonly KosProbe[] = [
  probe('GET /kos/v1/buckets', 200, ['storage.buckets.list']),
  probe('POST /kos/v1/buckets', 409, ['storage.buckets.create'], { body: { name: bucket } }),
];

const policy = '/internal/kos/v1/policy';
const noPolicy = `${policy}/krn:kos:default:default:default:policy:0bc7a4c4-a8fb-4fee-98dc-f1936d8ed8eb`;
const administers = ['identity.accounts.administer'] as const;

/** Internal calls: for the account's administrators, and for those of the service. */
export const internal: readonly KosProbe[] = [
  probe('DELETE /internal/kos/v1/access_keys_all', 400, administers, { body: { otp: 7 } }),
  probe(`GET ${policy}`, 404, administers),
  probe(`POST ${policy}`, 400, administers, { body: '[' }),
  probe(`POST ${policy}/attach`, 400, administers, { body: { policyKRNs: [] } }),
  probe(`POST ${policy}/detach`, 400, administers, { body: { policyKRNs: [] } }),
  probe(`GET ${noPolicy}`, 404, administers),
  probe(`PUT ${noPolicy}`, 404, administers, { body: { name: 'x' } }),
  probe(`DELETE ${noPolicy}`, 404, administers),
];

/** Calls about the caller's own keys: no role is needed. */
export const onKeys: readonly KosProbe[] = [
  probe('GET /kos/v1/access_keys', 200, []),
  probe('POST /kos/v1/access_keys', 400, [], { body: '[' }),
  probe('DELETE /kos/v1/access_keys/none', 404, []),
];

/** Their proof is in the path or the body; the document is everybody's. */
export const openCalls = [
  'GET /kos/v1/openapi.json',
  'POST /kos/v1/sessions/activate',
  'POST /kos/v1/sessions/refresh/:t',
  'GET /kos/v1/sessions/status/:t',
  'DELETE /kos/v1/sessions/deactivate/:t',
] as const;
