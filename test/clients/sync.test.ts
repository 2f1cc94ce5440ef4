// A tree of 10,000 files goes up, comes down equal, and a second synchronization finds nothing to do.
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { skipUnless } from '../support/clients.ts';
import { alice } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { tempDirectory } from '../support/temp.ts';
import { awsCommand } from './adapters/aws.ts';
import type { Endpoint } from './adapters/client.ts';
import { rcloneCommand } from './adapters/rclone.ts';
import { rcloneS3Remote } from './adapters/rclone-s3.ts';
import { rcloneSwiftRemote } from './adapters/rclone-swift.ts';
import { digestsOfTree, writeTree } from './tree.ts';

const files = 10_000;

/** How many files one synchronization moved and removed, by the client's own account. */
interface Moved {
  readonly transferred: number;
  readonly deleted: number;
}

interface Synchronizer {
  readonly name: string;
  readonly missing: string | false;
  connect(endpoint: Endpoint): {
    makeBucket(bucket: string): Promise<unknown>;
    /** Makes the bucket like the directory, removing what is too much. */
    up(directory: string, bucket: string): Promise<Moved>;
    down(bucket: string, directory: string): Promise<Moved>;
  };
}

const countOf = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].length;

const awsSync: Synchronizer = {
  name: 'aws s3 sync',
  missing: skipUnless('aws'),
  connect(endpoint) {
    const aws = awsCommand(endpoint);
    const sync = async (from: string, to: string) => {
      const { stdout } = await aws(['s3', 'sync', '--no-progress', '--delete', from, to]);
      const counts = {
        transferred: countOf(stdout, /^(upload|download): /gm),
        deleted: countOf(stdout, /^delete: /gm),
      };
      // A line of another kind would be a warning or a failure.
      assert.equal(countOf(stdout, /^./gm), counts.transferred + counts.deleted, stdout.slice(-2000));
      return counts;
    };
    return {
      makeBucket: (bucket) => aws(['s3', 'mb', `s3://${bucket}`]),
      up: (directory, bucket) => sync(directory, `s3://${bucket}`),
      down: (bucket, directory) => sync(`s3://${bucket}`, directory),
    };
  },
};

function rcloneSync(name: string, remote: Parameters<typeof rcloneCommand>[1]): Synchronizer {
  return {
    name,
    missing: skipUnless('rclone'),
    connect(endpoint) {
      const rclone = rcloneCommand(endpoint, remote);
      const sync = async (from: string, to: string) => {
        const { stderr } = await rclone(['sync', '-v', '--transfers', '8', from, to]);
        const counts = {
          transferred: countOf(stderr, /: Copied \((new|replaced existing)\)$/gm),
          deleted: countOf(stderr, /: Deleted$/gm),
        };
        const idle = counts.transferred + counts.deleted === 0;
        assert.equal(/There was nothing to transfer/.test(stderr), idle, stderr.slice(-2000));
        return counts;
      };
      return {
        makeBucket: (bucket) => rclone(['mkdir', `onggi:${bucket}`]),
        up: (directory, bucket) => sync(directory, `onggi:${bucket}`),
        down: (bucket, directory) => sync(`onggi:${bucket}`, directory),
      };
    },
  };
}

describe(`a tree of ${files} files`, () => {
  let server: TestServer;
  let directory: string;

  before(async () => {
    directory = tempDirectory('sync');
    server = await startServer({ env: { ONGGI_WORKERS: '2', ONGGI_LOG_LEVEL: 'warn' } });
  });
  after(() => server.stop());

  const synchronizers = [
    awsSync,
    rcloneSync('rclone sync over S3', rcloneS3Remote),
    rcloneSync('rclone sync over Swift', rcloneSwiftRemote),
  ];

  for (const [index, { name, missing, connect }] of synchronizers.entries()) {
    it(`goes up and comes down equal by ${name}`, { skip: missing }, async () => {
      const own = join(directory, String(index));
      const [here, there] = [join(own, 'here'), join(own, 'there')];
      const bucket = `tree-${index}`;
      const client = connect({ url: server.url, user: alice, directory });
      const paths = writeTree(here, files);
      mkdirSync(there);
      await client.makeBucket(bucket);

      const timed = timer(name);
      const up = () => client.up(here, bucket);
      const down = () => client.down(bucket, there);
      assert.deepEqual(await timed('up', up), { transferred: files, deleted: 0 });
      assert.deepEqual(await timed('up again', up), { transferred: 0, deleted: 0 });

      for (const path of paths.slice(0, 3)) appendFileSync(join(here, path), 'changed');
      for (const path of paths.slice(-4)) rmSync(join(here, path));
      for (const added of ['new', '새 것']) writeFileSync(join(here, added), 'new');
      assert.deepEqual(await timed('changes up', up), { transferred: 5, deleted: 4 });

      assert.deepEqual(await timed('down', down), { transferred: files - 4 + 2, deleted: 0 });
      assert.deepEqual(await timed('down again', down), { transferred: 0, deleted: 0 });
      assert.deepEqual(await digestsOfTree(there), await digestsOfTree(here));
      timed.report();
      rmSync(own, { recursive: true });
    });
  }
});

/** Runs steps and prints how long each took: a report, never a verdict. */
function timer(name: string) {
  const lines: string[] = [];
  const timed = async <T>(step: string, run: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await run();
    lines.push(`${step} ${((performance.now() - start) / 1000).toFixed(1)} s`);
    return result;
  };
  return Object.assign(timed, { report: () => process.stdout.write(`${name}: ${lines.join(', ')}\n`) });
}
