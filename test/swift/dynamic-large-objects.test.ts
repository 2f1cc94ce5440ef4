// Dynamic large objects: whatever a listing finds when they are read; and what real clients make of both kinds
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { runClient, skipUnless } from '../support/clients.ts';
import { s3Client } from '../support/s3.ts';
import { alice, demo } from '../support/seed.ts';
import {
  assertEmpty,
  assertPage,
  assertSentence,
  type SwiftAccount,
  swiftRequest,
  useSwift,
} from '../support/swift.ts';
import { tempDirectory } from '../support/temp.ts';

const md5 = (bytes: string | Uint8Array) => createHash('md5').update(bytes).digest('hex');

let account: SwiftAccount;
let box: string;
let segments: string;
const swift = useSwift(async () => {
  account = await swift.account(alice);
  box = await account.container();
  segments = await account.container();
});

const contents = ['one ', 'two '.repeat(20_000), 'three'];
const whole = contents.join('');
const etag = md5(contents.map((text) => md5(text)).join(''));

/** Stores `contents` under `name` and an object that stands for them at `box/name`. */
async function storeLarge(name: string, body = ''): Promise<string> {
  for (const [i, text] of contents.entries()) await account.put(`${segments}/${name}/${i}`, text);
  const names = { 'X-Object-Manifest': `${segments.slice(1)}/${name}/` };
  const made = await account.put(`${box}/${name}`, body, names);
  assert.deepEqual([made.status, made.headers.etag], [201, md5(body)]);
  return `${box}/${name}`;
}

function same(given: string, expected: string): void {
  assert.ok(given === expected, `${given.length} other characters than expected`);
}

test('a dynamic large object is what is listed when it is read', async () => {
  const path = await storeLarge('read');
  for (const answer of [await account.get(path), await account.head(path)]) {
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-length'], String(whole.length));
    assert.equal(answer.headers.etag, `"${etag}"`);
    assert.equal(answer.headers['x-object-manifest'], `${segments.slice(1)}/read/`);
  }
  same((await account.get(path)).text, whole);
  const range = await account.get(path, { Range: 'bytes=2-6' });
  assert.deepEqual([range.status, range.text], [206, 'e two']);
  assert.equal((await account.get(path, { 'If-None-Match': `"${etag}"` })).status, 304);
  await account.put(`${segments}/read/3`, ' four');
  same((await account.get(path)).text, `${whole} four`);
  await account.delete(`${segments}/read/1`);
  same((await account.get(path)).text, 'one three four');
});

test('it has a body of its own, which is listed and read on request', async () => {
  const path = await storeLarge('own', 'my own');
  same((await account.get(path)).text, whole);
  const own = await account.get(`${path}?multipart-manifest=get`);
  assert.deepEqual([own.text, own.headers.etag], ['my own', md5('my own')]);
  const [entry] = JSON.parse((await account.get(`${box}?format=json&prefix=own`)).text);
  assert.deepEqual([entry.bytes, entry.hash], [6, md5('my own')]);
});

test('POST makes an object dynamic, and an ordinary one again', async () => {
  const path = await storeLarge('posted', 'body');
  assert.equal((await account.post(path, { 'X-Object-Meta-A': '1' })).status, 202);
  assert.equal((await account.get(path)).text, 'body');
  const names = { 'X-Object-Manifest': `${segments.slice(1)}/posted/2` };
  assert.equal((await account.post(path, names)).status, 202);
  assert.equal((await account.get(path)).text, 'three');
});

test('COPY makes a plain object of the whole, or another one that stands for it', async () => {
  const path = await storeLarge('source');
  const plain = await account.call('COPY', path, { headers: { Destination: `${box}/plain` } });
  assert.deepEqual([plain.status, plain.headers.etag], [201, md5(whole)]);
  const other = await account.call('COPY', `${path}?multipart-manifest=get`, {
    headers: { Destination: `${box}/other` },
  });
  assert.equal(other.status, 201);
  for (const i of contents.keys()) await account.delete(`${segments}/source/${i}`);
  same((await account.get(`${box}/plain`)).text, whole);
  assert.equal((await account.head(`${box}/plain`)).headers['x-object-manifest'], undefined);
  assert.equal((await account.get(`${box}/other`)).text, '');
  assert.equal(
    (await account.head(`${box}/other`)).headers['x-object-manifest'],
    `${segments.slice(1)}/source/`,
  );
});

test('it is refused where it names no container and prefix, and absent where they are', async () => {
  for (const value of ['x', '/x', 'x/', 'x//y', 'x/y?z']) {
    const answer = await account.put(`${box}/bad`, '', { 'X-Object-Manifest': value });
    assertSentence(answer, 400, 'X-Object-Manifest must be in the format container/prefix');
  }
  await account.put(`${box}/lost`, '', { 'X-Object-Manifest': 'no-such-container/x' });
  assertPage(await account.get(`${box}/lost`), 404);
  assertEmpty(await account.delete(`${box}/lost`), 204);
});

test('it is not for who may not list or read its segments', async () => {
  const path = await storeLarge('rights');
  await account.post(box, { 'X-Container-Read': '.r:*' });
  const stranger = swift.stranger(demo);
  assert.equal((await stranger.get(path)).status, 403);
  await account.post(segments, { 'X-Container-Read': '.r:*,.rlistings' });
  same((await stranger.get(path)).text, whole);
  await account.post(segments, { 'X-Container-Read': '' });
});

