// X-Delete-At and X-Delete-After: when the time comes the object is gone for every door, and soon from the counts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertFails, s3Client } from '../support/s3.ts';
import { alice } from '../support/seed.ts';
import { useSwift } from '../support/swift.ts';

const swift = useSwift();

test('an object whose time has come is absent for Swift and S3, in reads and listings, and leaves the counts', async () => {
  const account = await swift.account(alice);
  const box = await account.container();
  await account.put(`${box}/dir/short`, 'xyz', { 'X-Delete-After': '2' });
  await account.put(`${box}/stays`, 'x');
  const s3 = s3Client(swift.server, alice);
  const Bucket = box.slice(1);
  assert.equal((await s3.listObjectsV2({ Bucket })).KeyCount, 2);
  assert.equal((await s3.headObject({ Bucket, Key: 'dir/short' })).ContentLength, 3);

  const { headers } = await account.head(`${box}/dir/short`);
  await sleep(Math.max(0, Number(headers['x-delete-at']) * 1000 - Date.now()));
  await assertFails(s3.getObject({ Bucket, Key: 'dir/short' }), 404, 'NoSuchKey');
  await assertFails(
    s3.copyObject({ Bucket, Key: 'copy', CopySource: `${Bucket}/dir/short` }),
    404,
    'NoSuchKey',
  );
  assert.equal((await account.get(`${box}/dir/short`)).status, 404);
  const { Contents, CommonPrefixes } = await s3.listObjectsV2({ Bucket, Delimiter: '/' });
  assert.deepEqual([Contents?.map(({ Key }) => Key), CommonPrefixes], [['stays'], undefined]);
  assert.equal((await account.get(`${box}?delimiter=/`)).text, 'stays\n');

  const counts = async () => {
    const { headers } = await account.head(box);
    return [headers['x-container-object-count'], headers['x-container-bytes-used']].join(' ');
  };
  for (const end = Date.now() + 20_000; Date.now() < end && (await counts()) !== '1 1'; ) await sleep(100);
  assert.equal(await counts(), '1 1');
  await account.delete(`${box}/stays`);
  assert.equal((await account.delete(box)).status, 204);
});

test('a bucket that holds nothing but objects whose time has come can be deleted at once', async () => {
  const account = await swift.account(alice);
  const box = await account.container();
  await account.put(`${box}/short`, 'xyz', { 'X-Delete-After': '1' });
  await sleep(1100);
  assert.equal((await account.delete(box)).status, 204);
});
