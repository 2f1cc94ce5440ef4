// Regions: those of the configuration stand in the catalog, and only kr-central-1 has hot and cold buckets.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { assertError, type ExtAnswer, ext, makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { rawS3 } from '../support/s3.ts';
import { alice } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
let token: string;
before(async () => {
  server = await startServer({ env: { ONGGI_REGIONS: 'kr-central-1, In-Bangalore-1' } });
  token = await issueToken(server, alice);
});
after(() => server.stop());

/** Creation through a host name, which `fetch` would not let us choose. */
function createAt(host: string, body: unknown): Promise<Pick<ExtAnswer, 'status' | 'json'>> {
  const url = new URL(server.url);
  return new Promise((resolve, reject) => {
    const headers = { Host: host, 'X-Auth-Token': token, 'Content-Type': 'application/json' };
    const request = http.request(
      { hostname: url.hostname, port: url.port, method: 'PUT', path: '/v1_ext/bucket', headers },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, json: JSON.parse(text) as unknown }),
        );
      },
    );
    request.on('error', reject).end(JSON.stringify(body));
  });
}

const first = 'objectstorage.kr-central-1.kakaocloud.com';
const items = (answer: ExtAnswer) =>
  (answer.json as { items: { name: string; type: string }[] }).items.map(
    ({ name, type }) => `${name} ${type}`,
  );

test('every region stands in the catalog, the own one first', async () => {
  const answer = await fetch(`${server.url}/v3/auth/catalog`, { headers: { 'X-Auth-Token': token } });
  const { catalog } = (await answer.json()) as {
    catalog: {
      type: string;
      endpoints: { interface: string; region: string; region_id: string; id: string }[];
    }[];
  };
  for (const service of catalog) {
    const open = service.endpoints.filter((endpoint) => endpoint.interface === 'public');
    assert.deepEqual(
      open.map(({ region }) => region),
      ['kr-central-2', 'kr-central-1', 'In-Bangalore-1'],
    );
    assert.deepEqual(
      open.map(({ region_id: id }) => id),
      open.map(({ region }) => region),
    );
    assert.equal(new Set(service.endpoints.map(({ id }) => id)).size, service.endpoints.length);
  }
});

test('hot and cold in kr-central-1: stored, shown, found by the list', async () => {
  await makeBucket(server, token, 'plain-box');
  for (const type of ['hot', 'COLD', 'Standard']) {
    const name = `${type.toLowerCase()}-box`;
    const made = await createAt(first, { name, type });
    const shown = type === 'Standard' ? 'STANDARD' : type.toLowerCase();
    assert.deepEqual([made.status, (made.json as { type: string }).type], [200, shown]);
    const detail = await ext(server, token, `/bucket/${name}`);
    assert.equal((detail.json as { type: string }).type, shown);
    assert.equal((detail.json as { storageClass: string }).storageClass, 'STANDARD');
  }
  assert.deepEqual(items(await ext(server, token, '/bucket?type=hot')), ['hot-box hot']);
  assert.deepEqual(items(await ext(server, token, '/bucket?type=Cold')), ['cold-box cold']);
  assert.deepEqual(items(await ext(server, token, '/bucket?type=STANDARD')), [
    'plain-box STANDARD',
    'standard-box STANDARD',
  ]);
  assert.deepEqual(items(await ext(server, token, '/bucket?by=bucket_type&direct=desc')).slice(0, 2), [
    'hot-box hot',
    'cold-box cold',
  ]);
});

test('the type outlives a change of the bucket', async () => {
  await createAt(first, { name: 'kept-hot', type: 'hot' });
  const posted = await fetch(`${server.url}/v1/${alice.project.id}/kept-hot`, {
    method: 'POST',
    headers: { 'X-Auth-Token': token, 'X-Container-Meta-A': 'b' },
  });
  assert.equal(posted.status, 200);
  assert.equal(((await ext(server, token, '/bucket/kept-hot')).json as { type: string }).type, 'hot');
});

test('400 for hot and cold everywhere else', async () => {
  for (const type of ['hot', 'cold']) {
    const body = { name: 'not-hot', type };
    assertError(
      await ext(server, token, '/bucket', { method: 'PUT', body }),
      400,
      'BadRequest',
      /STANDARD in kr-central-2/,
    );
    assert.equal((await createAt('objectstorage.kr-central-3.kakaocloud.com', body)).status, 400);
    assert.equal((await createAt('objectstorage.In-Bangalore-1.example.com', body)).status, 400);
  }
  assert.equal((await createAt(first, { name: 'not-hot', type: 'warm' })).status, 400);
  assertError(await ext(server, token, '/bucket/not-hot'), 404, 'NotFound');
});

test('where kr-central-1 is the own region no host name is needed', async () => {
  await using own = await startServer({ env: { ONGGI_REGION: 'kr-central-1' } });
  const made = await ext(own, await issueToken(own, alice), '/bucket', {
    method: 'PUT',
    body: { name: 'own-hot', type: 'hot' },
  });
  assert.equal(made.status, 200, made.text);
});

test('S3 lists buckets by any of the names, and by no other', async () => {
  for (const [region, some] of [
    ['kr-central-2', true],
    ['kr-central-1', true],
    ['eu-west-1', false],
  ] as const) {
    const listed = await rawS3(server, { target: `/?bucket-region=${region}`, user: alice });
    assert.equal(listed.elements('Name').length > 0, some, region);
  }
});