test('a temporary address opens the segments as far as its key goes', async () => {
  const path = await storeLarge('signed');
  await account.post('', { 'X-Account-Meta-Temp-Url-Key': 'of the account' });
  await account.post(box, { 'X-Container-Meta-Temp-Url-Key': 'of the container' });
  const read = (key: string) => {
    const target = `/v1/${account.name}${path}`;
    const expires = Math.floor(Date.now() / 1000) + 300;
    const signature = createHmac('sha256', key).update(`GET\n${expires}\n${target}`).digest('hex');
    return swiftRequest(
      swift.server,
      'GET',
      `${target}?temp_url_sig=${signature}&temp_url_expires=${expires}`,
    );
  };
  same((await read('of the account')).text, whole);
  assert.equal((await read('of the container')).status, 403);
});

test('S3 reads it whole', async () => {
  await storeLarge('s3');
  const s3 = s3Client(swift.server, alice);
  const target = { Bucket: box.slice(1), Key: 's3' };
  const { Body, ETag } = await s3.getObject(target);
  same((await Body?.transformToString()) ?? '', whole);
  assert.equal(ETag, `"${etag}-3"`);
  assert.equal((await s3.headObject({ ...target, IfMatch: ETag })).ContentLength, whole.length);
  await s3.copyObject({ Bucket: target.Bucket, Key: 's3-copy', CopySource: `${target.Bucket}/s3` });
  assert.equal((await s3.headObject({ Bucket: target.Bucket, Key: 's3-copy' })).ETag, `"${md5(whole)}"`);
  s3.destroy();
});

const identity = () => ({
  OS_AUTH_TYPE: 'v3applicationcredential',
  OS_AUTH_URL: `${swift.server.url}/identity/v3`,
  OS_APPLICATION_CREDENTIAL_ID: alice.iamKey.id,
  OS_APPLICATION_CREDENTIAL_SECRET: alice.iamKey.secret,
  OS_IDENTITY_API_VERSION: '3',
});

async function run(program: string, env: Record<string, string>, args: readonly string[], cwd: string) {
  const ran = await runClient(program, args, { env, cwd });
  assert.equal(ran.code, 0, `${program} ${args.join(' ')}\n${ran.stdout}\n${ran.stderr}`);
  return ran.stdout;
}

const large = Buffer.from(Array.from({ length: 2_500_000 }, (_, i) => (i * i) % 251));

describe('swift', { skip: skipUnless('swift') }, () => {
  for (const [kind, flags] of [
    ['dynamic', []],
    ['static', ['--use-slo']],
  ] as const) {
    test(`uploads, downloads and deletes a ${kind} large object`, async () => {
      const cwd = tempDirectory(`swift-${kind}`);
      writeFileSync(join(cwd, 'large file.bin'), large);
      const name = `cli-${kind}`;
      const cli = (...args: string[]) => run('swift', identity(), args, cwd);
      await cli('upload', name, 'large file.bin', '-S', '1048576', ...flags);
      assert.equal((await cli('list', `${name}_segments`)).trim().split('\n').length, 3);
      await cli('download', name, 'large file.bin', '--output', 'back');
      assert.ok(readFileSync(join(cwd, 'back')).equals(large));
      // Again, over the first one, whose segments it removes.
      writeFileSync(join(cwd, 'large file.bin'), large.subarray(0, 1_500_000));
      await cli('upload', name, 'large file.bin', '-S', '1048576', ...flags);
      assert.equal((await cli('list', `${name}_segments`)).trim().split('\n').length, 2);
      await cli('delete', name, 'large file.bin');
      assert.equal(await cli('list', `${name}_segments`), '');
    });
  }
});

test('rclone copies above its chunk size, there and back', { skip: skipUnless('rclone') }, async () => {
  const cwd = tempDirectory('rclone-large');
  mkdirSync(join(cwd, 'from'));
  writeFileSync(join(cwd, 'from', 'large.bin'), large);
  const env = {
    RCLONE_CONFIG: join(cwd, 'no-rclone.conf'),
    RCLONE_CONFIG_ONGGI_TYPE: 'swift',
    RCLONE_CONFIG_ONGGI_AUTH: `${swift.server.url}/v3`,
    RCLONE_CONFIG_ONGGI_AUTH_VERSION: '3',
    RCLONE_CONFIG_ONGGI_APPLICATION_CREDENTIAL_ID: alice.iamKey.id,
    RCLONE_CONFIG_ONGGI_APPLICATION_CREDENTIAL_SECRET: alice.iamKey.secret,
    RCLONE_RETRIES: '1',
  };
  const cli = (...args: string[]) => run('rclone', env, args, cwd);
  await cli('copy', 'from', 'onggi:rclone-large', '--swift-chunk-size', '1M');
  await cli('copy', 'onggi:rclone-large', 'to');
  assert.ok(readFileSync(join(cwd, 'to', 'large.bin')).equals(large));
  await cli('delete', 'onggi:rclone-large');
  assert.equal((await account.get('/rclone-large')).text, '');
});

test('openstack stores and saves over a large object', { skip: skipUnless('openstack') }, async () => {
  const path = await storeLarge('openstack');
  const cwd = tempDirectory('openstack-large');
  await run('openstack', identity(), ['object', 'save', box.slice(1), 'openstack', '--file', 'back'], cwd);
  same(readFileSync(join(cwd, 'back'), 'utf8'), whole);
  await run('openstack', identity(), ['object', 'create', box.slice(1), 'back', '--name', 'openstack'], cwd);
  same((await account.get(path)).text, whole);
  assert.equal((await account.head(path)).headers['x-object-manifest'], undefined);
});
