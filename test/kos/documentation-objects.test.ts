// Krutrim's document of objects (reference 10.7), replayed: every sample, every field, every status row
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { apiKeyOf, assertKosError, fieldsOf, type KosCall, kos, makeKosBucket } from '../support/kos.ts';
import { fetchDescribed } from '../support/kos-document.ts';
import { downloadUrlOf, kosObjects, uploadUrlOf } from '../support/kos-objects.ts';
import { assertKosTime, KosReplay, type Segments, type Served } from '../support/kos-replay.ts';
import { alice, carol, dave } from '../support/seed.ts';

const all = '/kos/v1/buckets/{bucketId}/objects';
const list = `GET ${all}`;
const upload = `PUT ${all}`;
const download = `POST ${all}/download`;
const metadata = `POST ${all}/metadata`;
const remove = `POST ${all}/delete`;
const move = `POST ${all}/move`;
const rename = `POST ${all}/rename`;

/** The object that the calls below are about. */
async function putText(server: Served, bucket: string): Promise<Segments> {
  const begun = await kosObjects(server, bucket).upload({ objectkey: 'text' });
  const headers = { 'Content-Type': 'text/plain' };
  const put = await fetch(uploadUrlOf(begun), { method: 'PUT', headers, body: 'the bytes' });
  assert.equal(put.status, 200, await put.text());
  return {};
}

const bodies = {
  [upload]: { prefix: 'prefix' },
  [download]: { objectkey: 'text' },
  [metadata]: { objectkey: 'text' },
  [remove]: { objectkey: 'text' },
  [move]: { sourceKey: 'text', destinationKey: 'moved', action: 'move' },
  [rename]: { oldKey: 'text', newKey: 'renamed' },
};
const refusals = [400, 401, 403, 404, 500, 503];
const ofObject = (route: keyof typeof bodies, more: readonly number[] = []) => ({
  statuses: [200, ...refusals, ...more] as const,
  prepare: putText,
  body: () => bodies[route],
});

const replay = new KosReplay(
  'objects',
  {
    [list]: { statuses: [200, ...refusals], prepare: putText },
    [upload]: { statuses: [201, ...refusals], body: () => bodies[upload] },
    [download]: ofObject(download),
    [metadata]: ofObject(metadata),
    [remove]: ofObject(remove),
    [move]: ofObject(move),
    [rename]: ofObject(rename, [409]),
  },
  [
    `${upload}: init-upload with uploadPreSignedUrl`,
    `${upload}: multipart/form-data`,
    `${upload}: objectkey or objectKey`,
    `${download}: the file content as binary`,
    `${list}: prefix`,
    `${move}: copy`,
  ],
);

const box = { bucketId: 'doc-objects' };
const objects = () => kosObjects(replay.server, box.bucketId);
const send = (route: string, body: unknown, options: KosCall = {}) =>
  replay.call(route, box, { body, ...options });

replay.sample(upload, async () => {
  await makeKosBucket(replay.server, box.bucketId);
  const made = await send(upload, { prefix: 'prefix' });
  assert.equal(made.status, 201, made.text);
  assert.deepEqual(fieldsOf(made), { objectKey: 'prefix/', message: 'Folder created successfully' });
});

replay.shows(
  [
    `${upload}: init-upload with uploadPreSignedUrl`,
    `${upload}: objectkey or objectKey`,
    'K6: an upload is begun',
    'K7: objectkey and objectKey',
  ],
  `${upload}: as the SDKs do it`,
  async () => {
    for (const name of ['objectkey', 'objectKey']) {
      const begun = await send(upload, { prefix: 'prefix', [name]: name });
      const { uploadPreSignedUrl, ...rest } = fieldsOf(begun);
      const message = 'Send the file by PUT to uploadPreSignedUrl';
      assert.deepEqual([begun.status, rest], [201, { objectKey: `prefix/${name}`, message }]);
      assert.ok(String(uploadPreSignedUrl).startsWith(`${replay.server.url}/doc-objects/prefix/${name}?`));
      assert.equal((await fetch(uploadUrlOf(begun), { method: 'PUT', body: name })).status, 200);
      assert.equal(await (await objects().get(`prefix/${name}`)).text(), name);
    }
  },
);

const proof = { 'x-account-id': apiKeyOf(alice) };

