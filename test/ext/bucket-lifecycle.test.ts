// Lifecycle of a bucket: PUT, GET and DELETE /v1_ext/bucket/{name}/lifecycle (reference 5.7)
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertError, type ExtAnswer, ext, makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { newBucket, s3Client } from '../support/s3.ts';
import { alice, bob, carol, dave, eve } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
let token: string;
before(async () => {
  server = await startServer();
  token = await issueToken(server, alice);
  await makeBucket(server, token, 'ruled');
});
after(() => server.stop());

const type = 'application/xml';
const path = '/bucket/ruled/lifecycle';

function put(
  body: string,
  options: { contentType?: string; by?: string; to?: string } = {},
): Promise<ExtAnswer> {
  const { contentType = type, by = token, to = path } = options;
  return ext(server, by, to, { method: 'PUT', body, headers: { 'Content-Type': contentType } });
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
const document = (...rules: string[]) =>
  `<LifecycleConfiguration>${rules.map((rule) => `<Rule>${rule}</Rule>`).join('')}</LifecycleConfiguration>`;
const inDays = (days: number | string) => `<Expiration><Days>${days}</Days></Expiration>`;
const on = (date: string) => `<Expiration><Date>${date}</Date></Expiration>`;
const enabled = '<Status>Enabled</Status>';

/** KakaoCloud's own sample, without its line breaks. */
const sample = document(
  `<ID>day1Rule</ID>${inDays(1)}<Prefix>expire1/</Prefix>${enabled}`,
  `<ID>dateRule</ID>${on('2023-06-10T00:00:00.000Z')}<Prefix>20230-06-08/</Prefix>${enabled}`,
);

function assertXml(answer: ExtAnswer, expected: string): void {
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers.get('content-type'), 'application/xml; charset=utf-8');
  assert.equal(answer.text, declaration + expected);
}

test('the documented sample is answered as sent, by PUT and by GET; DELETE is 200 without a body', async () => {
  assertXml(await put(`<?xml version="1.0"?>\n${sample.replaceAll('><', '>\n<')}\n`), sample);
  assertXml(await ext(server, token, path), sample);
  const head = await ext(server, token, path, { method: 'HEAD' });
  assert.deepEqual([head.status, head.text], [200, '']);
  const gone = await ext(server, token, path, { method: 'DELETE' });
  assert.deepEqual([gone.status, gone.text], [200, '']);
  assertError(await ext(server, token, path), 404, 'NotFound', /NoSuchLifecycleConfiguration/);
  assert.equal((await ext(server, token, path, { method: 'DELETE' })).status, 200);
});

describe('the prefix is answered where it was sent', () => {
  for (const [what, scope] of [
    ['in the rule', '<Prefix>logs/</Prefix>'],
    ['in a filter', '<Filter><Prefix>logs/</Prefix></Filter>'],
    ['empty in the rule, which means the whole bucket', '<Prefix/>'],
    ['empty in a filter', '<Filter><Prefix/></Filter>'],
    ['in no filter at all', '<Filter/>'],
    [
      'together with sizes',
      '<Filter><And><Prefix>a/</Prefix><ObjectSizeGreaterThan>0</ObjectSizeGreaterThan>' +
        '<ObjectSizeLessThan>100</ObjectSizeLessThan></And></Filter>',
    ],
    ['with entities', '<Prefix>&apos;&quot;&amp;&lt;&gt;&#xd;&#xa;한글/</Prefix>'],
  ] as const) {
    test(what, async () => {
      const rule = document(`<ID>r</ID>${inDays(30)}${scope}${enabled}`);
      assertXml(await put(rule), rule);
      assertXml(await ext(server, token, path), rule);
    });
  }
});

test('PUT replaces the whole document, takes a namespace, and gives rules without an ID one of their own', async () => {
  await put(sample);
  const answer = await put(
    document(
      `${inDays(7)}<Prefix>a</Prefix>${enabled}`,
      `<ID/>${inDays(8)}<Prefix>b</Prefix><Status>Disabled</Status>`,
    ).replace(
      '<LifecycleConfiguration>',
      '<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
    ),
  );
  const ids = [...answer.text.matchAll(/<ID>([^<]+)<\/ID>/g)].map((match) => match[1]);
  assert.equal(new Set(ids).size, 2, answer.text);
  assertXml(
    answer,
    document(
      `<ID>${ids[0]}</ID>${inDays(7)}<Prefix>a</Prefix>${enabled}`,
      `<ID>${ids[1]}</ID>${inDays(8)}<Prefix>b</Prefix><Status>Disabled</Status>`,
    ),
  );
  assert.equal((await ext(server, token, path)).text, answer.text);
});

