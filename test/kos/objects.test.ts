// Objects: uploaded by address and by form, listed, told about, downloaded, moved, renamed and deleted; seen at every door
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ext } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { apiKeyOf, assertKosError, fieldsOf, kos, makeKosBucket } from '../support/kos.ts';
import { downloadUrlOf, kosObjects, uploadUrlOf } from '../support/kos-objects.ts';
import { rawS3, s3Client, tortureKeys } from '../support/s3.ts';
import { alice, bob, carol, dave, demo, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { swiftRequest } from '../support/swift.ts';
import { awaitEvents } from '../support/trail.ts';

let server: TestServer;
let token: string;
before(async () => {
  server = await startServer();
  token = await issueToken(server, alice);
});
after(() => server.stop());

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/;
const putS3 = async (target: string, body = 'x', headers = {}) =>
  assert.equal((await rawS3(server, { method: 'PUT', target, body, headers, user: alice })).status, 200);

test('an object through all its calls, as an SDK makes them', async () => {
  const krn = await makeKosBucket(server, 'flow-box');
  const objects = kosObjects(server, krn);
  const begun = await objects.upload({ prefix: 'photos', objectkey: 'cat.txt' });
  const { uploadPreSignedUrl: _, ...told } = fieldsOf(begun);
  assert.deepEqual(told, {
    objectKey: 'photos/cat.txt',
    message: 'Send the file by PUT to uploadPreSignedUrl',
  });
  assertKosError(await objects.metadata({ objectkey: 'photos/cat.txt' }), 404, 'ObjectNotFound');
  const sent = await fetch(uploadUrlOf(begun), {
    method: 'PUT',
    body: 'meow',
    headers: { 'Content-Type': 'text/plain' },
  });
  assert.equal(sent.status, 200, await sent.text());

  const [folder] = await objects.list();
  assert.deepEqual(folder, { isFolder: true, size: 0, lastModified: null, key: 'photos/' });
  const [listed, ...others] = await objects.list('photos/');
  assert.deepEqual(others, []);
  assert.deepEqual(
    { ...listed, lastModified: '' },
    { isFolder: false, size: 4, lastModified: '', key: 'photos/cat.txt' },
  );
  assert.match(listed?.lastModified ?? '', time);

  const metadata = await objects.metadata({ objectKey: 'photos/cat.txt' });
  assert.equal(metadata.status, 200);
  assert.deepEqual(fieldsOf(metadata), {
    size_bytes: 4,
    storage_class: 'STANDARD',
    etag: '4a4be40c96ac6314e91d93f38043a634',
    lastModified: listed?.lastModified,
    contentType: 'text/plain',
    key: 'photos/cat.txt',
  });

  const address = await objects.download({ objectkey: 'photos/cat.txt' });
  assert.deepEqual(Object.keys(fieldsOf(address)), ['objectKey', 'preSignedUrl']);
  const got = await fetch(downloadUrlOf(address));
  assert.deepEqual(
    [got.status, got.headers.get('content-type'), await got.text()],
    [200, 'text/plain', 'meow'],
  );

  const renamed = await objects.rename({ oldKey: 'photos/cat.txt', newKey: 'photos/tom.txt' });
  assert.deepEqual(fieldsOf(renamed), {
    oldKey: 'photos/cat.txt',
    newKey: 'photos/tom.txt',
    message: 'Object renamed successfully',
  });
  const moved = await objects.move({
    sourceKey: 'photos/tom.txt',
    destinationKey: 'tom.txt',
    action: 'move',
  });
  assert.deepEqual(fieldsOf(moved), {
    sourceKey: 'photos/tom.txt',
    destinationKey: 'tom.txt',
    message: 'File moved successfully',
  });
  const copied = await objects.move({
    sourceKey: 'tom.txt',
    destinationKey: 'copies/tom.txt',
    action: 'copy',
  });
  assert.deepEqual([copied.status, fieldsOf(copied).message], [200, 'File copied successfully']);
  assert.deepEqual(await objects.names(), ['copies/', 'tom.txt']);
  assert.equal(await (await objects.get('copies/tom.txt')).text(), 'meow');
  assert.equal(fieldsOf(await objects.metadata({ objectkey: 'copies/tom.txt' })).contentType, 'text/plain');

  for (const objectkey of ['tom.txt', 'copies/tom.txt']) {
    const removed = await objects.remove({ objectkey });
    assert.deepEqual(fieldsOf(removed), { objectKey: objectkey, message: 'File deleted successfully' });
    assertKosError(await objects.remove({ objectkey }), 404, 'ObjectNotFound');
  }
  assert.deepEqual(await objects.list(), []);
});

test('every call by the name, the raw and the encoded KRN of the bucket, by token and Bearer', async () => {
  const krn = await makeKosBucket(server, 'named-box');
  const proofs = [
    {},
    { by: null, headers: { Authorization: `Bearer ${apiKeyOf(alice)}` } },
    { by: null, headers: { Authorization: `Bearer ${token}`, 'x-account-id': demo.accountNumber } },
    { headers: { 'x-region-id': 'In-Bangalore-1', 'x-tier': 'tier-1', 'K-Customer-ID': alice.id } },
  ];
  for (const name of ['named-box', krn, encodeURIComponent(krn)]) {
    const objects = kosObjects(server, name);
    for (const proof of proofs) {
      assert.equal((await objects.put('a', 'some bytes', proof)).status, 200);
      assert.equal(await (await objects.get('a', proof)).text(), 'some bytes');
      assert.equal((await objects.listing('', proof)).status, 200);
      assert.equal((await objects.metadata({ objectkey: 'a' }, proof)).status, 200);
      assert.equal((await objects.move({ sourceKey: 'a', destinationKey: 'b' }, proof)).status, 200);
      assert.equal((await objects.rename({ oldKey: 'b', newKey: 'c' }, proof)).status, 200);
      assert.equal((await objects.remove({ objectkey: 'c' }, proof)).status, 200);
    }
  }
});

test('prefix and name are joined with one slash; a prefix alone makes a folder, once', async () => {
  await makeKosBucket(server, 'join-box');
  const objects = kosObjects(server, 'join-box');
  const nameOf = async (body: object) => fieldsOf(await objects.upload(body)).objectKey;
  assert.equal(await nameOf({ prefix: 'a/b', objectkey: 'c' }), 'a/b/c');
  assert.equal(await nameOf({ prefix: '/a/b/', objectKey: '/c' }), 'a/b/c');
  assert.equal(await nameOf({ prefix: '', objectkey: 'c' }), 'c');
  assert.equal(await nameOf({ prefix: '/', objectkey: 'c' }), 'c');
  assert.equal(await nameOf({ objectkey: '/c' }), '/c');
  assert.equal(await nameOf({ prefix: null, objectkey: 'c', objectKey: 'c' }), 'c');

  const made = await objects.upload({ prefix: 'new/folder' });
  assert.equal(made.status, 201, made.text);
  assert.deepEqual(fieldsOf(made), { objectKey: 'new/folder/', message: 'Folder created successfully' });
  assert.deepEqual(await objects.names(), ['new/']);
  assert.deepEqual(await objects.names('new/'), ['new/folder/']);
  assert.deepEqual(await objects.list('new/folder/'), []);
  const listed = await rawS3(server, { target: '/join-box', user: alice });
  assert.deepEqual(listed.elements('Key'), ['new/folder/']);
  await putS3('/join-box/full/', 'not empty');
  const again = await objects.upload({ prefix: 'full' });
  assert.deepEqual([again.status, fieldsOf(again).message], [201, 'Folder exists already']);
  assert.equal(await (await objects.get('full/')).text(), 'not empty');
  assert.deepEqual(await objects.names('full/'), ['full/']);
});

test('a level is listed whole, however long', async () => {
  await makeKosBucket(server, 'long-box');
  const names = Array.from(
    { length: 1100 },
    (_, at) => `n/${String(at).padStart(5, '0')}${at % 7 === 0 ? '/deep' : ''}`,
  );
  const left = names.values();
  const put = async () => {
    for (const name of left) await putS3(`/long-box/${name}`);
  };
  await Promise.all(Array.from({ length: 8 }, put));
  const objects = kosObjects(server, 'long-box');
  const found = await objects.list('n/');
  assert.deepEqual(
    found.map(({ key, isFolder }) => [key, isFolder]),
    names.map((name) => (name.endsWith('deep') ? [name.slice(0, -4), true] : [name, false])),
  );
  assert.equal((await objects.list('n/0001')).length, 10);
  assert.deepEqual(await objects.list('elsewhere'), []);
});

test('bytes come at once for a client that accepts nothing else', async () => {
  await makeKosBucket(server, 'bytes-box');
  const large = Buffer.alloc(3_000_000, 'a large body ');
  const objects = kosObjects(server, 'bytes-box');
  for (const [name, bytes] of [
    ['large', large],
    ['small', Buffer.from('small')],
    ['empty', Buffer.alloc(0)],
  ] as const) {
    assert.equal((await objects.put(name, bytes)).status, 200);
    const answer = await fetch(`${server.url}${objects.path}/download`, {
      method: 'POST',
      headers: {
        'x-account-id': apiKeyOf(alice),
        'Content-Type': 'application/json',
        Accept: 'application/octet-stream',
      },
      body: JSON.stringify({ objectkey: name }),
    });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'application/octet-stream');
    assert.ok(bytes.equals(Buffer.from(await answer.arrayBuffer())));
    for (const Accept of ['*/*', 'application/json', 'application/octet-stream, */*']) {
      assert.ok(downloadUrlOf(await objects.download({ objectkey: name }, { headers: { Accept } })));
    }
  }
});

