/** Owns the same call as every door has it: what it needs, and what each door answers to who may. Nothing is changed that another call sees. */
import type { BucketAction } from '../../src/core/access/roles.ts';
import { ext } from './ext.ts';
import { kos } from './kos.ts';
import { formOf } from './kos-objects.ts';
import { rawS3 } from './s3.ts';
import type { TestUser } from './seed.ts';
import type { TestServer } from './start-server.ts';
import { swiftRequest } from './swift.ts';

/** One right a call needs; about nothing in particular where there is no bucket. */
export interface Need {
  readonly action: BucketAction | 'storage.buckets.create' | 'storage.buckets.list';
  readonly bucket?: string;
  readonly key?: string;
  readonly prefix?: string;
}

/** Whose call it is, and what goes with it. */
export interface Caller {
  readonly user: TestUser;
  readonly token: string;
  /** The proof that Krutrim's API gets. */
  readonly proof: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

export interface DoorCall {
  readonly door: string;
  /** For who may; 403 for who may not. */
  readonly allowed: number;
  readonly send: (server: Pick<TestServer, 'url'>, caller: Caller) => Promise<number>;
}

export interface SameCall {
  readonly needs: readonly Need[];
  readonly doors: readonly DoorCall[];
}

type Line = readonly [
  call: string,
  allowed: number,
  parts?: { body?: unknown; headers?: Record<string, string> },
];

const at = (door: string, [call, allowed]: Line, send: DoorCall['send']): DoorCall => ({
  door: `${door} ${call}`,
  allowed,
  send,
});
const split = (call: string) => {
  const [method = '', path = ''] = call.split(' ');
  return { method, path };
};

function byKos(...line: Line): DoorCall {
  const [call, , { body, headers } = {}] = line;
  const { method, path } = split(call);
  return at('KOS', line, async (server, caller) => {
    const all = { ...headers, ...caller.proof, ...caller.headers };
    const answer = await kos(server, `/kos/v1/buckets${path}`, { method, body, by: null, headers: all });
    return answer.status;
  });
}

function byS3(...line: Line): DoorCall {
  const [call, , { body = '', headers } = {}] = line;
  const { method, path: target } = split(call);
  return at('S3', line, async (server, { user, headers: more }) => {
    const all = { ...headers, ...more };
    return (await rawS3(server, { method, target, headers: all, body: String(body), user })).status;
  });
}

function byExt(...line: Line): DoorCall {
  const [call, , { body } = {}] = line;
  const { method, path } = split(call);
  return at('Extension', line, async (server, { token, headers }) => {
    return (await ext(server, token, `/bucket${path}`, { method, body, headers })).status;
  });
}

function bySwift(...line: Line): DoorCall {
  const [call, , { body, headers } = {}] = line;
  const { method, path } = split(call);
  return at('Swift', line, async (server, { user, token, headers: more }) => {
    const all = { 'X-Auth-Token': token, ...headers, ...more };
    const target = `/v1/${user.project.id}${path}`;
    const text = body === undefined ? {} : { body: String(body) };
    return (await swiftRequest(server, method, target, { headers: all, ...text })).status;
  });
}

/** Calls about the object `key`, which is there. */
export function onObject(bucket: string, key: string, destination: string): SameCall[] {
  const need = (action: BucketAction, name = key): Need => ({ action, bucket, key: name });
  const objects = `/${bucket}/objects`;
  const objectkey = { body: { objectkey: key } };
  const copied = [need('storage.objects.get'), need('storage.objects.create', destination)];
  return [
    {
      needs: [need('storage.objects.get')],
      doors: [
        byKos(`POST ${objects}/download`, 200, objectkey),
        byS3(`GET /${bucket}/${key}`, 200),
        bySwift(`GET /${bucket}/${key}`, 200),
      ],
    },
    {
      needs: [need('storage.objects.getMeta')],
      doors: [
        byKos(`POST ${objects}/metadata`, 200, objectkey),
        byS3(`HEAD /${bucket}/${key}`, 200),
        bySwift(`HEAD /${bucket}/${key}`, 200),
      ],
    },
    {
      needs: [need('storage.objects.create')],
      doors: [
        byKos(`PUT ${objects}`, 201, objectkey),
        byKos(`PUT ${objects}`, 201, formOf(key)),
        byS3(`PUT /${bucket}/${key}`, 200, { body: 'x' }),
        byS3(`POST /${bucket}/${key}?uploads`, 200),
        bySwift(`PUT /${bucket}/${key}`, 201, { body: 'x' }),
      ],
    },
    {
      needs: [need('storage.objects.update')],
      doors: [
        byS3(`PUT /${bucket}/${key}?acl`, 200, { headers: { 'x-amz-acl': 'private' } }),
        bySwift(`POST /${bucket}/${key}`, 202, { headers: { 'X-Object-Meta-A': 'b' } }),
      ],
    },
    {
      needs: [need('storage.objects.delete', `${key}-none`)],
      doors: [
        byKos(`POST ${objects}/delete`, 404, { body: { objectkey: `${key}-none` } }),
        byS3(`DELETE /${bucket}/${key}-none`, 204),
        bySwift(`DELETE /${bucket}/${key}-none`, 404),
      ],
    },
    {
      needs: copied,
      doors: [
        byKos(`POST ${objects}/move`, 200, {
          body: { sourceKey: key, destinationKey: destination, action: 'copy' },
        }),
        byS3(`PUT /${bucket}/${destination}`, 200, { headers: { 'x-amz-copy-source': `/${bucket}/${key}` } }),
        bySwift(`COPY /${bucket}/${key}`, 201, { headers: { Destination: `${bucket}/${destination}` } }),
      ],
    },
    {
      needs: [...copied, need('storage.objects.delete')],
      doors: [byKos(`POST ${objects}/rename`, 409, { body: { oldKey: key, newKey: destination } })],
    },
    {
      needs: [
        need('storage.objects.get', `${key}-none`),
        need('storage.objects.delete', `${key}-none`),
        need('storage.objects.create', destination),
      ],
      doors: [
        byKos(`POST ${objects}/move`, 404, {
          body: { sourceKey: `${key}-none`, destinationKey: destination },
        }),
      ],
    },
  ];
}

/** Calls about the bucket, which is not empty, and about listings of it. */
export function onBucket(bucket: string, prefix: string): SameCall[] {
  const need = (action: BucketAction): Need => ({ action, bucket });
  const query = encodeURIComponent(prefix);
  return [
    {
      needs: [{ action: 'storage.objects.list', bucket, prefix }],
      doors: [
        byKos(`GET /${bucket}/objects?prefix=${query}`, 200),
        byS3(`GET /${bucket}?prefix=${query}`, 200),
        byS3(`GET /${bucket}?list-type=2&prefix=${query}`, 200),
        byS3(`GET /${bucket}?prefix=${query}&versions`, 200),
        bySwift(`GET /${bucket}?prefix=${query}`, prefix === 'none/' ? 204 : 200),
      ],
    },
    {
      needs: [need('storage.buckets.get')],
      doors: [byKos(`GET /${bucket}`, 200), byExt(`GET /${bucket}`, 200)],
    },
    {
      needs: [need('storage.buckets.update')],
      doors: [
        byKos(`PUT /${bucket}`, 200, { body: { tags: {} } }),
        byKos(`GET /${bucket}/lifecycle-rules`, 200),
        byExt(`GET /${bucket}/lifecycle`, 404),
        byS3(`GET /${bucket}?lifecycle`, 404),
        byS3(`DELETE /${bucket}?tagging`, 204),
        bySwift(`POST /${bucket}`, 200, { headers: { 'X-Container-Meta-A': 'b' } }),
      ],
    },
    {
      needs: [need('storage.buckets.delete')],
      doors: [
        byKos(`DELETE /${bucket}`, 409),
        byExt(`DELETE /${bucket}`, 409),
        byS3(`DELETE /${bucket}`, 409),
        bySwift(`DELETE /${bucket}`, 409),
      ],
    },
    {
      needs: [need('storage.buckets.getIamPolicy')],
      doors: [
        byKos(`GET /policy/${bucket}`, 404),
        byExt(`GET /${bucket}/policy`, 200),
        byS3(`GET /${bucket}?acl`, 200),
      ],
    },
    {
      needs: [need('storage.buckets.setIamPolicy')],
      doors: [
        byKos(`DELETE /policy/${bucket}`, 404),
        byExt(`DELETE /${bucket}/policy/none`, 404),
        byS3(`PUT /${bucket}?acl`, 400, { body: 'no document' }),
        bySwift(`POST /${bucket}`, 200, { headers: { 'X-Container-Write': '' } }),
      ],
    },
    {
      needs: [need('storage.buckets.update'), need('storage.buckets.setIamPolicy')],
      doors: [byKos(`PUT /${bucket}`, 200, { body: { anonymous_access: false } })],
    },
  ];
}

/** Calls about the account; `bucket` is a name that is taken. */
export function onAccount(bucket: string): SameCall[] {
  return [
    {
      needs: [{ action: 'storage.buckets.list' }],
      doors: [byKos('GET ', 200), byExt('GET ', 200), byS3('GET /', 200), bySwift('GET ', 200)],
    },
    {
      needs: [{ action: 'storage.buckets.create' }],
      doors: [
        byKos('POST ', 409, { body: { name: bucket } }),
        byExt('PUT ', 409, { body: { name: bucket } }),
        byS3(`PUT /${bucket}`, 409),
      ],
    },
  ];
}