test('the largest document there can be is kept: a thousand rules, ids of 255 characters, prefixes of 1024 bytes', async () => {
  const rules = Array.from({ length: 1000 }, (_, at) => {
    const id = `${at}`.padStart(255, '<');
    const escaped = id.replaceAll('<', '&lt;');
    return `<ID>${escaped}</ID>${inDays(2 ** 31 - 1)}<Prefix>${'p'.repeat(1024)}</Prefix>${enabled}`;
  });
  assertXml(await put(document(...rules)), document(...rules));
});

describe('400 for a configuration that is wrong; the one before stays', () => {
  const prefix = '<Prefix>a/</Prefix>';
  const wrong: readonly (readonly [what: string, body: string, message?: RegExp])[] = [
    ['no document', ''],
    ['no XML', 'Rule: []'],
    ['XML that is not well-formed', '<LifecycleConfiguration><Rule>'],
    ['a DOCTYPE', `<!DOCTYPE x [<!ENTITY e "x">]>${sample}`],
    ['another root', sample.replaceAll('LifecycleConfiguration', 'Lifecycle')],
    ['no rule', document()],
    ['more than 1000 rules', document(...Array(1001).fill(`${inDays(1)}${prefix}${enabled}`))],
    ['an unknown element', document(`${inDays(1)}${prefix}${enabled}<Color>red</Color>`)],
    [
      'an ID longer than 255 characters',
      document(`<ID>${'x'.repeat(256)}</ID>${inDays(1)}${prefix}${enabled}`),
      /255/,
    ],
    [
      'the same ID twice',
      document(
        `<ID>a</ID>${inDays(1)}${prefix}${enabled}`,
        `<ID>a</ID>${inDays(2)}<Prefix>b</Prefix>${enabled}`,
      ),
      /unique/,
    ],
    ['two IDs in one rule', document(`<ID>a</ID><ID>b</ID>${inDays(1)}${prefix}${enabled}`)],
    ['no Expiration', document(`${prefix}${enabled}`), /Expiration/],
    ['an empty Expiration', document(`<Expiration/>${prefix}${enabled}`), /Days or Date/],
    [
      'Days and Date together',
      document(
        `<Expiration><Days>1</Days><Date>2030-01-01T00:00:00.000Z</Date></Expiration>${prefix}${enabled}`,
      ),
      /Days or Date/,
    ],
    ['0 days', document(`${inDays(0)}${prefix}${enabled}`), /positive/],
    ['negative days', document(`${inDays(-1)}${prefix}${enabled}`), /positive/],
    ['days that are no whole number', document(`${inDays('1.5')}${prefix}${enabled}`)],
    ['days that are no number', document(`${inDays('one')}${prefix}${enabled}`)],
    ['more days than there are', document(`${inDays(2 ** 31)}${prefix}${enabled}`)],
    ['a date not at midnight', document(`${on('2030-01-01T09:00:00.000Z')}${prefix}${enabled}`), /midnight/],
    [
      'a date with a fraction of a second',
      document(`${on('2030-01-01T00:00:00.001Z')}${prefix}${enabled}`),
      /midnight/,
    ],
    ['a date of another form', document(`${on('2030-01-01')}${prefix}${enabled}`)],
    ['a date in another zone', document(`${on('2030-01-01T09:00:00.000+09:00')}${prefix}${enabled}`)],
    ['a date whose hour is the next day', document(`${on('2030-01-01T24:00:00.000Z')}${prefix}${enabled}`)],
    ['a date past all years', document(`${on('9999-12-31T24:00:00.000Z')}${prefix}${enabled}`)],
    ['a date that no calendar has', document(`${on('2030-02-30T00:00:00.000Z')}${prefix}${enabled}`)],
    ['no Status', document(`${inDays(1)}${prefix}`), /Status/],
    ['another Status', document(`${inDays(1)}${prefix}<Status>enabled</Status>`), /Status/],
    ['neither Prefix nor Filter', document(`${inDays(1)}${enabled}`), /Prefix/],
    ['both Prefix and Filter', document(`${inDays(1)}${prefix}<Filter>${prefix}</Filter>${enabled}`)],
    [
      'a prefix longer than any key',
      document(`${inDays(1)}<Prefix>${'한'.repeat(342)}</Prefix>${enabled}`),
      /1024/,
    ],
    ['two prefixes', document(`${inDays(1)}${prefix}${prefix}${enabled}`)],
    [
      'sizes that nothing lies between',
      document(
        `${inDays(1)}<Filter><And><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan>` +
          `<ObjectSizeLessThan>5</ObjectSizeLessThan></And></Filter>${enabled}`,
      ),
    ],
    [
      'two conditions without And',
      document(`${inDays(1)}<Filter>${prefix}<ObjectSizeLessThan>5</ObjectSizeLessThan></Filter>${enabled}`),
    ],
  ];
  for (const [what, body, message] of wrong) {
    test(what, async () => {
      assert.equal((await put(sample)).status, 200);
      assertError(await put(body), 400, 'BadRequest', message);
      assertXml(await ext(server, token, path), sample);
    });
  }

  test('another Content-Type', async () => {
    for (const contentType of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
      assertError(await put(sample, { contentType }), 400, 'BadRequest', /Content-Type/);
    }
    for (const contentType of ['text/xml', 'application/xml; charset=UTF-8']) {
      assertXml(await put(sample, { contentType }), sample);
    }
  });

  test('a name no bucket can have', async () => {
    const to = '/bucket/NO/lifecycle';
    assertError(await put(sample, { to }), 400, 'BadRequest');
    for (const method of ['GET', 'DELETE'])
      assertError(await ext(server, token, to, { method }), 400, 'BadRequest');
  });
});

