// DELETE and POST /v1/{account}?bulk-delete, and emptying containers and folders with ?dir-delete
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { runClient, skipUnless } from '../support/clients.ts';
import { alice, bob, carol, dave, demo, eve, other } from '../support/seed.ts';
import {
  assertPage,
  type SwiftAccount,
  type SwiftAnswer,
  type SwiftDialect,
  useSwift,
} from '../support/swift.ts';

const swift = useSwift(async () => {
  for (const dialect of dialects) accounts.set(dialect, await swift.account(alice, dialect));
});
const dialects: readonly SwiftDialect[] = ['kakaocloud', 'upstream'];
const accounts = new Map<SwiftDialect, SwiftAccount>();
const of = (dialect: SwiftDialect): SwiftAccount => {
  const account = accounts.get(dialect);
  assert.ok(account);
  return account;
};

interface Result {
  readonly 'Response Status': string;
  readonly 'Response Body': string;
  readonly 'Number Deleted': number;
  readonly 'Number Not Found': number;
  readonly Errors: readonly (readonly [string, string])[];
}

function bulk(
  account: SwiftAccount,
  lines: readonly string[] | string,
  headers: Record<string, string> = {},
  method = 'DELETE',
  path = '?bulk-delete',
): Promise<SwiftAnswer> {
  const body = typeof lines === 'string' ? lines : lines.join('\n');
  const accept = { Accept: 'application/json', 'Content-Type': 'text/plain' };
  return account.call(method, path, { body, headers: { ...accept, ...headers } });
}

function resultOf(answer: SwiftAnswer): Result {
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.headers['content-type'] ?? '', /^application\/json/);
  return JSON.parse(answer.text) as Result;
}

