/**
 * What a policy takes from somebody is taken by every way round: an account policy that denies reading, deleting or writing the objects of a
 * bucket, and a policy by address that lets nobody in, against all calls that would reach them through something else: copies, parts, manifests in
 * another bucket, addresses signed before, temporary credentials, lists of names, folders as a whole.
 */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { GetObjectCommand, PutObjectCommand, type S3 } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { issueToken } from '../support/iam.ts';
import { fieldsOf, type KosAnswer, kos, makeKosBucket } from '../support/kos.ts';
import { downloadUrlOf, formOf, kosObjects, uploadUrlOf } from '../support/kos-objects.ts';
import { s3Client } from '../support/s3.ts';
import { alice, bob, demo } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { SwiftAccount, v1Login } from '../support/swift.ts';
import { tarOf } from '../support/tar.ts';

const guarded = 'guarded';
const open = 'open-side';
const secret = 'classified';
/** In `guarded`: what is to be kept. */
const key = 'secret/k';

let server: TestServer;
let guardedKrn: string;
let s3: S3;
let temporary: S3;
let swift: SwiftAccount;
let owner: S3;
let session: { by: null; headers: Record<string, string> };
/** Addresses signed before anything was denied. */
const signed: Record<string, string> = {};

before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: '2' } });
  guardedKrn = await makeKosBucket(server, guarded);
  await makeKosBucket(server, open);
  [s3, owner] = [s3Client(server, bob), s3Client(server, alice)];
  swift = new SwiftAccount(server, `AUTH_${demo.id}`, (await v1Login(server, bob)).token);
  temporary = await temporaryClient();
  const pair = { accessKey: bob.s3Key.access, secretKey: bob.s3Key.secret };
  const opened = await kos(server, '/kos/v1/sessions/activate', { method: 'POST', body: pair, by: bob });
  session = { by: null, headers: { 'x-session-token': String(fieldsOf(opened).sessionToken) } };
  await restore();
  const place = { Bucket: guarded, Key: key };
  const list = [{ path: `${guarded}/${key}` }];
  const made = await swift.put(`/${open}/static?multipart-manifest=put`, JSON.stringify(list));
  assert.equal(made.status, 201, made.text);
  await swift.put(`/${open}/dynamic`, '', { 'X-Object-Manifest': `${guarded}/secret/` });
  const objects = kosObjects(server, guarded);
  const [objectkey, by] = [key, bob];
  signed.get = await getSignedUrl(s3, new GetObjectCommand(place));
  signed.put = await getSignedUrl(s3, new PutObjectCommand(place));
  signed.download = downloadUrlOf(await objects.download({ objectkey }, { by }));
  signed.upload = uploadUrlOf(await objects.upload({ objectkey }, { by }));
});
after(() => server.stop());

/** `guarded` as it was at first, by its administrator. */
async function restore(): Promise<void> {
  await owner.putObject({ Bucket: guarded, Key: key, Body: secret });
  await owner.putObject({ Bucket: open, Key: 'plain', Body: 'other' });
}

async function temporaryClient(): Promise<S3> {
  const body = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    WebIdentityToken: await issueToken(server, bob),
    RoleArn: 'arn:aws:iam::1:role/any',
    RoleSessionName: 'tests',
  });
  const xml = await (await fetch(server.url, { method: 'POST', body })).text();
  const element = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';
  const credentials = {
    accessKeyId: element('AccessKeyId'),
    secretAccessKey: element('SecretAccessKey'),
    sessionToken: element('SessionToken'),
  };
  assert.ok(credentials.sessionToken, xml);
  return s3Client(server, bob, { credentials });
}

type Way = () => Promise<unknown>;
const asBob = { by: bob };
const textOf = async (url = '') => (await fetch(url)).text();
const bodyOf = async (client: S3, Bucket: string, Key: string, more: object = {}) =>
  (await client.getObject({ Bucket, Key, ...more })).Body?.transformToString();
const bytes = (headers: Record<string, string> = {}) => ({
  ...asBob,
  headers: { Accept: 'application/octet-stream', ...headers },
});
const inside = () => kosObjects(server, guarded);
const beside = () => kosObjects(server, open);
const source = `/${guarded}/${key}`;

/** Copies within one bucket are asked for by names of it alone. */
async function partOf(Bucket: string, Key: string, part: (UploadId: string) => Promise<string | undefined>) {
  const { UploadId = '' } = await s3.createMultipartUpload({ Bucket, Key });
  const Parts = [{ PartNumber: 1, ETag: await part(UploadId) }];
  await s3.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Parts } });
}

