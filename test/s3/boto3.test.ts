// boto3 against the S3 door: names in listings as it decodes them, and metadata as it sends and reads it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { boto3Script } from '../support/boto3.ts';
import { skipUnless } from '../support/clients.ts';
import { rawS3, s3Client, tortureKeys } from '../support/s3.ts';
import { alice } from '../support/seed.ts';
import { startServer } from '../support/start-server.ts';

describe('boto3', { skip: skipUnless('boto3') }, () => {
  it('writes, lists, copies and deletes every kind of key', async () => {
    await using server = await startServer();
    const script = `
s3.create_bucket(Bucket='boto')
for key in data:
    s3.put_object(Bucket='boto', Key=key, Body=key.encode())
bodies = [s3.get_object(Bucket='boto', Key=key)['Body'].read().decode() for key in data]
one = [o['Key'] for p in s3.get_paginator('list_objects').paginate(Bucket='boto', PaginationConfig={'PageSize': 3}) for o in p['Contents']]
two = [o['Key'] for p in s3.get_paginator('list_objects_v2').paginate(Bucket='boto', PaginationConfig={'PageSize': 3}) for o in p['Contents']]
for key in data:
    s3.copy_object(Bucket='boto', Key='copy', CopySource={'Bucket': 'boto', 'Key': key})
    assert s3.get_object(Bucket='boto', Key='copy')['Body'].read().decode() == key
quoted = [key for key in data if not key.startswith('control')]
deleted = s3.delete_objects(Bucket='boto', Delete={'Objects': [{'Key': key} for key in quoted]})
assert 'Errors' not in deleted, deleted
left = [o['Key'] for o in s3.list_objects_v2(Bucket='boto')['Contents']]
print(json.dumps({'bodies': bodies, 'one': one, 'two': two, 'left': left}))`;
    const result = await boto3Script(server, script, tortureKeys);
    const sorted = tortureKeys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const left = ['control\u0001\u007f', 'copy'];
    assert.deepEqual(result, { bodies: tortureKeys, one: sorted, two: sorted, left });
  });

  it('reads metadata beyond ASCII as the bytes that were sent', async () => {
    await using server = await startServer();
    const s3 = s3Client(server, alice);
    await s3.createBucket({ Bucket: 'boto' });
    const raw = Buffer.from('한글', 'utf8').toString('latin1');
    const headers = { 'x-amz-meta-raw': raw, 'x-amz-meta-word': '=?UTF-8?B?7ZWc6riA?=' };
    await rawS3(server, { method: 'PUT', target: '/boto/k', headers, user: alice });
    const script = `
metadata = s3.head_object(Bucket='boto', Key='k')['Metadata']
s3.put_object(Bucket='boto', Key='k', Metadata={'word': metadata['word'], 'plain': 'a b'})
again = s3.head_object(Bucket='boto', Key='k')['Metadata']
print(json.dumps({'raw': metadata['raw'].encode('latin1').decode(), 'again': again}))`;
    assert.deepEqual(await boto3Script(server, script, null), {
      raw: '한글',
      again: { word: '=?UTF-8?B?7ZWc6riA?=', plain: 'a b' },
    });
  });

  it('keeps versions, and empties a bucket of them page by page', async () => {
    await using server = await startServer();
    const script = `
s3.create_bucket(Bucket='boto')
s3.put_object(Bucket='boto', Key='k', Body=b'early')
s3.put_bucket_versioning(Bucket='boto', VersioningConfiguration={'Status': 'Enabled'})
ids = [s3.put_object(Bucket='boto', Key='k', Body=body)['VersionId'] for body in (b'one', b'two')]
marker = s3.delete_object(Bucket='boto', Key='k')
try:
    s3.get_object(Bucket='boto', Key='k')
except s3.exceptions.NoSuchKey as error:
    absent = error.response['ResponseMetadata']['HTTPHeaders']['x-amz-delete-marker']
s3.copy_object(Bucket='boto', Key='k', CopySource={'Bucket': 'boto', 'Key': 'k', 'VersionId': ids[0]})
bodies = [s3.get_object(Bucket='boto', Key='k', **version)['Body'].read().decode()
  for version in ({}, {'VersionId': ids[1]}, {'VersionId': 'null'})]
for number in range(5):
    s3.put_object(Bucket='boto', Key='other/%d' % number, Body=b'x')
before = sum(len(page.get('Versions', [])) + len(page.get('DeleteMarkers', []))
  for page in s3.get_paginator('list_object_versions').paginate(Bucket='boto', PaginationConfig={'PageSize': 2}))
bucket = boto3.resource('s3', endpoint_url=s3.meta.endpoint_url, region_name='kr-central-2',
  aws_access_key_id=data['access'], aws_secret_access_key=data['secret']).Bucket('boto')
bucket.object_versions.page_size(2).delete()
bucket.delete()
print(json.dumps({'absent': absent, 'bodies': bodies, 'marker': marker['DeleteMarker'], 'before': before}))`;
    assert.deepEqual(await boto3Script(server, script, alice.s3Key), {
      absent: 'true',
      bodies: ['one', 'two', 'early'],
      marker: true,
      before: 10,
    });
  });
});
