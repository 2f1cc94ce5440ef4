// s3fs mounts a bucket as a directory: files are made, changed in place, moved with their folder, linked and removed.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
// Never in this thread: a mount that hangs would hang the test with it.
import {
  access,
  appendFile,
  chmod,
  cp,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { runClient, skipUnless } from '../support/clients.ts';
import { type Started, start, stop } from '../support/foreign-programs.ts';
import { newBucket, s3Client } from '../support/s3.ts';
import { alice } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { tempDirectory } from '../support/temp.ts';
import { plainEnvironment } from './adapters/client.ts';
import { seededBytes } from './content.ts';

/** Waits until the directory shows the bucket. @throws Error with what s3fs said */
async function mounted(directory: string, program: Started): Promise<void> {
  const before = statSync(directory).dev;
  for (
    const end = Date.now() + 60_000;
    Date.now() < end && program.child.exitCode === null;
    await sleep(50)
  ) {
    // Half mounted, it may refuse.
    const now = await stat(directory).catch(() => undefined);
    if (now !== undefined && now.dev !== before) return;
  }
  throw new Error(`not mounted: ${readFileSync(program.logFile, 'utf8')}`);
}

describe('s3fs', { skip: skipUnless('s3fs') }, () => {
  let server: TestServer;
  let mount: Started;
  let root = '';
  let bucket = '';

  before(async () => {
    server = await startServer();
    bucket = await newBucket(s3Client(server, alice));
    const home = tempDirectory('s3fs');
    root = join(home, 'mounted');
    mkdirSync(root);
    const passwords = join(home, 'passwords');
    writeFileSync(passwords, `${alice.s3Key.access}:${alice.s3Key.secret}`, { mode: 0o600 });
    const options = `passwd_file=${passwords},url=${server.url},use_path_request_style,endpoint=kr-central-2,sigv4`;
    mount = start('s3fs', 's3fs', [bucket, root, '-f', '-o', options], { home, env: plainEnvironment() });
    await mounted(root, mount);
  });
  after(async () => {
    await runClient('fusermount', ['-u', root]);
    await stop(mount);
    await server.stop();
  });

  const at = (...steps: string[]) => join(root, ...steps);

  it('makes files and folders, and moves them', async () => {
    const big = Buffer.concat([...seededBytes('s3fs', 30_000_000)]);
    await writeFile(at('note'), 'one\n');
    await mkdir(at('folder'));
    await cp(at('note'), at('folder', 'copy'));
    await writeFile(at('big'), big);
    await rename(at('big'), at('folder', 'big'));
    await rename(at('folder'), at('moved'));
    assert.deepEqual((await readdir(root)).sort(), ['moved', 'note']);
    assert.deepEqual((await readdir(at('moved'))).sort(), ['big', 'copy']);
    assert.ok((await readFile(at('moved', 'big'))).equals(big));
  });

  it('changes a file in place, its mode and its length', async () => {
    await appendFile(at('note'), 'two\n');
    await chmod(at('note'), 0o640);
    assert.equal(await readFile(at('note'), 'utf8'), 'one\ntwo\n');
    assert.equal((await stat(at('note'))).mode & 0o777, 0o640);
    await truncate(at('note'), 3);
    assert.equal(await readFile(at('note'), 'utf8'), 'one');
  });

  it('links, and removes a folder with what is in it', async () => {
    await symlink('note', at('link'));
    assert.equal(await readFile(at('link'), 'utf8'), 'one');
    await rm(at('moved'), { recursive: true });
    await assert.rejects(access(at('moved')), { code: 'ENOENT' });
    const { Contents = [] } = await s3Client(server, alice).listObjectsV2({ Bucket: bucket });
    assert.deepEqual(
      Contents.map(({ Key }) => Key),
      ['link', 'note'],
    );
  });
});