replay.shows([`${upload}: multipart/form-data`], `${upload}: a form with the file`, async () => {
  const form = new FormData();
  form.append('prefix', 'prefix');
  form.append('file', new File(['formed'], 'text'));
  const { status, text } = await fetchDescribed(replay.server, 'PUT', objects().path, {
    headers: proof,
    body: form,
  });
  const stored = { objectKey: 'prefix/text', message: 'File uploaded successfully' };
  assert.deepEqual([status, JSON.parse(text)], [201, stored]);
  assert.equal(await (await objects().get('prefix/text')).text(), 'formed');
});

replay.sample(list, async () => {
  await putText(replay.server, box.bucketId);
  const answer = await replay.call(list, box);
  assert.equal(answer.status, 200, answer.text);
  const { prefix, objects: level } = fieldsOf(answer) as {
    prefix: string;
    objects: Record<string, unknown>[];
  };
  assert.equal(prefix, '');
  const [folder, { lastModified, ...file } = {}] = level;
  assert.deepEqual(folder, { isFolder: true, size: 0, lastModified: null, key: 'prefix/' });
  assert.deepEqual([level.length, file], [2, { isFolder: false, size: 9, key: 'text' }]);
  assertKosTime(lastModified);
});

replay.shows([`${list}: prefix`], `${list}: one level below the prefix`, async () => {
  const answer = await kos(replay.server, `${objects().path}?prefix=prefix/`);
  const { prefix, objects: level } = fieldsOf(answer) as { prefix: string; objects: { key: string }[] };
  const names = level.map(({ key }) => key);
  assert.deepEqual([prefix, names], ['prefix/', ['prefix/objectKey', 'prefix/objectkey', 'prefix/text']]);
});

replay.sample(
  download,
  async () => {
    const answer = await send(download, { objectkey: 'text' });
    const { preSignedUrl, ...rest } = fieldsOf(answer);
    assert.deepEqual([answer.status, rest], [200, { objectKey: 'text' }]);
    assert.ok(String(preSignedUrl).startsWith(`${replay.server.url}/doc-objects/text?`));
    assert.equal(await (await fetch(downloadUrlOf(answer))).text(), 'the bytes');
  },
  'K5: a download is JSON',
);

replay.shows(
  [`${download}: the file content as binary`],
  `${download}: application/octet-stream`,
  async () => {
    const headers = { ...proof, 'Content-Type': 'application/json', Accept: 'application/octet-stream' };
    const body = JSON.stringify({ objectkey: 'text' });
    const answer = await fetchDescribed(replay.server, 'POST', `${objects().path}/download`, {
      headers,
      body,
    });
    assert.deepEqual(answer, { status: 200, text: 'the bytes', type: 'application/octet-stream' });
  },
);

replay.sample(metadata, async () => {
  const answer = await send(metadata, { objectkey: 'text' });
  const { lastModified, ...rest } = fieldsOf(answer);
  assertKosTime(lastModified);
  assert.deepEqual(rest, {
    size_bytes: 9,
    storage_class: 'STANDARD',
    etag: createHash('md5').update('the bytes').digest('hex'),
    contentType: 'text/plain',
    key: 'text',
  });
});

replay.sample(rename, async () => {
  const answer = await send(rename, { oldKey: 'text', newKey: 'renamed' });
  const told = { oldKey: 'text', newKey: 'renamed', message: 'Object renamed successfully' };
  assert.deepEqual([answer.status, answer.json], [200, told]);
  assert.deepEqual(await objects().names(), ['prefix/', 'renamed']);
});

replay.sample(move, async () => {
  const body = { sourceKey: 'renamed', destinationKey: 'text', action: 'move' };
  const answer = await send(move, body);
  const told = { sourceKey: 'renamed', destinationKey: 'text', message: 'File moved successfully' };
  assert.deepEqual([answer.status, answer.json], [200, told]);
  assert.deepEqual(await objects().names(), ['prefix/', 'text']);
});

replay.shows([`${move}: copy`], `${move}: copies`, async () => {
  const body = { sourceKey: 'text', destinationKey: 'copy', action: 'copy' };
  const answer = await send(move, body);
  const told = { sourceKey: 'text', destinationKey: 'copy', message: 'File copied successfully' };
  assert.deepEqual([answer.status, answer.json], [200, told]);
  assert.deepEqual(await objects().names(), ['copy', 'prefix/', 'text']);
});

replay.sample(remove, async () => {
  const answer = await send(remove, { objectkey: 'copy' });
  const told = { objectKey: 'copy', message: 'File deleted successfully' };
  assert.deepEqual([answer.status, answer.json], [200, told]);
  assert.deepEqual(await objects().names(), ['prefix/', 'text']);
});

