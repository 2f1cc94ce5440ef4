/**
 * One bucket with every property that any door knows, changed at each door in turn: what changes is seen by every door that can say it, and
 * nothing else changes anywhere.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type BucketView, changedFacets, viewBucket } from '../support/bucket-view.ts';
import { ext } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { fieldsOf, kos, makeKosBucket } from '../support/kos.ts';
import { rawS3 } from '../support/s3.ts';
import { alice, bob, demo } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { swiftRequest } from '../support/swift.ts';

const bucket = 'every-door';
let server: TestServer;
let token: string;
before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: '2' } });
  token = await issueToken(server, alice);
  await makeKosBucket(server, bucket, {
    description: 'of all doors',
    region: 'In-Hyderabad-1',
    tier: 'slow',
    tags: { from: 'kos' },
  });
});
after(() => server.stop());

type Write = () => Promise<{ readonly status: number; readonly text: string }>;

const byKos =
  (method: string, path: string, body?: unknown): Write =>
  () =>
    kos(server, `/kos/v1/buckets/${path}`, { method, body });
const byS3 =
  (method: string, query: string, body = '', headers: Record<string, string> = {}): Write =>
  () =>
    rawS3(server, { method, target: `/${bucket}?${query}`, user: alice, body, headers });
const byExt =
  (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Write =>
  () =>
    ext(server, token, `/bucket/${bucket}${path}`, { method, body, headers });
const bySwift =
  (headers: Record<string, string>): Write =>
  () =>
    swiftRequest(server, 'POST', `/v1/${demo.id}/${bucket}`, {
      headers: { 'X-Auth-Token': token, ...headers },
    });

const versioning = (status: string) =>
  byS3('PUT', 'versioning', `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`);
const tagging = '<Tagging><TagSet><Tag><Key>from</Key><Value>s3</Value></Tag></TagSet></Tagging>';
const corsOfS3 =
  '<CORSConfiguration><CORSRule><AllowedOrigin>https://a.example</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>';
const corsOfExt = {
  allowed_origins: ['https://b.example'],
  allowed_methods: ['PUT'],
  allowed_headers: ['*'],
  expose_headers: [],
};
const encryption =
  '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>' +
  '</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>';
const rules = (...list: string[]) => `<LifecycleConfiguration>${list.join('')}</LifecycleConfiguration>`;
const rule = (id: string, days: number) =>
  `<Rule><ID>${id}</ID><Filter><Prefix>logs/</Prefix></Filter><Status>Enabled</Status><Expiration><Days>${days}</Days></Expiration></Rule>`;
const xml = { 'Content-Type': 'application/xml' };

const ofTags = ['KOS tags', 'S3 tagging'];
const ofVersioning = ['KOS versioning', 'S3 versioning'];
const ofRules = ['Extension lifecycle', 'KOS rules', 'S3 lifecycle'];
const ofCors = ['Extension cors', 'S3 cors'];
/** Reading for everybody. */
const ofReading = [
  'Extension acl',
  'Extension grants',
  'KOS anonymous_access',
  'S3 acl',
  'Swift x-container-read',
];
const ofEncryption = ['Extension encryption_type', 'Extension use_encryption', 'S3 encryption'];

