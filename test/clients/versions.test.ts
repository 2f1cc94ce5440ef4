// Buckets with versioning by real clients: what each shows of versions, restores, and removes for ever; what those that know of none leave.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { boto3Script } from '../support/boto3.ts';
import { skipUnless } from '../support/clients.ts';
import { kos } from '../support/kos.ts';
import { s3Client } from '../support/s3.ts';
import { alice } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { tempDirectory } from '../support/temp.ts';
import { awsCommand } from './adapters/aws.ts';
import type { Command, Endpoint } from './adapters/client.ts';
import { rcloneCommand } from './adapters/rclone.ts';
import { rcloneS3Remote } from './adapters/rclone-s3.ts';
import { s3cmdCommand } from './adapters/s3cmd.ts';

let server: TestServer;
let endpoint: Endpoint;
before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: '2' } });
  endpoint = { url: server.url, user: alice, directory: tempDirectory('versions') };
});
after(() => server.stop());

/** A file with `text`, for clients that upload files. */
function fileOf(name: string, text: string): string {
  const file = join(endpoint.directory, name);
  writeFileSync(file, text);
  return file;
}

async function makeVersioned(Bucket: string): Promise<void> {
  const s3 = s3Client(server, alice);
  await s3.createBucket({ Bucket });
  await s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } });
}

/** How many versions and delete markers there are. */
async function counts(Bucket: string): Promise<[versions: number, markers: number]> {
  const { Versions = [], DeleteMarkers = [] } = await s3Client(server, alice).listObjectVersions({ Bucket });
  return [Versions.length, DeleteMarkers.length];
}

describe('aws', { skip: skipUnless('aws') }, () => {
  const bucket = ['--bucket', 'aws-versions'];
  const object = [...bucket, '--key', 'k'];
  let aws: Command;
  before(() => {
    aws = awsCommand(endpoint);
  });

  interface Told {
    readonly VersionId?: string;
    readonly DeleteMarker?: boolean;
    readonly CopySourceVersionId?: string;
    readonly Status?: string;
    readonly Versions?: { VersionId: string; IsLatest: boolean }[];
    readonly DeleteMarkers?: { VersionId: string; IsLatest: boolean }[];
    readonly Deleted?: { Key: string; VersionId: string }[];
    readonly TagSet?: unknown;
    readonly Rules?: unknown;
  }
  async function api(call: string, ...args: string[]): Promise<Told> {
    const { stdout } = await aws(['s3api', call, ...args, '--output', 'json']);
    return JSON.parse(stdout || '{}') as Told;
  }
  const put = async (text: string) =>
    (await api('put-object', ...object, '--body', fileOf('body', text))).VersionId;
  async function get(...args: string[]): Promise<string> {
    const file = join(endpoint.directory, 'got');
    await api('get-object', ...object, ...args, file);
    return readFileSync(file, 'utf8');
  }

  it('writes, reads, deletes and restores versions', async () => {
    await aws(['s3', 'mb', 's3://aws-versions']);
    assert.deepEqual(await api('get-bucket-versioning', ...bucket), {});
    await api('put-bucket-versioning', ...bucket, '--versioning-configuration', 'Status=Enabled');
    assert.deepEqual(await api('get-bucket-versioning', ...bucket), { Status: 'Enabled' });
    const [first = '', second = ''] = [await put('one'), await put('two')];
    const { Versions = [], DeleteMarkers } = await api('list-object-versions', ...bucket);
    assert.deepEqual(
      Versions.map(({ VersionId, IsLatest }) => [VersionId, IsLatest]),
      [
        [second, true],
        [first, false],
      ],
    );
    assert.equal(DeleteMarkers, undefined);
    assert.deepEqual([await get(), await get('--version-id', first)], ['two', 'one']);

    const marker = await api('delete-object', ...object);
    assert.equal(marker.DeleteMarker, true);
    await assert.rejects(get(), /NoSuchKey/);
    await assert.rejects(get('--version-id', marker.VersionId ?? ''), /MethodNotAllowed/);
    assert.equal(await get('--version-id', second), 'two');
    const restored = await api('delete-object', ...object, '--version-id', marker.VersionId ?? '');
    assert.deepEqual([restored.DeleteMarker, restored.VersionId], [true, marker.VersionId]);
    assert.equal(await get(), 'two');

    const copied = await api('copy-object', ...object, '--copy-source', `aws-versions/k?versionId=${first}`);
    assert.equal(copied.CopySourceVersionId, first);
    assert.equal(await get(), 'one');
    const head = await api('head-object', ...object);
    assert.equal(head.VersionId, copied.VersionId);
  });

  it('removes versions for ever by a list, after which the bucket goes', async () => {
    await aws(['s3', 'rm', '--recursive', 's3://aws-versions']);
    await assert.rejects(aws(['s3', 'rb', 's3://aws-versions']), /BucketNotEmpty/);
    // By pages of one, so that every marker of the listing is taken.
    const { Versions = [], DeleteMarkers = [] } = await api(
      'list-object-versions',
      ...bucket,
      '--page-size',
      '1',
    );
    assert.deepEqual([Versions.length, DeleteMarkers.length], [3, 1]);
    const Objects = [...Versions, ...DeleteMarkers].map(({ VersionId }) => ({ Key: 'k', VersionId }));
    const { Deleted = [] } = await api('delete-objects', ...bucket, '--delete', JSON.stringify({ Objects }));
    assert.equal(Deleted.length, 4);
    assert.deepEqual(await counts('aws-versions'), [0, 0]);
    await aws(['s3', 'rb', 's3://aws-versions']);
  });

  it('writes tags, and rules for versions, and reads them as it wrote them', async () => {
    await makeVersioned('aws-rules');
    const named = ['--bucket', 'aws-rules'];
    const TagSet = [
      { Key: 'team', Value: 'red + blue' },
      { Key: '이름', Value: '옹기' },
    ];
    await api('put-bucket-tagging', ...named, '--tagging', JSON.stringify({ TagSet }));
    assert.deepEqual((await api('get-bucket-tagging', ...named)).TagSet, TagSet);
    const Rules = [
      {
        ID: 'old versions',
        Filter: { Prefix: 'logs/' },
        Status: 'Enabled',
        Expiration: { ExpiredObjectDeleteMarker: true },
        NoncurrentVersionExpiration: { NoncurrentDays: 7, NewerNoncurrentVersions: 3 },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 },
      },
    ];
    const document = JSON.stringify({ Rules });
    await api('put-bucket-lifecycle-configuration', ...named, '--lifecycle-configuration', document);
    const told = await api('get-bucket-lifecycle-configuration', ...named);
    assert.deepEqual(sorted(told.Rules), sorted(Rules));
    const [rule] = (await kos(server, '/kos/v1/buckets/aws-rules/lifecycle-rules')).json as {
      noncurrent_days: number;
    }[];
    assert.equal(rule?.noncurrent_days, 7);
  });
});