test('keys of every kind go there and back through addresses, but those that addresses change', async () => {
  await makeKosBucket(server, 'keys-box');
  const objects = kosObjects(server, 'keys-box');
  for (const key of tortureKeys) {
    const leaves = key.split('/').some((step) => step === '.' || step === '..');
    if (leaves) {
      assertKosError(await objects.upload({ objectkey: key }), 400, 'InvalidObjectKey', /step/);
      continue;
    }
    assert.equal((await objects.put(key, key)).status, 200, key);
    assert.equal(await (await objects.get(key)).text(), key);
    assert.equal((await objects.move({ sourceKey: key, destinationKey: 'moved' })).status, 200, key);
    assert.equal(await (await objects.get('moved')).text(), key);
  }
});

test('what has a strange name already can be moved, told about and deleted', async () => {
  await makeKosBucket(server, 'strange-box');
  const objects = kosObjects(server, 'strange-box');
  await putS3('/strange-box/a/../b');
  assertKosError(await objects.download({ objectkey: 'a/../b' }), 400, 'InvalidObjectKey');
  assert.equal((await objects.metadata({ objectkey: 'a/../b' })).status, 200);
  assert.equal((await objects.rename({ oldKey: 'a/../b', newKey: 'b' })).status, 200);
  await putS3('/strange-box/.');
  assert.equal((await objects.remove({ objectkey: '.' })).status, 200);
  assert.deepEqual(await objects.names(), ['b']);
});

