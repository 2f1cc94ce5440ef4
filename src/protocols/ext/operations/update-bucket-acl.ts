/** UpdateBucketAcl: POST /v1_ext/bucket/{name} (reference 5.4), reading for everybody, or for everybody at some addresses. */
import { type Static, Type } from 'typebox';
import { isNetwork } from '../../../base/addresses.ts';
import { json } from '../../../base/http/reply.ts';
import { type PublicAccess, setPublicAccess } from '../../../core/buckets/public-access.ts';
import { changedBucket } from '../bucket-document.ts';
import { ExtError } from '../errors.ts';
import { jsonBody, requireJson } from '../json-body.ts';
import { bucketOf, operation } from '../request.ts';

const list = 'acl.public_read_allow_ip_list';

const schema = Type.Object({
  name: Type.Optional(Type.String()),
  acl: Type.Union([
    Type.Null(),
    Type.Object({
      public: Type.Optional(Type.Union([Type.String(), Type.Null()])),
      public_read_allow_ip_list: Type.Optional(Type.Union([Type.Array(Type.String()), Type.Null()])),
    }),
  ]),
});

/** An empty list limits nothing, as none does. @throws ExtError 400 */
function accessOf(acl: Static<typeof schema>['acl']): PublicAccess {
  if (acl === null || acl.public === null) return { reading: false };
  const addresses = acl.public_read_allow_ip_list;
  const wrong = addresses?.find((entry) => !isNetwork(entry));
  if (wrong !== undefined) {
    throw new ExtError(400, `${list} must hold IPv4 or IPv6 addresses or networks: ${wrong.slice(0, 100)}`);
  }
  if (acl.public !== undefined && acl.public !== 'read-only' && acl.public !== 'deny') {
    throw new ExtError(400, 'acl.public must be read-only or deny');
  }
  if (acl.public === 'deny') return { reading: false };
  return {
    ...(acl.public === 'read-only' && { reading: true }),
    ...(addresses !== undefined && { addresses: addresses ?? [] }),
  };
}

export const updateBucketAcl = operation({
  name: 'UpdateBucketAcl',
  route: { methods: ['POST'], path: '/v1_ext/bucket/:name' },
  body: jsonBody(schema),
  parse(view) {
    requireJson(view);
    return bucketOf(view);
  },
  authorize: (bucket) => [{ action: 'storage.buckets.setIamPolicy', bucket }],
  run: async ({ core, input, body: { name = input, acl } }) => {
    if (name !== input) throw new ExtError(400, 'name must be that of the path');
    return setPublicAccess(core, input, accessOf(acl));
  },
  reply: (bucket) => json(200, changedBucket(bucket)),
});
