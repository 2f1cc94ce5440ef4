// The front-end on a core in memory: what needs a grant, a clock or an object that no call of Swift itself makes.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  bodyOf,
  bucketName,
  memoryCore,
  noSignal,
  objectKeyOf,
  plainAttributes,
  testActor,
  testProject,
} from '../../../test/support/memory-core.ts';
import { MalformedTarget } from '../../base/http/query.ts';
import type { Reply } from '../../base/http/reply.ts';
import { RequestView } from '../../base/http/request-view.ts';
import { collect } from '../../base/streams/collect.ts';
import { createBucket } from '../../core/buckets/create.ts';
import { updateBucket } from '../../core/buckets/update.ts';
import type { Core } from '../../core/core.ts';
import { CoreError } from '../../core/errors.ts';
import { completeUpload } from '../../core/multipart/complete.ts';
import { startUpload } from '../../core/multipart/start.ts';
import { uploadPart } from '../../core/multipart/upload-part.ts';
import { putObject } from '../../core/objects/put.ts';
import { ProtocolError } from '../failure.ts';
import { createSwift } from './index.ts';

const swift = createSwift({ region: 'kr-central-2', publicUrl: 'https://store.example.com' });
const bucket = bucketName('box');
const account = `/v1/${testProject}`;

/** A request as the pipeline carries it out, without a body. */
async function ask(
  core: Core,
  method: string,
  url: string,
  headers: Record<string, string> = {},
): Promise<Reply & { text: string }> {
  const request = new RequestView(
    { method, url, rawHeaders: Object.entries(headers).flat() },
    { address: '127.0.0.1', secure: false, requestId: 'f'.repeat(32), receivedAt: core.clock() },
  );
  const answer = async () => {
    const call = swift.resolve(request);
    const { actor } = await call.authenticate(core);
    const prepared = call.prepare();
    await prepared.authorize(core, actor);
    return prepared.run({ core, actor, body: undefined, signal: noSignal });
  };
  const reply = await answer().catch((error: unknown) => {
    if (error instanceof CoreError || error instanceof ProtocolError || error instanceof MalformedTarget) {
      return swift.renderError(error, request);
    }
    throw error;
  });
  const { body = '' } = reply;
  const streamed = typeof body === 'string' || body instanceof Uint8Array ? Buffer.from(body) : body;
  const text = Buffer.isBuffer(streamed) ? streamed : await collect(streamed, 1 << 20);
  return { ...reply, text: text.toString() };
}

async function coreWithBucket(): Promise<Awaited<ReturnType<typeof memoryCore>>> {
  const core = await memoryCore();
  await createBucket(core, testActor, { name: bucket, project: testProject });
  return core;
}

async function store(core: Core, key: string, text: string, deleteAt?: number): Promise<void> {
  await putObject(core, testActor, {
    bucket,
    key: objectKeyOf(key),
    attributes: { ...plainAttributes, ...(deleteAt === undefined ? {} : { deleteAt }) },
    conditions: {},
    body: bodyOf(text),
    expected: [],
    signal: noSignal,
  });
}

async function makePublic(core: Core): Promise<void> {
  await updateBucket(core, bucket, ({ grants }) => ({
    grants: [
      ...grants,
      { id: '0'.repeat(32), role: 'storage.objectReader', member: { type: 'all_users', id: 'all' } },
    ],
  }));
}