test('501 by name for what S3 knows and buckets here cannot do', async () => {
  for (const [name, body] of [
    ['Transition', `${inDays(1)}<Transition><Days>1</Days><StorageClass>GLACIER</StorageClass></Transition>`],
    ['NoncurrentVersionExpiration', '<NoncurrentVersionExpiration/>'],
    ['NoncurrentVersionTransition', '<NoncurrentVersionTransition/>'],
    [
      'ExpiredObjectDeleteMarker',
      '<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>',
    ],
  ] as const) {
    assertError(await put(document(`${body}<Prefix/>${enabled}`)), 501, 'NotImplemented', new RegExp(name));
  }
  const tagged = '<Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter>';
  assertError(await put(document(`${inDays(1)}${tagged}${enabled}`)), 501, 'NotImplemented', /Tag/);
});

test('404 for an absent bucket, 401 without a token, for every call', async () => {
  for (const method of ['PUT', 'GET', 'DELETE'] as const) {
    const call = method === 'PUT' ? { method, body: sample, headers: { 'Content-Type': type } } : { method };
    assertError(await ext(server, token, '/bucket/absent-bucket/lifecycle', call), 404, 'NotFound');
    assertError(await ext(server, undefined, path, call), 401, 'Unauthorized');
    assertError(await ext(server, 'gAAAAABwrong', path, call), 401, 'Unauthorized');
  }
});

test('all calls need storage.buckets.update, reading too (C24)', async () => {
  assert.equal((await put(sample)).status, 200);
  const member = await issueToken(server, bob);
  assertXml(await put(sample, { by: member }), sample);
  assertXml(await ext(server, member, path), sample);
  for (const user of [carol, dave, eve]) {
    const by = await issueToken(server, user);
    assertError(await put(sample, { by }), 403, 'Forbidden', /storage\.buckets\.update/);
    for (const method of ['GET', 'DELETE'])
      assertError(await ext(server, by, path, { method }), 403, 'Forbidden');
  }
  assertXml(await ext(server, token, path), sample);
});

test('it is the document that S3 reads and writes, and goes with the bucket', async () => {
  const s3 = s3Client(server, alice);
  const Bucket = await newBucket(s3);
  const to = `/bucket/${Bucket}/lifecycle`;
  assert.equal((await put(sample, { to })).status, 200);
  const { Rules } = await s3.getBucketLifecycleConfiguration({ Bucket });
  assert.deepEqual(Rules, [
    { ID: 'day1Rule', Status: 'Enabled', Prefix: 'expire1/', Expiration: { Days: 1 } },
    {
      ID: 'dateRule',
      Status: 'Enabled',
      Prefix: '20230-06-08/',
      Expiration: { Date: new Date('2023-06-10T00:00:00.000Z') },
    },
  ]);
  await s3.putBucketLifecycleConfiguration({
    Bucket,
    LifecycleConfiguration: {
      Rules: [
        {
          ID: 'by-s3',
          Status: 'Disabled',
          Filter: { Prefix: 'x' },
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 },
        },
      ],
    },
  });
  const written = document(
    '<ID>by-s3</ID><Filter><Prefix>x</Prefix></Filter><Status>Disabled</Status>' +
      '<AbortIncompleteMultipartUpload><DaysAfterInitiation>3</DaysAfterInitiation></AbortIncompleteMultipartUpload>',
  );
  assertXml(await ext(server, token, to), written);
  assertXml(await put(written, { to }), written);
  await s3.deleteBucket({ Bucket });
  await s3.createBucket({ Bucket });
  assertError(await ext(server, token, to), 404, 'NotFound');
});
