// Who is let in, on every call: tokens, challenges, request ids
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { issueToken } from '../support/iam.ts';
import { alice, demo, eve, other } from '../support/seed.ts';
import {
  accountName,
  assertPage,
  pages,
  SwiftAccount,
  type SwiftAnswer,
  swiftRequest,
  timestampForm,
  useSwift,
} from '../support/swift.ts';

const swift = useSwift(prepare);
let box: string;
async function prepare() {
  const account = await swift.account(alice);
  box = await account.container();
  await account.put(`${box}/o`, 'x');
}

const calls: readonly (readonly [method: string, path: () => string, headers?: Record<string, string>])[] = [
  ...['GET', 'HEAD', 'POST', 'PUT', 'DELETE'].flatMap((method) =>
    ['', '/box', '/box/o'].map((path) => [method, () => path.replace('/box', box)] as const),
  ),
  ['COPY', () => `${box}/o`, { Destination: 'absent/o' }],
  ['PUT', () => `${box}/o`, { 'X-Copy-From': 'absent/o' }],
  ['GET', () => '/absent'],
  ['GET', () => '/absent/o'],
];

function refusedWith(answer: SwiftAnswer, status: number, method: string, label: string): void {
  const body = method === 'HEAD' ? '' : pages[status];
  assert.deepEqual([answer.status, answer.text], [status, body], label);
}

describe('every call', () => {
  for (const dialect of ['kakaocloud', 'upstream'] as const) {
    test(`is 401 without a token and with a wrong one (${dialect})`, async () => {
      const name = accountName(demo, dialect);
      for (const token of [undefined, 'wrong', 'gAAAAABwrong']) {
        const account = new SwiftAccount(swift.server, name, token);
        for (const [method, path, headers = {}] of calls) {
          const body = method === 'PUT' ? { body: '' } : {};
          const answer = await account.call(method, path(), { headers, ...body });
          refusedWith(answer, 401, method, `${method} ${path()} with ${token}`);
          assert.equal(
            answer.headers['www-authenticate'],
            `Swift realm="${name}", Keystone uri="${swift.server.url}/identity/v3"`,
          );
        }
      }
    });

    test(`is 403 with the token of another project (${dialect})`, async () => {
      const account = await swift.account(eve, dialect, demo);
      for (const [method, path, headers = {}] of calls) {
        const body = method === 'PUT' ? { body: '' } : {};
        const answer = await account.call(method, path(), { headers, ...body });
        refusedWith(answer, 403, method, `${method} ${path()}`);
      }
    });
  }

  test('is 403 in an account that cannot be anyone’s, 401 without a token', async () => {
    const { token } = await swift.account(alice);
    for (const name of ['AUTH_nobody', 'nobody', `AUTH_${demo.id.toUpperCase()}`, `KEY_${demo.id}`]) {
      assertPage(await new SwiftAccount(swift.server, name, token).get('/box'), 403);
      assertPage(await new SwiftAccount(swift.server, name, undefined).get('/box'), 401);
    }
  });
});

test('tokens of the identity API count, in either header', async () => {
  const token = await issueToken(swift.server, eve);
  for (const header of ['X-Auth-Token', 'X-Storage-Token']) {
    const target = `/v1/${other.id}?format=json`;
    const answer = await swiftRequest(swift.server, 'GET', target, { headers: { [header]: token } });
    assert.deepEqual([answer.status, answer.text], [200, '[]']);
  }
});

test('a challenge cannot be written by the client', async () => {
  const answer = await swiftRequest(swift.server, 'GET', '/v1/a%22,b"c/x');
  assert.equal(answer.status, 401);
  assert.match(answer.headers['www-authenticate'] ?? '', /^Swift realm="a%22\?b\?c", Keystone/);
});

test('every answer carries its transaction id, twice', async () => {
  const account = await swift.account(alice);
  const answers = [
    await account.get(''),
    await account.get(`${box}/o`),
    await account.get('/absent'),
    await swift.stranger(demo).get(''),
    await account.call('PATCH', ''),
    await swiftRequest(swift.server, 'GET', '/info'),
    await swiftRequest(swift.server, 'GET', '/v1'),
  ];
  const ids = answers.map(({ headers }) => {
    assert.match(headers['x-trans-id'] ?? '', /^tx[0-9a-f]{21}-[0-9a-f]{10}$/);
    assert.equal(headers['x-openstack-request-id'], headers['x-trans-id']);
    return headers['x-trans-id'];
  });
  assert.equal(new Set(ids).size, ids.length);
  const second = Number.parseInt(ids[0]?.slice(-10) ?? '', 16);
  assert.ok(Math.abs(second - Date.now() / 1000) < 60);
});

test('every answer of KakaoCloud’s dialect carries X-Timestamp', async () => {
  const account = await swift.account(alice, 'kakaocloud');
  for (const answer of [await account.put(`${box}/o`, 'x'), await account.get('/absent')]) {
    assert.match(answer.headers['x-timestamp'] ?? '', timestampForm);
  }
  const upstream = await swift.account(alice, 'upstream');
  assert.equal((await upstream.put(`${box}/o`, 'x')).headers['x-timestamp'], undefined);
});

test('the host objectstorage.* is the same door', async () => {
  const account = await swift.account(alice, 'kakaocloud');
  const answer = await account.get(`${box}/o`, { Host: 'objectstorage.kr-central-2.kakaocloud.com' });
  assert.deepEqual([answer.status, answer.text], [200, 'x']);
});