/** With the members of every object in the same order. */
const sorted = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, one: unknown) =>
      typeof one === 'object' && one !== null && !Array.isArray(one)
        ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
        : one,
    ),
  );

describe('boto3', { skip: skipUnless('boto3') }, () => {
  it('turns versioning on and off, reads versions, and removes them all with the bucket', async () => {
    const script = `
bucket = resource.Bucket('boto-versions')
bucket.create()
versioning = bucket.Versioning()
states = [versioning.status]
bucket.put_object(Key='k', Body=b'before')
versioning.enable(); versioning.load(); states.append(versioning.status)
ids = [bucket.put_object(Key=key, Body=('%s %d' % (key, n)).encode()).version_id for n in range(3) for key in ('k', 'dir/other')]
obj = bucket.Object('k')
read = [obj.Version(v).get()['Body'].read().decode() for v in (ids[0], 'null')]
obj.delete()
versioning.suspend(); versioning.load(); states.append(versioning.status)
bucket.put_object(Key='k', Body=b'null again')
pages = list(s3.get_paginator('list_object_versions').paginate(Bucket='boto-versions', PaginationConfig={'PageSize': 2}))
listed = [[v['Key'], v['VersionId'] == 'null', v['IsLatest']] for p in pages for v in p.get('Versions', [])]
markers = sum(len(p.get('DeleteMarkers', [])) for p in pages)
some = [v.object_key for v in bucket.object_versions.filter(Prefix='dir/')]
deleted = sum(len(answer['Deleted']) for answer in bucket.object_versions.delete())
left = list(bucket.object_versions.all())
bucket.delete()
print(json.dumps(dict(states=states, read=read, listed=listed, markers=markers, some=some, deleted=deleted, left=len(left), unique=len(set(ids)))))`;
    assert.deepEqual(await boto3Script(server, script), {
      states: [null, 'Enabled', 'Suspended'],
      read: ['k 0', 'before'],
      // The null version of before is gone: what was written without versioning took its place.
      listed: [
        ['dir/other', false, true],
        ['dir/other', false, false],
        ['dir/other', false, false],
        ['k', true, true],
        ['k', false, false],
        ['k', false, false],
        ['k', false, false],
      ],
      markers: 1,
      some: ['dir/other', 'dir/other', 'dir/other'],
      deleted: 8,
      left: 0,
      unique: 6,
    });
  });
});

