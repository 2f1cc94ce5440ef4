// The Bucket API's document, replayed: the rules that hang on a bucket, CORS and lifecycle
import assert from 'node:assert/strict';
import { Documentation } from '../support/documentation.ts';
import { assertError } from '../support/ext.ts';
import { alice, dave, demo, type TestUser } from '../support/seed.ts';
import { swiftRequest } from '../support/swift.ts';
import { sampled, statuses, useBucketApi } from './bucket-replay.ts';

const bucketRules = new Documentation('Bucket API: CORS and lifecycle', [
  ...sampled('set CORS', 200, 400, 401, 403, 404),
  'set CORS: empty removes',
  ...sampled('get CORS', 200, 400, 401, 403),
  ...sampled('preflight', 200, 403),
  ...sampled('request with Origin', 200, 401, 403),
  ...sampled('set lifecycle', 200, 400, 401, 403, 404),
  ...sampled('get lifecycle', 200, 400, 401, 403, 404),
  ...sampled('delete lifecycle', 200, 400, 401, 403, 404),
]);

const api = useBucketApi();
const { tokenOf, call, swift, assertRefused } = api;

const rules = {
  cors: [
    {
      allowed_origins: ['https://www.example1.com'],
      allowed_headers: ['*'],
      allowed_methods: ['PUT', 'GET'],
      expose_headers: [],
      max_age_seconds: 10,
    },
    {
      allowed_origins: ['https://www.example2.com'],
      allowed_headers: ['*'],
      allowed_methods: ['PUT', 'GET', 'DELETE'],
      expose_headers: ['X-Object-Meta-User-Defined'],
      max_age_seconds: 10,
    },
  ],
};
const corsOf = (name: string) => `/bucket/${name}/cors`;

bucketRules.shows(
  [...sampled('set CORS', 200), 'set CORS: empty removes', ...sampled('get CORS', 200)],
  'CORS: the samples, set, read and removed',
  async () => {
    for (const empty of ['', { cors: [] }]) {
      for (const method of ['PUT', 'POST']) {
        const set = await call(corsOf('doc-cors'), { method, body: rules });
        assert.deepEqual([set.status, set.json], [200, rules]);
        assert.deepEqual((await call(corsOf('doc-cors'))).json, rules);
      }
      assert.equal((await call(corsOf('doc-cors'), { method: 'PUT', body: empty })).status, 200);
      assert.deepEqual((await call(corsOf('doc-cors'))).json, { cors: [] });
    }
  },
);

bucketRules.shows(
  [...statuses('set CORS', 400, 401, 403, 404), ...statuses('get CORS', 400, 401, 403)],
  'CORS: its refusals',
  async () => {
    for (const options of [{ method: 'PUT', body: rules }, {}]) {
      assertError(await call(corsOf('Bad_Name!'), options), 400, 'BadRequest');
      await assertRefused(corsOf, options);
    }
    const eleven = { cors: Array.from({ length: 11 }, () => rules.cors[0]) };
    assertError(await call(corsOf('doc-cors'), { method: 'PUT', body: eleven }), 400, 'BadRequest');
  },
);

const corsPaths = [
  `/v1/${demo.id}/doc-cors`,
  `/v1/${demo.id}/doc-cors/test.txt`,
  '/doc-cors',
  '/doc-cors/test.txt',
];

bucketRules.shows(
  [...sampled('preflight', 200, 403)],
  'preflight: the sample on every path, without a token',
  async () => {
    await call(corsOf('doc-cors'), { method: 'PUT', body: rules });
    for (const path of corsPaths) {
      const ask = (origin: string) =>
        swiftRequest(api.server, 'OPTIONS', path, {
          headers: {
            Origin: origin,
            'Access-Control-Request-Headers': 'X-Auth-Token,Content-Type',
            'Access-Control-Request-Method': 'GET',
          },
        });
      const { status, headers } = await ask('https://www.example1.com');
      assert.equal(status, 200, path);
      const shown = Object.entries(headers).filter(([name]) =>
        /^(access-control|vary|strict|content-length)/.test(name),
      );
      assert.deepEqual(Object.fromEntries(shown), {
        'content-length': '0',
        'access-control-allow-credentials': 'true',
        'access-control-allow-headers': '*',
        'access-control-allow-methods': 'PUT, GET',
        'access-control-allow-origin': 'https://www.example1.com',
        'access-control-expose-headers': '',
        'access-control-max-age': '10',
        vary: 'Origin',
        'strict-transport-security': 'max-age=31536000; includeSubDomains',
      });
      const other = await ask('https://elsewhere.example.com');
      assert.equal(other.status, 403, path);
      assert.deepEqual(
        Object.keys(other.headers).filter((name) => name.startsWith('access-control')),
        [],
      );
    }
  },
);