test('400: bodies and names that are none', async () => {
  await makeKosBucket(server, 'wrong-box');
  const objects = kosObjects(server, 'wrong-box');
  await putS3('/wrong-box/a');
  const aKey = { objectkey: 'a' };
  for (const call of [objects.download, objects.metadata, objects.remove]) {
    assertKosError(await call({}), 400, 'BadRequest', /objectkey is missing/);
    assertKosError(await call({ objectkey: '' }), 400, 'BadRequest', /objectkey is missing/);
    assertKosError(await call({ objectkey: 'a', objectKey: 'b' }), 400, 'BadRequest', /different/);
    assertKosError(await call({ objectkey: 7 }), 400, 'BadRequest');
    assertKosError(await call({ objectkey: 'x'.repeat(1025) }), 400, 'InvalidObjectKey');
    assertKosError(await call({ objectkey: 'a\0' }), 400, 'InvalidObjectKey');
    assertKosError(await call('{'), 400, 'BadRequest', /not JSON/);
    assertKosError(await call([]), 400, 'BadRequest');
    assertKosError(await call(aKey, { headers: { 'Content-Type': 'text/plain' } }), 400, 'BadRequest');
    assertKosError(await call({ objectkey: 'absent' }), 404, 'ObjectNotFound');
  }
  const { upload, move, rename } = objects;
  for (const body of [{}, { prefix: '' }, { prefix: '/' }, { prefix: null, objectkey: null }]) {
    assertKosError(await upload(body), 400, 'BadRequest', /missing/);
  }
  assertKosError(await upload({ prefix: '..', objectkey: 'other/key' }), 400, 'InvalidObjectKey');
  assertKosError(await upload({ prefix: 'a/../../b' }), 400, 'InvalidObjectKey');
  assertKosError(await upload({ prefix: 'x'.repeat(1024) }), 400, 'InvalidObjectKey');
  assertKosError(await upload({ prefix: 'x'.repeat(70_000) }), 413, 'PayloadTooLarge');
  assertKosError(await upload('nothing'), 400, 'BadRequest', /not JSON/);

  assertKosError(
    await move({ sourceKey: 'a', destinationKey: 'a', action: 'move' }),
    400,
    'BadRequest',
    /itself/,
  );
  assertKosError(
    await move({ sourceKey: 'a', destinationKey: 'a', action: 'copy' }),
    400,
    'BadRequest',
    /itself/,
  );
  assertKosError(
    await move({ sourceKey: 'a', destinationKey: 'b', action: 'MOVE' }),
    400,
    'BadRequest',
    /action/,
  );
  assertKosError(await move({ sourceKey: 'a', destinationKey: '../b' }), 400, 'InvalidObjectKey');
  assertKosError(await move({ sourceKey: 'a' }), 400, 'BadRequest', /destinationKey is missing/);
  assertKosError(await move({ destinationKey: 'b' }), 400, 'BadRequest', /sourceKey is missing/);
  assertKosError(await move({ sourceKey: 'none', destinationKey: 'b' }), 404, 'ObjectNotFound');
  assertKosError(
    await move({ sourceKey: 'none', destinationKey: 'b', action: 'copy' }),
    404,
    'ObjectNotFound',
  );
  assertKosError(await rename({ oldKey: 'a', newKey: 'a' }), 400, 'BadRequest', /itself/);
  assertKosError(await rename({ oldKey: 'a' }), 400, 'BadRequest', /newKey is missing/);
  assertKosError(await rename({ newKey: 'b' }), 400, 'BadRequest', /oldKey is missing/);
  assertKosError(await rename({ oldKey: 'a', newKey: './b' }), 400, 'InvalidObjectKey');
  assertKosError(await rename({ oldKey: 'none', newKey: 'b' }), 404, 'ObjectNotFound');
  assert.deepEqual(await objects.names(), ['a']);
});