for (const dialect of dialects) {
  describe(`in ${dialect}'s dialect`, () => {
    let account: SwiftAccount;
    let box: string;
    before(async () => {
      account = of(dialect);
      box = await account.container();
    });

    test('the documented sample: an object, its container, an absent one, one that is not empty', async () => {
      const gone = await account.container();
      const full = await account.container();
      await account.fill(gone, ['exist-object']);
      await account.fill(full, ['kept']);
      const lines = [`${gone.slice(1)}/exist-object`, gone.slice(1), 'not-exist-bucket', full.slice(1)];
      for (const [method, path] of [
        ['DELETE', '/?bulk-delete'],
        ['POST', '?bulk-delete'],
      ] as const) {
        const first = method === 'DELETE';
        assert.deepEqual(resultOf(await bulk(account, lines, {}, method, path)), {
          'Response Status': '400 Bad Request',
          'Response Body': '',
          'Number Deleted': first ? 2 : 0,
          'Number Not Found': first ? 1 : 3,
          Errors: [[full.slice(1), '409 Conflict']],
        });
      }
      assert.equal((await account.get(gone)).status, 404);
      assert.equal((await account.get(full)).text, 'kept\n');
    });

    test('200 OK when everything was deleted or absent', async () => {
      await account.fill(box, ['a', 'b%20c', '%ED%95%9C%EA%B8%80', 'd/e/']);
      const lines = ['a', 'b%20c', '%ED%95%9C%EA%B8%80', 'd/e/', 'absent'].map((name) => `${box}/${name}`);
      assert.deepEqual(resultOf(await bulk(account, lines)), {
        'Response Status': '200 OK',
        'Response Body': '',
        'Number Deleted': 4,
        'Number Not Found': 1,
        Errors: [],
      });
      assert.equal((await account.get(box)).status, 204);
    });

    test('plain text by default, XML when asked, each to the letter', async () => {
      const bad = `${box.slice(1)}/%FF`;
      const absent = `${box}/absent\n${bad}\n`;
      const text = await bulk(account, absent, { Accept: '' });
      assert.equal(
        text.text,
        `Number Deleted: 0\nNumber Not Found: 1\nResponse Body: \nResponse Status: 400 Bad Request\nErrors:\n${bad}, 412 Precondition Failed\n`,
      );
      assert.match(text.headers['content-type'] ?? '', /^text\/plain/);
      assert.equal(text.headers['transfer-encoding'], 'chunked');
      for (const type of ['application/xml', 'text/xml']) {
        const xml = await bulk(account, absent, { Accept: type });
        assert.match(xml.headers['content-type'] ?? '', new RegExp(`^${type}`));
        assert.equal(
          xml.text,
          `<delete>\n<number_deleted>0</number_deleted>\n<number_not_found>1</number_not_found>\n<response_body></response_body>\n` +
            `<response_status>400 Bad Request</response_status>\n<errors>\n<object><name>${bad}</name><status>412 Precondition Failed</status></object>\n</errors>\n</delete>\n`,
        );
      }
    });

    test('nothing usable: 400 in the body', async () => {
      for (const lines of ['', '\n\n', '  \n']) {
        const result = resultOf(await bulk(account, lines));
        assert.deepEqual(
          [result['Response Status'], result['Response Body']],
          ['400 Bad Request', 'Invalid bulk delete.'],
        );
      }
    });

    test('406 in the body for a type that is not taken, and for an answer that is not had', async () => {
      await account.fill(box, ['stays']);
      const line = [`${box}/stays`];
      const type = resultOf(await bulk(account, line, { 'Content-Type': 'application/json' }));
      assert.equal(type['Response Status'], '406 Not Acceptable');
      const accept = await bulk(account, line, { Accept: 'image/png' });
      assert.equal(accept.status, 200);
      assert.match(accept.text, /^Response Status: 406 Not Acceptable$/m);
      assert.equal((await account.get(`${box}/stays`)).status, 200);
    });

    test('411 in the body without one', async () => {
      const answer = await account.call('DELETE', '?bulk-delete', {
        headers: { Accept: 'application/json' },
      });
      assert.equal(resultOf(answer)['Response Status'], '411 Length Required');
    });

    test('a body in chunks is read as well, with any line ends', async () => {
      await account.fill(box, ['c1', 'c2']);
      const body = `${box}/c1\r\n\r\n${box}/c2\r\n`;
      const headers = { Accept: 'application/json' };
      const answer = await account.call('POST', '?bulk-delete', { body, headers, chunked: true });
      assert.equal(resultOf(answer)['Number Deleted'], 2);
    });

    test('10,000 lines are taken, one more is 413 in the body and deletes nothing', async () => {
      await account.fill(box, ['first']);
      const many = [`${box}/first`, ...Array.from({ length: 9_999 }, (_, n) => `${box}/absent-${n}`)];
      const tooMany = resultOf(await bulk(account, [...many, `${box}/one-more`]));
      assert.deepEqual(
        [tooMany['Response Status'], tooMany['Response Body'], tooMany['Number Deleted']],
        ['413 Request Entity Too Large', 'Maximum Bulk Deletes: 10000 per request', 0],
      );
      assert.equal((await account.get(`${box}/first`)).status, 200);
      const taken = resultOf(await bulk(account, many));
      assert.deepEqual([taken['Number Deleted'], taken['Number Not Found']], [1, 9_999]);
    });

    test('a line longer than any name is refused as a whole', async () => {
      const result = resultOf(await bulk(account, `${box}/${'x'.repeat(4000)}`));
      assert.deepEqual(
        [result['Response Status'], result['Response Body']],
        ['400 Bad Request', 'Invalid File Name'],
      );
    });

    test('after a thousand failures the rest is left alone', async () => {
      await account.fill(box, ['last']);
      const lines = [...Array.from({ length: 1_200 }, () => `${box}/%FF`), `${box}/last`];
      const result = resultOf(await bulk(account, lines));
      assert.deepEqual(
        [result['Response Status'], result['Response Body']],
        ['400 Bad Request', 'Max delete failures exceeded'],
      );
      assert.ok(result.Errors.length >= 1000 && result.Errors.length < 1_200);
      assert.equal((await account.get(`${box}/last`)).status, 200);
    });

    test('each item is allowed by itself', async () => {
      const held = await account.container();
      await account.fill(held, ['o']);
      const lines = [`${held}/o`, held];
      for (const user of [carol, dave]) {
        const result = resultOf(await bulk(await swift.account(user, dialect), lines));
        assert.deepEqual(result.Errors, [
          [`${held}/o`, '403 Forbidden'],
          [held, '403 Forbidden'],
        ]);
      }
      // An editor deletes objects but not a colleague's container.
      const editor = resultOf(await bulk(await swift.account(bob, dialect), lines));
      assert.deepEqual([editor['Number Deleted'], editor.Errors], [1, [[held, '403 Forbidden']]]);
    });

    test("another project's container counts as absent", async () => {
      const foreign = await (await swift.account(eve, dialect)).container();
      const result = resultOf(await bulk(account, [`${foreign}/o`, foreign]));
      assert.equal(result['Number Not Found'], 2);
      assert.equal((await (await swift.account(eve, dialect)).get(foreign)).status, 204);
    });

    test('401 without a token, 403 in a foreign account', async () => {
      assertPage(await bulk(swift.stranger(demo, dialect), [box]), 401);
      assertPage(await bulk(await swift.account(alice, dialect, other), [box]), 403);
    });
  });

  describe(`?dir-delete in ${dialect}'s dialect`, () => {
    const names = ['dir/', 'dir/a', 'dir/sub/b', 'dir2/c', 'dirx', 'z%26%3C'];

    test('a folder goes with its marker, and nothing beside it', async () => {
      const account = of(dialect);
      const box = await account.container();
      for (const path of ['/dir/?dir-delete', '/dir?dir-delete']) {
        await account.fill(box, names);
        const answer = await account.delete(`${box}${path}`, { Accept: 'application/json' });
        assert.deepEqual(resultOf(answer), {
          'Response Status': '200 OK',
          'Response Body': '',
          'Number Deleted': 3,
          'Number Not Found': 0,
          Errors: [],
        });
        assert.equal((await account.get(box)).text, 'dir2/c\ndirx\nz&<\n');
      }
    });

    test('a whole container is emptied and stays', async () => {
      const account = of(dialect);
      const box = await account.container();
      await account.fill(box, names);
      const answer = await account.delete(`${box}/?dir-delete`);
      assert.match(answer.text, /^Number Deleted: 6\nNumber Not Found: 0\n/);
      assert.equal((await account.head(box)).headers['x-container-object-count'], '0');
      assert.match((await account.delete(`${box}?dir-delete`)).text, /^Number Deleted: 0\n/);
    });

    test('more objects than a page of a listing', async () => {
      const account = of(dialect);
      const box = await account.container();
      const each = Array.from({ length: 1_050 }, (_, n) => `many/${n}`);
      for (let at = 0; at < each.length; at += 50) {
        await Promise.all(each.slice(at, at + 50).map((name) => account.put(`${box}/${name}`, '')));
      }
      assert.match((await account.delete(`${box}/many/?dir-delete`)).text, /^Number Deleted: 1050\n/);
    });

    test('400 for an absent or impossible name where the cloud says so, 404 upstream; 401, 403', async () => {
      const account = of(dialect);
      const status = dialect === 'kakaocloud' ? 400 : 404;
      for (const name of ['/no-such-bucket', '/Not_A_Name!', '/no-such-bucket/dir']) {
        assert.equal((await account.delete(`${name}/?dir-delete`)).status, status, name);
      }
      const box = await account.container();
      await account.fill(box, ['kept']);
      assertPage(await swift.stranger(demo, dialect).delete(`${box}/?dir-delete`), 401);
      assertPage(await (await swift.account(carol, dialect)).delete(`${box}/?dir-delete`), 403);
      assertPage(await (await swift.account(eve, dialect, demo)).delete(`${box}/?dir-delete`), 403);
      assert.equal((await account.get(box)).text, 'kept\n');
    });
  });
}

