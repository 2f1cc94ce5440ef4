// `onggi trail`: searches and follows the trail of a running server from a terminal.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ext, makeBucket } from '../support/ext.ts';
import { issueToken } from '../support/iam.ts';
import { alice } from '../support/seed.ts';
import { runtimePath, startServer, type TestServer } from '../support/start-server.ts';
import { adopt } from '../support/temp.ts';
import { awaitEvents, type EventDocument } from '../support/trail.ts';

let server: TestServer;
let token: string;

before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: '3' } });
  token = await issueToken(server, alice);
  for (const name of ['command-a', 'command-b']) await makeBucket(server, token, name);
  await ext(server, token, '/bucket/command-%0aabsent');
  await awaitEvents(server, token, '?service=ext', 3);
});
after(() => server.stop());

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
  const child: ChildProcess = spawn(
    runtimePath(),
    ['--disable-warning=ExperimentalWarning', main, 'trail', ...args],
    {
      env: {
        PATH: process.env.PATH,
        OS_AUTH_URL: server.url,
        OS_APPLICATION_CREDENTIAL_ID: alice.iamKey.id,
        OS_APPLICATION_CREDENTIAL_SECRET: alice.iamKey.secret,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  adopt(child);
  const printed = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    printed.stderr += text;
  });
  return { child, printed };
}

async function run(args: readonly string[], env?: Readonly<Record<string, string>>) {
  const { child, printed } = start(args, env);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...printed };
}

test('prints events, the newest last, one line each', async () => {
  const { code, stdout, stderr } = await run(['--event-name', 'CreateBucket', '--service', 'ext']);
  assert.deepEqual([code, stderr], [0, '']);
  const lines = stdout.trimEnd().split('\n');
  assert.equal(lines.length, 2);
  assert.match(
    lines[0] ?? '',
    /^\d{4}-\d\d-\d\dT[\d:.]+Z {2}200 {2}ext:CreateBucket +alice@example.com {2}127.0.0.1 {2}Bucket command-a$/,
  );
  assert.match(lines[1] ?? '', /command-b$/);
});

test('JSON lines, a limit, and no control characters on a terminal', async () => {
  const one = await run(['--json', '--limit', '1', '--event-name', 'CreateBucket']);
  const event = JSON.parse(one.stdout) as { resourceName: string };
  assert.equal(event.resourceName, 'command-b');
  const { stdout } = await run(['--status', '4xx']);
  assert.match(stdout, /Bucket command-\?absent/);
});

test('follows events as they happen', async () => {
  const { child, printed } = start(['--follow', '--event-name', 'CreateBucket', '--limit', '1']);
  const until = async (text: string) => {
    const end = Date.now() + 20_000;
    while (!printed.stdout.includes(text)) {
      assert.ok(Date.now() < end, `${text} does not come: ${printed.stdout} ${printed.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await until('command-b');
  await makeBucket(server, token, 'followed-1');
  await until('followed-1');
  await makeBucket(server, token, 'followed-2');
  await until('followed-2');
  child.kill();
  await once(child, 'close');
  assert.equal(printed.stdout.match(/followed-1/g)?.length, 1);
  assert.ok(!printed.stdout.includes('command-a'), 'older ones than the limit');
});

test('refuses in one line: wrong filters, a wrong key, no key, no server, wrong usage', async () => {
  const cases: [string[], Record<string, string>, number, RegExp][] = [
    [['--status', '4'], {}, 1, /^onggi: .*status must be/],
    [[], { OS_APPLICATION_CREDENTIAL_SECRET: 'wrong-5ecret' }, 1, /^onggi: .*HTTP 401/],
    [[], { OS_APPLICATION_CREDENTIAL_ID: '' }, 2, /^onggi: no credentials/],
    [['--os-auth-url', 'http://127.0.0.1:9'], {}, 1, /^onggi: cannot reach/],
    [['--os-auth-url', 'ftp://x'], {}, 2, /^onggi: OS_AUTH_URL/],
    [['--limit', 'x'], {}, 2, /^onggi: --limit must be/],
    [['--nonsense'], {}, 2, /^onggi: unknown option/],
  ];
  for (const [args, env, code, line] of cases) {
    const ran = await run(args, env);
    assert.deepEqual([ran.code, ran.stdout], [code, ''], ran.stderr);
    assert.match(ran.stderr, line);
    assert.equal(ran.stderr.trimEnd().split('\n').length, 1, ran.stderr);
    assert.ok(!ran.stderr.includes('5ecret'));
  }
});

test('configures, shows and ends the delivery into a bucket, of a project and of none', async () => {
  const set = ['delivery', 'set', '--bucket', 'command-a', '--access-key'];
  const made = await run([...set, alice.iamKey.id]);
  assert.deepEqual([made.code, made.stderr], [0, '']);
  const { stdout } = await run(['delivery', 'show']);
  assert.match(
    stdout,
    /^bucket +command-a\nprefix +trail\/project_event\/\naccessKeyId +1{32}\nstate +active\n/,
  );
  const shown = JSON.parse((await run(['delivery', 'show', '--json'])).stdout) as { bucket: string };
  assert.equal(shown.bucket, 'command-a');
  const change = await newestEvent('PutTrailDelivery');
  assert.equal(change.userAgent, 'onggi-cli');
  assert.deepEqual(await run(['delivery', 'remove']), { code: 0, stdout: '', stderr: '' });
  const cases: [string[], number, RegExp][] = [
    [['delivery', 'show'], 1, /^onggi: no delivery is configured \(HTTP 404\)/],
    [['delivery', 'remove'], 1, /HTTP 404/],
    [['delivery', 'show', '--domain'], 1, /trail.events.listAll.*HTTP 403/],
    [['delivery', 'set', '--bucket', 'command-a'], 2, /--access-key/],
    [[...set, 'f'.repeat(32)], 1, /no such IAM access key/],
    [['delivery', 'show', '--os-auth-url', 'http://127.0.0.1:9'], 1, /cannot reach/],
  ];
  for (const [args, code, line] of cases) {
    const ran = await run(args);
    assert.deepEqual([ran.code, ran.stdout], [code, ''], ran.stderr);
    assert.match(ran.stderr, line);
  }
});

async function newestEvent(eventName: string): Promise<EventDocument> {
  const { stdout } = await run(['--json', '--event-name', eventName]);
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as EventDocument;
}