test('404 for buckets that are not there or of others, 401 for nobody, 403 for want of a role', async () => {
  const krn = await makeKosBucket(server, 'rights-box');
  await putS3('/rights-box/a');
  const calls = (bucket: string) => {
    const { listing, upload, download, metadata, remove, move, rename } = kosObjects(server, bucket);
    return {
      list: (call: object) => listing('', call),
      upload: (call: object) => upload({ objectkey: 'n' }, call),
      folder: (call: object) => upload({ prefix: 'n' }, call),
      download: (call: object) => download({ objectkey: 'a' }, call),
      metadata: (call: object) => metadata({ objectkey: 'a' }, call),
      remove: (call: object) => remove({ objectkey: 'a' }, call),
      move: (call: object) => move({ sourceKey: 'a', destinationKey: 'n' }, call),
      copy: (call: object) => move({ sourceKey: 'a', destinationKey: 'n', action: 'copy' }, call),
      rename: (call: object) => rename({ oldKey: 'a', newKey: 'n' }, call),
    };
  };
  for (const call of Object.values(calls('no-such-box')))
    assertKosError(await call({}), 404, 'BucketNotFound');
  for (const bucket of ['rights-box', krn]) {
    for (const call of Object.values(calls(bucket))) {
      assertKosError(await call({ by: eve }), 404, 'BucketNotFound');
      assertKosError(await call({ by: null }), 401, 'Unauthorized');
      assertKosError(await call({ by: dave }), 403, 'Forbidden');
    }
  }
  const { list, metadata, ...others } = calls('rights-box');
  for (const call of [list, metadata]) assert.equal((await call({ by: carol })).status, 200);
  for (const call of Object.values(others)) assertKosError(await call({ by: carol }), 403, 'Forbidden');
  assert.equal((await calls('rights-box').rename({ by: bob })).status, 200);
});

test('one who may only create uploads, and neither moves nor deletes', async () => {
  await makeKosBucket(server, 'drop-box');
  await putS3('/drop-box/a');
  const granted = await ext(server, token, '/bucket/drop-box/policy', {
    method: 'POST',
    body: { role: 'storage.objectCreator', member: { type: 'user', id: dave.id } },
  });
  const objects = kosObjects(server, 'drop-box');
  const by = dave;
  assert.ok(granted.status < 300, JSON.stringify(granted.json));
  assert.equal((await objects.put('new', 'bytes', { by })).status, 200);
  assertKosError(await objects.move({ sourceKey: 'a', destinationKey: 'b' }, { by }), 403, 'Forbidden');
  assertKosError(await objects.rename({ oldKey: 'new', newKey: 'b' }, { by }), 403, 'Forbidden');
  assertKosError(await objects.remove({ objectkey: 'new' }, { by }), 403, 'Forbidden');
});