/** In this order: each begins with what the ones before it left. */
const writes: readonly [name: string, write: Write, changes: readonly string[]][] = [
  ['S3 replaces the tags', byS3('PUT', 'tagging', tagging), ofTags],
  ['KOS replaces the tags', byKos('PUT', bucket, { tags: { from: 'kos again' } }), ofTags],
  ['S3 takes the tags away', byS3('DELETE', 'tagging'), ofTags],
  ['KOS writes tags anew', byKos('PUT', bucket, { tags: { one: '1', two: '2' } }), ofTags],
  ['KOS turns versioning on', byKos('PUT', bucket, { versioning: true }), ofVersioning],
  ['S3 suspends versioning', versioning('Suspended'), ofVersioning],
  ['S3 turns versioning on', versioning('Enabled'), ofVersioning],
  ['KOS suspends versioning', byKos('PUT', bucket, { versioning: false }), ofVersioning],
  ['KOS turns versioning on again', byKos('PUT', bucket, { versioning: true }), ofVersioning],
  ['Swift writes metadata', bySwift({ 'X-Container-Meta-Color': 'blue' }), ['Swift x-container-meta-color']],
  ['the Extension writes CORS', byExt('PUT', '/cors', { cors: [corsOfExt] }), ofCors],
  ['S3 writes CORS', byS3('PUT', 'cors', corsOfS3), ofCors],
  ['S3 turns encryption on', byS3('PUT', 'encryption', encryption), ofEncryption],
  [
    'KOS limits the addresses',
    byKos('POST', `policy/${bucket}`, { s3_read_write_ips: ['127.0.0.1', '10.*.0.1'] }),
    ['KOS addresses'],
  ],
  [
    'KOS adds to the addresses',
    byKos('PUT', `policy/${bucket}`, { s3_read_only_ips: ['::/0'] }),
    ['KOS addresses'],
  ],
  [
    'KOS makes a rule',
    byKos('POST', `${bucket}/lifecycle-rules`, { name: 'old ones', noncurrent_days: 9, attribute: 'C_TIME' }),
    ofRules,
  ],
  ['S3 writes rules', byS3('PUT', 'lifecycle', rules(rule('logs', 3)), {}), ofRules],
  ['the Extension writes rules', byExt('PUT', '/lifecycle', rules(rule('logs', 4)), xml), ofRules],
  ['KOS opens it to all', byKos('PUT', bucket, { anonymous_access: true }), ofReading],
  [
    'the Extension limits that to addresses',
    byExt('POST', '', { acl: { public_read_allow_ip_list: ['192.0.2.0/24'] } }),
    ['Extension acl'],
  ],
  // What it cannot say, it does not take away by saying what is so.
  ['KOS opens what is open', byKos('PUT', bucket, { anonymous_access: true }), []],
  ['S3 opens what is open', byS3('PUT', 'acl', '', { 'x-amz-acl': 'public-read' }), []],
  ['Swift opens what is open', bySwift({ 'X-Container-Read': '.r:*,.rlistings' }), []],
  ['KOS closes it', byKos('PUT', bucket, { anonymous_access: false }), ofReading],
  ['S3 opens it to all', byS3('PUT', 'acl', '', { 'x-amz-acl': 'public-read' }), ofReading],
  ['the Extension closes it', byExt('POST', '', { acl: null }), ofReading],
  ['Swift opens it to all', bySwift({ 'X-Container-Read': '.r:*,.rlistings' }), ofReading],
  ['Swift closes it', bySwift({ 'X-Remove-Container-Read': 'x' }), ofReading],
  ['the Extension opens it to all', byExt('POST', '', { acl: { public: 'read-only' } }), ofReading],
  ['KOS closes it again', byKos('PUT', bucket, { anonymous_access: false }), ofReading],
  // Reading by pages of one host: Swift alone can say it, and it is not reading by all.
  [
    'Swift opens it to a referrer',
    bySwift({ 'X-Container-Read': '.r:.example.com' }),
    ['Swift x-container-read'],
  ],
  [
    'the Extension gives a role that S3 can say',
    byExt('POST', '/policy', { role: 'storage.objectCreator', member: { type: 'user', id: bob.id } }),
    ['Extension grants', 'S3 acl'],
  ],
  [
    'the Extension gives a role that S3 cannot say',
    byExt('POST', '/policy', { role: 'storage.editor', member: { type: 'user', id: bob.id } }),
    ['Extension grants'],
  ],
  ['Swift lets others write', bySwift({ 'X-Container-Write': `*:${bob.id}` }), ['Swift x-container-write']],
  ['S3 opens it to all beside these', byS3('PUT', 'acl', '', { 'x-amz-acl': 'public-read' }), ofReading],
  ['S3 takes the rules away', byS3('DELETE', 'lifecycle'), ofRules],
  ['S3 takes CORS away', byS3('DELETE', 'cors'), ofCors],
  ['S3 turns encryption off', byS3('DELETE', 'encryption'), ofEncryption],
  ['KOS takes the addresses away', byKos('DELETE', `policy/${bucket}`), ['KOS addresses']],
];

for (const [name, write, changes] of writes) {
  test(name, async () => {
    const before = await viewBucket(server, token, bucket);
    const answer = await write();
    assert.ok(answer.status < 300, `${answer.status} ${answer.text}`);
    const after = await viewBucket(server, token, bucket);
    assert.deepEqual(changedFacets(before, after), [...changes].sort(), difference(before, after));
  });
}

function difference(before: BucketView, after: BucketView): string {
  return changedFacets(before, after)
    .map((facet) => `${facet}: ${before[facet]} -> ${after[facet]}`)
    .join('\n');
}

test('what was said at the beginning is still so', async () => {
  const { description, region, tier, tags } = fieldsOf(await kos(server, `/kos/v1/buckets/${bucket}`));
  assert.deepEqual([description, region, tier], ['of all doors', 'In-Hyderabad-1', 'slow']);
  assert.deepEqual(tags, { one: '1', two: '2' });
});
