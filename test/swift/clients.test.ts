// What Swift's own command lines ask beyond storing and reading: swift with v1 auth and with an application credential, openstack
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { runClient, skipUnless } from '../support/clients.ts';
import { alice, demo } from '../support/seed.ts';
import { useSwift } from '../support/swift.ts';
import { tempDirectory } from '../support/temp.ts';

const swift = useSwift();

const credentials = () => ({
  OS_AUTH_TYPE: 'v3applicationcredential',
  OS_AUTH_URL: `${swift.server.url}/identity/v3`,
  OS_APPLICATION_CREDENTIAL_ID: alice.iamKey.id,
  OS_APPLICATION_CREDENTIAL_SECRET: alice.iamKey.secret,
  OS_IDENTITY_API_VERSION: '3',
});
const v1 = () => ({
  ST_AUTH: `${swift.server.url}/auth/v1.0`,
  ST_USER: `demo:${alice.name}`,
  ST_KEY: alice.password,
});

async function run(program: string, env: Record<string, string>, args: readonly string[], cwd?: string) {
  const ran = await runClient(program, args, cwd === undefined ? { env } : { env, cwd });
  assert.equal(ran.code, 0, `${program} ${args.join(' ')}\n${ran.stdout}\n${ran.stderr}`);
  return ran.stdout;
}

for (const [kind, env, account] of [
  ['v1 auth', v1, `AUTH_${demo.id}`],
  ['an application credential', credentials, demo.id],
] as const) {
  const skip = skipUnless('swift');
  describe(`swift with ${kind}`, { skip }, () => {
    const box = `swift-${kind.split(' ').at(-1)}`;
    const cli = (...args: string[]) => run('swift', env(), args);

    test('makes a container with metadata, and shows it and the account', async () => {
      await cli('post', box, '--meta', 'Color:blue');
      const shown = await cli('stat', box);
      assert.match(shown, /Meta Color: blue/);
      assert.match(shown, /Objects: 0/);
      assert.match(await cli('stat'), new RegExp(`Account: ${account}\\n`));
    });

    test('uploads a tree, lists it by directories, and downloads it', async () => {
      const cwd = tempDirectory('swift-cli');
      writeFileSync(join(cwd, 'a b+c%.txt'), 'hello');
      writeFileSync(join(cwd, '한글.txt'), 'hi');
      await run('swift', env(), ['upload', box, '.', '--object-name', 'dir'], cwd);
      assert.equal(await cli('list', box, '--delimiter', '/'), 'dir/\n');
      assert.equal(await cli('list', box), 'dir/a b+c%.txt\ndir/한글.txt\n');
      const stdout = await cli('download', box, 'dir/한글.txt', '--output', '-');
      assert.equal(stdout, 'hi');
    });

    test('changes and copies an object, then deletes everything', async () => {
      await cli('post', box, 'dir/한글.txt', '--meta', 'Shape:round');
      assert.match(await cli('stat', box, 'dir/한글.txt'), /Meta Shape: round/);
      await cli('copy', box, 'dir/한글.txt', '--destination', `/${box}/copy`);
      assert.match(await cli('stat', box, 'copy'), /Content Length: 2\n/);
      await cli('delete', box);
      assert.ok(!(await cli('list')).split('\n').includes(box));
    });

    test('reads the capabilities', async () => {
      assert.match(await cli('capabilities'), /max_object_name_length: 1024/);
    });
  });
}

describe('openstack', { skip: skipUnless('openstack') }, () => {
  const cli = (...args: string[]) => run('openstack', credentials(), args);

  test('makes, fills, lists, shows and deletes a container', async () => {
    const cwd = tempDirectory('openstack-cli');
    const file = join(cwd, 'greeting.txt');
    writeFileSync(file, 'hello');
    await cli('container', 'create', 'openstack-box');
    await cli('object', 'create', 'openstack-box', file, '--name', 'greeting.txt');
    await cli('container', 'set', 'openstack-box', '--property', 'color=blue');
    const container = JSON.parse(await cli('container', 'show', 'openstack-box', '-f', 'json'));
    assert.equal(container.object_count, '1');
    assert.match(JSON.stringify(container.properties), /blue/);
    const listed = JSON.parse(await cli('object', 'list', 'openstack-box', '--long', '-f', 'json'));
    assert.deepEqual([listed[0].Name, listed[0].Bytes], ['greeting.txt', 5]);
    assert.equal(listed[0].Hash, '5d41402abc4b2a76b9719d911017c592');
    const account = JSON.parse(await cli('object', 'store', 'account', 'show', '-f', 'json'));
    assert.equal(account.Account, demo.id);
    await cli('container', 'delete', 'openstack-box', '--recursive');
    assert.equal((await cli('container', 'list', '-f', 'value')).includes('openstack-box'), false);
  });
});