describe('rclone', { skip: skipUnless('rclone') }, () => {
  const place = 'onggi:rclone-versions';
  let rclone: (...args: string[]) => Promise<string>;
  before(() => {
    const run = rcloneCommand(endpoint, rcloneS3Remote);
    rclone = async (...args) => (await run(args)).stdout;
  });

  it('sees old versions by name, reads them, and cleans them up', async () => {
    await rclone('mkdir', place);
    assert.match(await rclone('backend', 'versioning', place), /Unversioned/);
    assert.match(await rclone('backend', 'versioning', place, 'Enabled'), /Enabled/);
    const local = fileOf('note.txt', 'one');
    await rclone('copyto', local, `${place}/dir/note.txt`);
    fileOf('note.txt', 'a second one');
    await rclone('copyto', local, `${place}/dir/note.txt`);
    await rclone('copyto', local, `${place}/gone.txt`);
    await rclone('deletefile', `${place}/gone.txt`);
    assert.equal((await rclone('lsf', '-R', '--files-only', place)).trim(), 'dir/note.txt');
    const names = (await rclone('lsf', '-R', '--files-only', '--s3-versions', place))
      .trim()
      .split('\n')
      .sort();
    const stamp = /-v\d{4}-\d\d-\d\d-\d{6}-\d{3}/;
    assert.deepEqual(
      names.map((name) => name.replace(stamp, '-v')),
      ['dir/note-v.txt', 'dir/note.txt', 'gone-v.txt'],
    );
    const old = names.find((name) => name.startsWith('dir/note-v'));
    // Its version 1.60 finds old versions in listings only, and not by their names alone.
    const include = ['--include', `/${old}`];
    assert.equal(await rclone('cat', '--s3-versions', ...include, place), 'one');
    assert.equal(await rclone('cat', `${place}/dir/note.txt`), 'a second one');
    await rclone('backend', 'cleanup-hidden', place);
    assert.equal((await rclone('lsf', '-R', '--files-only', '--s3-versions', place)).trim(), 'dir/note.txt');
  });

  it('syncs and empties a bucket as one without versioning, and leaves what it replaced', async () => {
    await makeVersioned('rclone-sync');
    const tree = tempDirectory('tree');
    for (const name of ['a', 'b']) writeFileSync(join(tree, name), name);
    await rclone('sync', tree, 'onggi:rclone-sync');
    writeFileSync(join(tree, 'a'), 'another');
    await rclone('sync', tree, 'onggi:rclone-sync');
    await rclone('check', tree, 'onggi:rclone-sync');
    await rclone('delete', 'onggi:rclone-sync');
    assert.equal(await rclone('lsf', 'onggi:rclone-sync'), '');
    assert.deepEqual(await counts('rclone-sync'), [3, 2]);
  });
});

describe('s3cmd', { skip: skipUnless('s3cmd') }, () => {
  it('puts, replaces, moves and deletes in a bucket with versioning, of which it knows nothing', async () => {
    await makeVersioned('s3cmd-versions');
    const s3cmd = await s3cmdCommand(endpoint);
    const at = (key: string) => `s3://s3cmd-versions/${key}`;
    for (const text of ['one', 'two']) await s3cmd(['put', fileOf('s3cmd.txt', text), at('k')]);
    assert.match((await s3cmd(['info', at('k')])).stdout, /File size: +3\n/);
    await s3cmd(['get', '--force', at('k'), join(endpoint.directory, 'got')]);
    assert.equal(readFileSync(join(endpoint.directory, 'got'), 'utf8'), 'two');
    await s3cmd(['cp', at('k'), at('copy')]);
    await s3cmd(['mv', at('copy'), at('moved')]);
    assert.equal((await s3cmd(['ls', 's3://s3cmd-versions'])).stdout.trim().split('\n').length, 2);
    assert.deepEqual(await counts('s3cmd-versions'), [4, 1]);
    await s3cmd(['del', '--recursive', '--force', 's3://s3cmd-versions']);
    assert.equal((await s3cmd(['ls', 's3://s3cmd-versions'])).stdout, '');
    assert.deepEqual(await counts('s3cmd-versions'), [4, 3]);
    await assert.rejects(s3cmd(['rb', 's3://s3cmd-versions']), /BucketNotEmpty/);
  });
});