/** Each ends with what it got to see. */
const readings: Record<string, Way> = {
  'S3 GET': () => bodyOf(s3, guarded, key),
  'S3 GET of a range': () => bodyOf(s3, guarded, key, { Range: 'bytes=0-' }),
  'S3 GET of a version': () => bodyOf(s3, guarded, key, { VersionId: 'null' }),
  'S3 GET of a part': () => bodyOf(s3, guarded, key, { PartNumber: 1 }),
  'S3 by temporary credentials': () => bodyOf(temporary, guarded, key),
  'S3 by an address signed before': () => textOf(signed.get),
  'S3 copy': async () => {
    await s3.copyObject({ Bucket: open, Key: 'copy', CopySource: source });
    return bodyOf(s3, open, 'copy');
  },
  'S3 copy of a part': async () => {
    await partOf(open, 'parts', async (UploadId) => {
      const to = { Bucket: open, Key: 'parts', UploadId, PartNumber: 1 };
      return (await s3.uploadPartCopy({ ...to, CopySource: source })).CopyPartResult?.ETag;
    });
    return bodyOf(s3, open, 'parts');
  },
  'Swift GET': async () => (await swift.get(source)).text,
  'Swift COPY': async () => {
    await swift.call('COPY', source, { headers: { Destination: `${open}/copied` } });
    return (await swift.get(`/${open}/copied`)).text;
  },
  'Swift X-Copy-From': async () => {
    await swift.put(`/${open}/from`, '', { 'X-Copy-From': source });
    return (await swift.get(`/${open}/from`)).text;
  },
  'a static large object beside it': async () => (await swift.get(`/${open}/static`)).text,
  'a dynamic large object beside it': async () => (await swift.get(`/${open}/dynamic`)).text,
  'S3 GET of a static large object': () => bodyOf(s3, open, 'static'),
  'S3 GET of a dynamic large object': () => bodyOf(s3, open, 'dynamic'),
  'S3 copy of a large object': async () => {
    await s3.copyObject({ Bucket: open, Key: 'whole', CopySource: `/${open}/static` });
    return bodyOf(s3, open, 'whole');
  },
  'KOS download of a large object': async () =>
    (await beside().download({ objectkey: 'dynamic' }, bytes())).text,
  'KOS copy of a large object': async () => {
    await beside().move({ sourceKey: 'static', destinationKey: 'kos', action: 'copy' }, asBob);
    return (await beside().download({ objectkey: 'kos' }, bytes())).text;
  },
  'KOS download': async () => (await inside().download({ objectkey: key }, bytes())).text,
  'KOS download by a session': async () =>
    (await inside().download({ objectkey: key }, { ...bytes(session.headers), by: null })).text,
  'KOS by an address signed before': () => textOf(signed.download),
};

/** Each would make the object go. */
const deletions: Record<string, Way> = {
  'S3 DELETE': () => s3.deleteObject({ Bucket: guarded, Key: key }),
  'S3 DELETE of a version': () => s3.deleteObject({ Bucket: guarded, Key: key, VersionId: 'null' }),
  'S3 DELETE of a list': () => s3.deleteObjects({ Bucket: guarded, Delete: { Objects: [{ Key: key }] } }),
  'S3 by temporary credentials': () => temporary.deleteObject({ Bucket: guarded, Key: key }),
  'Swift DELETE': () => swift.delete(source),
  'Swift bulk delete': () => swift.call('POST', '?bulk-delete', { body: `${guarded}/${key}\n` }),
  'Swift deletion of a folder': () => swift.delete(`/${guarded}/secret/?dir-delete`),
  'Swift deletion of all in a container': () => swift.delete(`/${guarded}/?dir-delete`),
  // The manifest goes in any case, as it may: each time it is made anew.
  'Swift deletion of a large object with its segments': async () => {
    const list = JSON.stringify([{ path: `${guarded}/${key}` }]);
    const made = await swift.put(`/${open}/doomed?multipart-manifest=put`, list);
    assert.equal(made.status, 201, made.text);
    await swift.delete(`/${open}/doomed?multipart-manifest=delete`);
  },
  'Swift date of deletion': async () => {
    await swift.post(source, { 'X-Delete-After': '1' });
    await setTimeout(1100);
  },
  'KOS delete': () => inside().remove({ objectkey: key }, asBob),
  'KOS move': () => inside().move({ sourceKey: key, destinationKey: 'moved' }, asBob),
  'KOS rename': () => inside().rename({ oldKey: key, newKey: 'renamed' }, asBob),
  'KOS delete by a session': () => inside().remove({ objectkey: key }, session),
};

const tar = tarOf({ name: key, body: 'overwritten' });
const put = (url = '') => fetch(url, { method: 'PUT', body: 'overwritten' });