const long = 'x'.repeat(1025);
const noKeys = [
  {},
  { objectkey: '' },
  { objectkey: 7 },
  { objectkey: long },
  { objectkey: 'a', objectKey: 'b' },
];
const wrongBodies: readonly (readonly [route: string, bodies: readonly unknown[]])[] = [
  [upload, [{}, { prefix: 7 }, { prefix: '..' }, { objectkey: '../text' }, { objectkey: long }]],
  [download, noKeys],
  [metadata, noKeys],
  [remove, noKeys],
  [
    move,
    [
      { sourceKey: 'text' },
      { destinationKey: 'other' },
      { sourceKey: 'text', destinationKey: 'text' },
      { sourceKey: 'text', destinationKey: '../other' },
      { sourceKey: 'text', destinationKey: long },
      { sourceKey: 'text', destinationKey: 'other', action: 'swap' },
    ],
  ],
  [
    rename,
    [
      { oldKey: 'text' },
      { newKey: 'other' },
      { oldKey: 'text', newKey: 'text' },
      { oldKey: 'text', newKey: '..' },
    ],
  ],
];

for (const [route, wrong] of wrongBodies) {
  replay.refuses(route, [400], 'a field that is missing, keys and actions that are none', async () => {
    for (const body of ['{', [], ...wrong]) {
      const answer = await send(route, body);
      const { code } = (fieldsOf(answer) as { error: { code: string } }).error;
      assert.ok(['BadRequest', 'InvalidObjectKey'].includes(code), code);
      assertKosError(answer, 400, code);
    }
    assert.deepEqual(await objects().names(), ['prefix/', 'text']);
  });
}

for (const [route, body] of Object.entries(bodies).filter(([route]) => route !== upload)) {
  replay.refuses(route, [404], 'no such object', async () => {
    const absent = JSON.parse(JSON.stringify(body).replace('"text"', '"absent"')) as unknown;
    assertKosError(await send(route, absent), 404, 'ObjectNotFound');
  });
}

replay.refuses(rename, [409], 'a name that is taken, as often as it is asked', async () => {
  for (let turn = 0; turn < 2; turn += 1) {
    assertKosError(await send(rename, { oldKey: 'text', newKey: 'prefix/text' }), 409, 'AlreadyExists');
  }
  assert.equal(await (await objects().get('prefix/text')).text(), 'formed');
});

const writing = [upload, remove, move, rename];
for (const route of [list, ...Object.keys(bodies)]) {
  replay.refuses(
    route,
    [403],
    'without the role, and from an address that the policy keeps out',
    async () => {
      const body = (bodies as Record<string, object>)[route];
      const options = body === undefined ? {} : { body };
      for (const by of writing.includes(route) ? [dave, carol] : [dave]) {
        assertKosError(await replay.call(route, box, { ...options, by }), 403, 'Forbidden');
      }
      const closed = replay.name();
      await makeKosBucket(replay.server, closed);
      await putText(replay.server, closed);
      const policy = { s3_read_only_ips: ['10.0.0.0/8'] };
      await kos(replay.server, `/kos/v1/buckets/policy/${closed}`, { method: 'POST', body: policy });
      assertKosError(await replay.call(route, { bucketId: closed }, options), 403, 'Forbidden');
    },
  );
}

for (const [kind, status, code] of [
  ['down', 503, 'ServiceUnavailable'],
  ['full', 503, 'InsufficientStorage'],
] as const) {
  replay.refuses(upload, [status], `a form whose bytes meet a store that is ${kind}`, async () => {
    const bucket = replay.name();
    await makeKosBucket(replay.faulty, bucket);
    const path = `/kos/v1/buckets/${bucket}/objects`;
    const put = async () => {
      const form = new FormData();
      form.append('file', new File(['x'.repeat(100_000)], 'large'));
      return fetch(`${replay.faulty.url}${path}`, { method: 'PUT', headers: proof, body: form });
    };
    replay.faulty.blobs.fault = kind === 'full' ? { kind, room: 50_000 } : { kind };
    const refused = await put();
    replay.faulty.blobs.fault = { kind: 'none' };
    const text = await refused.text();
    const answer = {
      status: refused.status,
      headers: refused.headers,
      text,
      json: JSON.parse(text) as unknown,
    };
    assertKosError(answer, status, code);
    assert.deepEqual(await kosObjects(replay.faulty, bucket).list(), []);
    assert.equal((await put()).status, 201);
  });
}

replay.end();