test('every door sees the same', async () => {
  await makeKosBucket(server, 'doors-box');
  const objects = kosObjects(server, 'doors-box');
  const s3 = s3Client(server, alice);
  const multipart = { Bucket: 'doors-box', Key: 'by/parts' };
  const { UploadId } = await s3.createMultipartUpload({ ...multipart, Metadata: { colour: 'blue' } });
  const Parts = [];
  for (let PartNumber = 1; PartNumber <= 2; PartNumber += 1) {
    const Body = Buffer.alloc(5 * 1024 * 1024, `part ${PartNumber}`);
    Parts.push({ PartNumber, ...(await s3.uploadPart({ ...multipart, UploadId, PartNumber, Body })) });
  }
  const { ETag } = await s3.completeMultipartUpload({ ...multipart, UploadId, MultipartUpload: { Parts } });
  const swift = (method: string, name: string) =>
    swiftRequest(server, method, `/v1/${demo.id}/doors-box/${name}`, { headers: { 'X-Auth-Token': token } });

  assert.equal((await objects.rename({ oldKey: 'by/parts', newKey: 'renamed' })).status, 200);
  const head = await s3.headObject({ Bucket: 'doors-box', Key: 'renamed', PartNumber: 1 });
  assert.deepEqual([head.Metadata, head.ETag, head.PartsCount], [{ colour: 'blue' }, ETag, 2]);
  assert.equal(
    (await rawS3(server, { method: 'HEAD', target: '/doors-box/by/parts', user: alice })).status,
    404,
  );
  const seen = await swift('HEAD', 'renamed');
  assert.deepEqual([seen.status, seen.headers['x-object-meta-colour']], [200, 'blue']);

  await objects.put('by-kos', 'from kos');
  assert.equal((await rawS3(server, { target: '/doors-box/by-kos', user: alice })).text, 'from kos');
  const put = await swiftRequest(server, 'PUT', `/v1/${demo.id}/doors-box/by-swift`, {
    headers: { 'X-Auth-Token': token },
    body: 'from swift',
  });
  assert.equal(put.status, 201);
  assert.equal(await (await objects.get('by-swift')).text(), 'from swift');
  assert.deepEqual(await objects.names(), ['by-kos', 'by-swift', 'renamed']);
  assert.equal((await objects.remove({ objectkey: 'by-swift' })).status, 200);
  assert.equal((await swift('HEAD', 'by-swift')).status, 404);
});

test('the trail names the object of every call, refusals too', async () => {
  await makeKosBucket(server, 'trail-box');
  const objects = kosObjects(server, 'trail-box');
  await objects.put('k', 'bytes');
  await objects.metadata({ objectkey: 'k' });
  await objects.download({ objectkey: 'k' });
  await objects.rename({ oldKey: 'k', newKey: 'l' }, { by: carol });
  await objects.rename({ oldKey: 'k', newKey: 'l' });
  await objects.move({ sourceKey: 'k', destinationKey: 'm' });
  await objects.upload({ prefix: 'k' });
  const events = await awaitEvents(server, token, '?resourceName=trail-box/k', 7);
  const told = events.map(({ eventName, response }) => `${eventName} ${response.status}`);
  assert.deepEqual(told.sort(), [
    'DownloadObject 200',
    'GetObjectMetadata 200',
    'MoveObject 404',
    'PutObject 200',
    'RenameObject 200',
    'RenameObject 403',
    'UploadObject 201',
  ]);
  const [arrival] = await awaitEvents(server, token, '?resourceName=trail-box/l', 1);
  assert.deepEqual(
    [arrival?.eventName, arrival?.response.status, arrival?.user.id],
    ['RenameObject', 200, alice.name],
  );
  assert.equal((await awaitEvents(server, token, '?resourceName=trail-box/m', 0)).length, 0);
  const [folder] = await awaitEvents(server, token, '?resourceName=trail-box/k/', 1);
  assert.equal(folder?.eventName, 'UploadObject');
  const text = JSON.stringify(events);
  assert.ok(!text.includes('X-Amz-Security-Token') && !text.includes('X-Amz-Signature'));
});

test('keys and answers do not run away: one bucket is not another, however a name is written', async () => {
  await makeKosBucket(server, 'inner-box');
  await makeKosBucket(server, 'outer-box');
  await putS3('/outer-box/secret', 'secret');
  const objects = kosObjects(server, 'inner-box');
  for (const objectkey of [
    '../outer-box/secret',
    '/outer-box/secret',
    '%2e%2e/outer-box/secret',
    '/../outer-box/secret',
  ]) {
    const answer = await objects.download({ objectkey });
    assert.ok([400, 404].includes(answer.status), answer.text);
  }
  assert.equal((await objects.put('%2e%2e/outer-box/secret', 'harmless')).status, 200);
  assert.equal((await rawS3(server, { target: '/outer-box/secret', user: alice })).text, 'secret');
  assert.deepEqual(await objects.names(), ['%2e%2e/']);
  assert.equal((await kos(server, '/kos/v1/buckets/inner-box%2F..%2Fouter-box/objects')).status, 400);
});
