// restic backs up, prunes, checks and restores through its S3 and its Swift backend; in a versioned bucket the pruned packs stay behind.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { skipUnless } from '../support/clients.ts';
import { newBucket, s3Client } from '../support/s3.ts';
import { alice } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { tempDirectory } from '../support/temp.ts';
import { awsEnvironment } from './adapters/aws.ts';
import { commandOf, type Endpoint } from './adapters/client.ts';
import { openstackEnvironment } from './adapters/swift.ts';
import { digestsOfTree, writeTree } from './tree.ts';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

const backends: readonly (readonly [
  name: string,
  prepare: (endpoint: Endpoint, bucket: string) => Record<string, string>,
])[] = [
  [
    'S3',
    (endpoint, bucket) => ({
      ...awsEnvironment(endpoint),
      RESTIC_REPOSITORY: `s3:${endpoint.url}/${bucket}/backups`,
    }),
  ],
  [
    'Swift',
    (endpoint, bucket) => ({
      ...openstackEnvironment(endpoint),
      RESTIC_REPOSITORY: `swift:${bucket}:/backups`,
    }),
  ],
];

for (const [name, prepare] of backends) {
  for (const versioning of [undefined, 'Enabled'] as const) {
    const title = `restic by ${name}, ${versioning === undefined ? 'without versioning' : 'in a versioned bucket'}`;
    describe(title, { skip: skipUnless('restic') }, () => {
      const directory = tempDirectory('restic');
      const source = join(directory, 'source');
      let bucket = '';
      let restic: (...args: string[]) => Promise<string>;

      before(async () => {
        const s3 = s3Client(server, alice);
        bucket = await newBucket(s3);
        if (versioning !== undefined) {
          await s3.putBucketVersioning({ Bucket: bucket, VersioningConfiguration: { Status: versioning } });
        }
        const run = commandOf('restic', {
          ...prepare({ url: server.url, user: alice, directory }, bucket),
          RESTIC_PASSWORD: 'a password of the repository',
          RESTIC_CACHE_DIR: join(directory, 'cache'),
        });
        restic = async (...args) => (await run(args, { cwd: directory })).stdout;
        writeTree(source, 300);
        await restic('init');
      });

      it('backs up twice, prunes the first, and what is left is whole', async () => {
        await restic('backup', 'source');
        for (const gone of (await readdir(source)).slice(0, 3))
          rmSync(join(source, gone), { recursive: true });
        await restic('backup', 'source');
        await restic('forget', '--keep-last', '1', '--prune');
        assert.match(await restic('check', '--read-data'), /no errors were found/);
        assert.equal(JSON.parse(await restic('snapshots', '--json')).length, 1);
      });

      it('restores every file as it was', async () => {
        await restic('restore', 'latest', '--target', 'restored');
        const restored = await digestsOfTree(join(directory, 'restored', 'source'));
        assert.deepEqual(restored, await digestsOfTree(source));
      });

      it('leaves what it pruned where versions are kept, and nowhere else', async () => {
        const { DeleteMarkers = [] } = await s3Client(server, alice).listObjectVersions({ Bucket: bucket });
        assert.equal(DeleteMarkers.length > 0, versioning !== undefined);
      });
    });
  }
}