describe('a bucket that all may read', () => {
  test('is read and listed without a token, in both dialects', async () => {
    const core = await coreWithBucket();
    await store(core, 'o', 'hello');
    assert.equal((await ask(core, 'GET', `${account}/box/o`)).status, 401);
    await makePublic(core);
    for (const name of [testProject, `AUTH_${testProject}`]) {
      assert.equal((await ask(core, 'GET', `/v1/${name}/box/o`)).text, 'hello');
      assert.equal((await ask(core, 'HEAD', `/v1/${name}/box/o`)).status, 200);
      assert.equal((await ask(core, 'GET', `/v1/${name}/box`)).text, 'o\n');
      assert.equal((await ask(core, 'HEAD', `/v1/${name}/box`)).status, 204);
      assert.equal((await ask(core, 'GET', `/v1/${name}/box/absent`)).status, 404);
    }
  });

  test('is 401 with a wrong token, and for everything but reading', async () => {
    const core = await coreWithBucket();
    await store(core, 'o', 'hello');
    await makePublic(core);
    const wrong = await ask(core, 'GET', `${account}/box/o`, { 'X-Auth-Token': 'wrong' });
    assert.equal(wrong.status, 401);
    assert.deepEqual(wrong.headers?.['Www-Authenticate'], [
      `Swift realm="${testProject}"`,
      'Keystone uri="https://store.example.com/identity/v3"',
    ]);
    for (const [method, path] of [
      ['POST', '/box'],
      ['DELETE', '/box/o'],
      ['POST', '/box/o'],
      ['GET', ''],
      ['GET', '/other'],
    ] as const) {
      assert.equal((await ask(core, method, `${account}${path}`)).status, 401, `${method} ${path}`);
    }
  });

  test('is not found in another account', async () => {
    const core = await coreWithBucket();
    await store(core, 'o', 'hello');
    await makePublic(core);
    const other = `/v1/${'1'.repeat(32)}`;
    assert.equal((await ask(core, 'GET', `${other}/box/o`)).status, 401);
  });
});

test('an object put together from parts shows its own Etag, and lists it', async () => {
  const core = await coreWithBucket();
  await makePublic(core);
  const key = objectKeyOf('parts');
  const { id: upload } = await startUpload(core, testActor, { bucket, key, attributes: plainAttributes });
  const parts = [];
  for (const [at, text] of ['first ', 'second'].entries()) {
    const address = { bucket, key, upload, part: at + 1 };
    const { etag } = await uploadPart(core, {
      ...address,
      body: bodyOf(text),
      expected: [],
      signal: noSignal,
    });
    parts.push({ part: at + 1, etag });
  }
  const { etag } = await completeUpload(core, testActor, { bucket, key, upload, parts, conditions: {} });
  assert.match(etag, /^[0-9a-f]{32}-2$/);
  const whole = await ask(core, 'GET', `${account}/box/parts`);
  assert.deepEqual([whole.text, whole.headers?.Etag], ['first second', `"${etag}"`]);
  const piece = await ask(core, 'GET', `${account}/box/parts`, { Range: 'bytes=4-7,-1' });
  assert.match(piece.text, /\r\n\r\nt se\r\n[\s\S]*\r\n\r\nd\r\n/);
  const listing = await ask(core, 'GET', `${account}/box?format=json`);
  assert.match(listing.text, new RegExp(`"bytes": 12, "hash": "${etag}", "name": "parts"`));
});

test('an object is there until its X-Delete-At, and absent from then on', async () => {
  const core = await coreWithBucket();
  await makePublic(core);
  await store(core, 'short', 'x', Math.floor(core.clock() / 1000) + 10);
  core.advance(9_999 - (core.clock() % 1000));
  assert.equal((await ask(core, 'GET', `${account}/box/short`)).status, 200);
  core.advance(1);
  assert.equal((await ask(core, 'GET', `${account}/box/short`)).status, 404);
  assert.equal((await ask(core, 'HEAD', `${account}/box/short`)).status, 404);
});

test('every operation has a route of its own and a name of its own', () => {
  assert.equal(new Set(swift.operationNames).size, swift.operationNames.length);
});

test('the front-end owns its paths and no other', () => {
  const owns = (url: string) =>
    swift.owns(
      new RequestView(
        { method: 'GET', url, rawHeaders: [] },
        { address: '', secure: false, requestId: '', receivedAt: 0 },
      ),
    );
  for (const url of ['/v1', '/v1/', '/v1/x', '/v1?x', '/auth/v1.0', '/auth/v1.0/', '/info', '/healthcheck']) {
    assert.ok(owns(url), url);
  }
  for (const url of [
    '/',
    '/v1_ext/bucket',
    '/v1x',
    '/v3',
    '/information',
    '/auth',
    '/identity/v3',
    '/bucket',
  ]) {
    assert.ok(!owns(url), url);
  }
});