/** Each would put another object in its place. */
const writings: Record<string, Way> = {
  'S3 PUT': () => s3.putObject({ Bucket: guarded, Key: key, Body: 'overwritten' }),
  'S3 by an address signed before': () => put(signed.put),
  'S3 copy': () => s3.copyObject({ Bucket: guarded, Key: key, CopySource: `/${open}/plain` }),
  'S3 in parts': () =>
    partOf(guarded, key, async (UploadId) => {
      const part = { Bucket: guarded, Key: key, UploadId, PartNumber: 1, Body: 'overwritten' };
      return (await s3.uploadPart(part)).ETag;
    }),
  'S3 in parts begun before': async () => {
    const parts = { Bucket: guarded, Key: key, UploadId: signed.UploadId };
    const { ETag } = await s3.uploadPart({ ...parts, PartNumber: 1, Body: 'overwritten' });
    await s3.completeMultipartUpload({ ...parts, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } });
  },
  'S3 completion of parts sent before': () =>
    s3.completeMultipartUpload({
      Bucket: guarded,
      Key: key,
      UploadId: signed.sent,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag: signed.ETag }] },
    }),
  'Swift PUT': () => swift.put(source, 'overwritten'),
  'Swift COPY': () => swift.call('COPY', `/${open}/plain`, { headers: { Destination: `${guarded}/${key}` } }),
  'Swift X-Copy-From': () => swift.put(source, '', { 'X-Copy-From': `/${open}/plain` }),
  'Swift manifest': () =>
    swift.put(`${source}?multipart-manifest=put`, JSON.stringify([{ path: `${open}/plain` }])),
  'Swift manifest by POST': () => swift.post(source, { 'X-Object-Manifest': `${open}/plain` }),
  'Swift archive': () => swift.put(`/${guarded}?extract-archive=tar`, tar),
  'Swift archive of the account': () =>
    swift.put('?extract-archive=tar', tarOf({ name: `${guarded}/${key}`, body: 'x' })),
  'KOS form': () => inside().upload(formOf(key).body, { ...asBob, headers: formOf(key).headers }),
  'KOS by an address signed before': () => put(signed.upload),
  'KOS address': async () => {
    const answer: KosAnswer = await inside().upload({ objectkey: key }, asBob);
    return answer.status === 201 ? put(uploadUrlOf(answer)) : undefined;
  },
  'KOS copy': () => inside().move({ sourceKey: 'donor', destinationKey: key, action: 'copy' }, asBob),
  'KOS move': () => inside().move({ sourceKey: 'donor', destinationKey: key }, asBob),
};

/** Puts something in force and answers how to lift it. */
const accountPolicy = (action: string) => async () => {
  const statements = [{ effect: 'Deny', actions: action, resources: `${guardedKrn}/secret/*` }];
  const path = '/internal/kos/v1/policy';
  const made = await kos(server, path, { method: 'POST', body: { statements } });
  const body = { policyKRNs: [fieldsOf(made).policyKRN], kcid: bob.id };
  const attached = await kos(server, `${path}/attach`, { method: 'POST', body });
  assert.equal(attached.status, 200, attached.text);
  return () => kos(server, `${path}/detach`, { method: 'POST', body });
};
const addressPolicy = (lists: object) => async () => {
  const path = `/kos/v1/buckets/policy/${guarded}`;
  const made = await kos(server, path, { method: 'POST', body: lists });
  assert.equal(made.status, 201, made.text);
  return () => kos(server, path, { method: 'DELETE' });
};
const reader = { s3_read_only_ips: ['127.0.0.1'] };

/** What the way sees; what refuses it is no failure. */
async function tried(way: Way): Promise<unknown> {
  try {
    return await way();
  } catch {
    return undefined;
  }
}

const now = () => bodyOf(owner, guarded, key).catch(() => undefined);

describe('reading', () => {
  for (const [name, guard] of Object.entries({
    'an account policy': accountPolicy('kos:GetObject'),
    'a policy by address': addressPolicy({}),
  })) {
    for (const [way, see] of Object.entries(readings)) {
      it(`${way}, against ${name}`, async () => {
        assert.equal(await see(), secret, 'where nothing is denied');
        for (const copy of ['copy', 'parts', 'copied', 'from', 'whole', 'kos']) {
          await owner.deleteObject({ Bucket: open, Key: copy });
        }
        const lift = await guard();
        const seen = await tried(see);
        await lift();
        assert.doesNotMatch(String(seen), /classified/);
      });
    }
  }
});

describe('changing', () => {
  beforeEach(async () => {
    await restore();
    const place = { Bucket: guarded, Key: key };
    await owner.putObject({ Bucket: guarded, Key: 'donor', Body: 'overwritten' });
    signed.UploadId = (await s3.createMultipartUpload(place)).UploadId ?? '';
    signed.sent = (await s3.createMultipartUpload(place)).UploadId ?? '';
    const part = { ...place, UploadId: signed.sent, PartNumber: 1, Body: 'overwritten' };
    signed.ETag = (await s3.uploadPart(part)).ETag ?? '';
    for (const name of ['moved', 'renamed']) await owner.deleteObject({ Bucket: guarded, Key: name });
  });

  for (const [ways, action] of [
    [deletions, 'kos:DeleteObject'],
    [writings, 'kos:PutObject'],
  ] as const) {
    for (const [name, guard] of Object.entries({
      'an account policy': accountPolicy(action),
      'a policy by address': addressPolicy(reader),
    })) {
      for (const [way, change] of Object.entries(ways)) {
        it(`${way}, against ${name}`, async () => {
          const lift = await guard();
          await tried(change);
          await lift();
          assert.equal(await now(), secret, 'it is as it was');
          await change();
          assert.notEqual(await now(), secret, 'where nothing is denied');
        });
      }
    }
  }
});