bucketRules.shows(
  [...sampled('request with Origin', 200, 401, 403)],
  'request with Origin: the sample and its refusals',
  async () => {
    await swift(alice).put('/doc-cors/test.txt', '0123456789', { 'Content-Type': 'text/plain' });
    const read = (by: TestUser | undefined, origin = 'https://www.example1.com') =>
      swift(by).get('/doc-cors/test.txt', { Origin: origin });
    const { status, headers } = await read(alice);
    assert.equal(status, 200);
    assert.deepEqual(
      [
        'content-type',
        'content-length',
        'vary',
        'access-control-allow-credentials',
        'access-control-allow-origin',
        'access-control-allow-methods',
        'access-control-expose-headers',
      ].map((name) => headers[name]),
      ['text/plain', '10', 'Origin', 'true', 'https://www.example1.com', 'PUT, GET', ''],
    );
    assert.ok(headers.etag && headers['last-modified']);
    const foreign = await read(alice, 'https://elsewhere.example.com');
    assert.equal(foreign.status, 200);
    assert.equal(foreign.headers['access-control-allow-methods'], undefined);
    assert.equal((await read(undefined)).status, 401);
    assert.equal((await read(dave)).status, 403);
  },
);

const rule = (id: string, when: string, prefix: string) =>
  `<Rule><ID>${id}</ID><Expiration>${when}</Expiration><Prefix>${prefix}</Prefix><Status>Enabled</Status></Rule>`;
const lifecycle =
  `<LifecycleConfiguration>${rule('day1Rule', '<Days>1</Days>', 'expire1/')}` +
  `${rule('dateRule', '<Date>2023-06-10T00:00:00.000Z</Date>', '20230-06-08/')}</LifecycleConfiguration>`;
const lifecycleOf = (name: string) => `/bucket/${name}/lifecycle`;
const asXml = { 'Content-Type': 'application/xml' };

/** The Extension's answers here are XML, which `ext` would take for JSON. */
async function lifecycleCall(method: string, body?: string) {
  const response = await fetch(`${api.server.url}/v1_ext${lifecycleOf('doc-box')}`, {
    method,
    headers: { 'X-Auth-Token': tokenOf(alice), ...(body === undefined ? {} : asXml) },
    ...(body === undefined ? {} : { body: `<?xml version="1.0"?>\n${body}` }),
  });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

bucketRules.shows(
  [...sampled('set lifecycle', 200), ...sampled('get lifecycle', 200)],
  'lifecycle: the sample, stored and read',
  async () => {
    for (const [method, body] of [
      ['PUT', lifecycle],
      ['GET', undefined],
    ] as const) {
      const { status, type, text } = await lifecycleCall(method, body);
      assert.deepEqual([status, type], [200, 'application/xml; charset=utf-8'], text);
      assert.equal(text.replaceAll(/\n\s*/g, ''), `<?xml version="1.0" encoding="UTF-8"?>${lifecycle}`);
    }
  },
);

bucketRules.shows(
  [...sampled('delete lifecycle', 200)],
  'lifecycle: the sample of its deletion',
  async () => {
    const { status, text } = await lifecycleCall('DELETE');
    assert.deepEqual([status, text], [200, '']);
    assert.equal((await lifecycleCall('GET')).status, 404);
  },
);

for (const [what, options] of [
  ['set', { method: 'PUT', body: lifecycle, headers: asXml }],
  ['get', {}],
  ['delete', { method: 'DELETE' }],
] as const) {
  bucketRules.shows(
    statuses(`${what} lifecycle`, 400, 401, 403, 404),
    `${what} lifecycle: its refusals`,
    async () => {
      assertError(await call(lifecycleOf('Bad_Name!'), options), 400, 'BadRequest');
      await assertRefused(lifecycleOf, options);
      if (what !== 'set') return;
      const noon = lifecycle.replace('T00:00:00', 'T12:00:00');
      assertError(await call(lifecycleOf('doc-box'), { ...options, body: noon }), 400, 'BadRequest');
    },
  );
}

bucketRules.end();