test("KakaoCloud's dialect takes lines in their order, upstream's takes objects first", async () => {
  for (const dialect of dialects) {
    const account = of(dialect);
    const box = await account.container();
    await account.fill(box, ['o']);
    const result = resultOf(await bulk(account, [box.slice(1), `${box}/o`]));
    const errors = dialect === 'kakaocloud' ? [[box.slice(1), '409 Conflict']] : [];
    assert.deepEqual(result.Errors, errors);
    assert.equal(result['Number Deleted'], dialect === 'kakaocloud' ? 1 : 2);
  }
});

test("a name that nothing can have is an error in KakaoCloud's dialect, and absent upstream", async () => {
  assert.deepEqual(resultOf(await bulk(of('kakaocloud'), ['Bad!Name'])).Errors, [
    ['Bad%21Name', '400 Bad Request'],
  ]);
  assert.equal(resultOf(await bulk(of('upstream'), ['Bad!Name']))['Number Not Found'], 1);
});

test('the documented sample as curl sends it', { skip: skipUnless('curl') }, async () => {
  const account = of('kakaocloud');
  const box = await account.container();
  await account.fill(box, ['exist-object']);
  const ran = await runClient('curl', [
    ...['-sS', '--request', 'DELETE', '--location', `${swift.server.url}/v1/${demo.id}/?bulk-delete`],
    ...['--header', `X-Auth-Token: ${account.token}`, '--header', 'Accept: application/json'],
    ...['--data', `${box.slice(1)}/exist-object\n${box.slice(1)}\nnot-exist-bucket`],
  ]);
  const result = JSON.parse(ran.stdout) as Result;
  assert.deepEqual([result['Number Deleted'], result['Number Not Found']], [2, 1]);
});

test('the swift client deletes by prefix in bulk', { skip: skipUnless('swift') }, async () => {
  const account = of('upstream');
  const box = await account.container();
  const names = Array.from({ length: 45 }, (_, n) => `logs/${n}%20x`);
  await Promise.all(names.map((name) => account.put(`${box}/${name}`, '')));
  await account.fill(box, ['kept']);
  const env = {
    ST_AUTH: `${swift.server.url}/auth/v1.0`,
    ST_USER: `demo:${alice.name}`,
    ST_KEY: alice.password,
  };
  const ran = await runClient('swift', ['delete', box.slice(1), '--prefix', 'logs/'], { env });
  assert.equal(ran.code, 0, ran.stderr);
  assert.equal((await account.get(box)).text, 'kept\n');
  assert.match(swift.server.stderr(), /"operation":"BulkDelete(ByPost)?"[^\n]*"bytesIn":[1-9]/);
});
