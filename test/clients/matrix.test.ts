// Every client reads what every client wrote, bit for bit, and all listings agree.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { alice } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { tempDirectory } from '../support/temp.ts';
import { aws } from './adapters/aws.ts';
import { awsSdk } from './adapters/aws-sdk.ts';
import { boto3 } from './adapters/boto3.ts';
import { type Client, type Failure, type Listed, limitOf, type Session } from './adapters/client.ts';
import { minio } from './adapters/minio.ts';
import { openstack } from './adapters/openstack.ts';
import { rcloneS3 } from './adapters/rclone-s3.ts';
import { rcloneSwift } from './adapters/rclone-swift.ts';
import { s3cmd } from './adapters/s3cmd.ts';
import { swift } from './adapters/swift.ts';
import { digestOfFile, writeSeeded } from './content.ts';
import { MatrixReport } from './matrix-report.ts';
import { inlineBytes, type TestObject, testObjects } from './objects.ts';

const clients: readonly Client[] = [
  aws,
  boto3,
  awsSdk,
  minio,
  s3cmd,
  rcloneS3,
  rcloneSwift,
  swift,
  openstack,
];
/** Why a client cannot be used here, by its name. */
const missing = new Map(clients.map((client) => [client.name, client.missing()]));
const present = clients.filter((client) => missing.get(client.name) === undefined);

/** An object as its writer stored it. */
interface Written extends TestObject {
  /** SHA-256 in hex. */
  readonly digest: string;
}

describe('the matrix of clients', () => {
  const report = new MatrixReport(clients, missing);
  const sessions = new Map<string, Session>();
  const written = new Map<string, Written[]>();
  let server: TestServer;
  let directory: string;

  const bucketOf = (client: Client) => `matrix-${client.name}`;
  const writtenBy = (client: Client) => written.get(client.name) ?? [];
  const sessionOf = (client: Client) => {
    const session = sessions.get(client.name);
    assert.ok(session, `${client.name} has no session`);
    return session;
  };

  before(async () => {
    directory = tempDirectory('matrix');
    server = await startServer({
      env: { ONGGI_INLINE_BYTES: String(inlineBytes), ONGGI_WORKERS: '2' },
    });
    for (const client of present) {
      const own = join(directory, client.name);
      await mkdir(own);
      sessions.set(client.name, await client.connect({ url: server.url, user: alice, directory: own }));
    }
  });

  after(async () => {
    for (const session of sessions.values()) await session.close();
    await server.stop();
    process.stdout.write(report.text());
  });

  /** One test a client, two side by side; a client that is not here is skipped with its reason. */
  function eachClient(does: string, check: (client: Client) => Promise<void>): void {
    describe(does, { concurrency: 2 }, () => {
      for (const client of clients) {
        it(`${client.name} ${does}`, { skip: missing.get(client.name) ?? false }, () => check(client));
      }
    });
  }

  /** The keys `client` can name for `verb`; the others go into the report with their reason. */
  function expressible<T extends TestObject>(
    client: Client,
    verb: 'put' | 'get' | 'list',
    objects: readonly T[],
  ): T[] {
    return objects.filter((object) => {
      const reason = limitOf(client, verb, object.name);
      if (reason !== undefined) report.skipped(client, verb, object.name, reason);
      return reason === undefined;
    });
  }

  eachClient('writes', async (client) => {
    const objects = expressible(client, 'put', testObjects);
    const own = await mkdtemp(join(directory, 'put-'));
    const sources: (Written & { file: string })[] = [];
    for (const [index, object] of objects.entries()) {
      const file = join(own, String(index));
      // Other bytes for every client, so that a mix-up cannot go unseen.
      const digest = await writeSeeded(file, `${client.name} ${object.name}`, object.size);
      sources.push({ ...object, digest, file });
    }
    await sessionOf(client).makeBucket(bucketOf(client));
    const failures = await sessionOf(client).put(bucketOf(client), sources);
    await rm(own, { recursive: true });
    const failed = new Set(failures.map(({ key }) => key));
    const stored = sources.filter(({ key }) => !failed.has(key));
    written.set(client.name, stored);
    for (const { name } of stored) report.wrote(client, name);
    assertNone(failures);
  });

  eachClient('lists what every client wrote', async (client) => {
    const wrong: Failure[] = [];
    for (const writer of present) {
      const expected = expressible(client, 'list', writtenBy(writer));
      const hidden = new Set(writtenBy(writer).map(({ key }) => key));
      for (const { key } of expected) hidden.delete(key);
      const listed = (await sessionOf(client).list(bucketOf(writer))).filter(({ key }) => !hidden.has(key));
      try {
        assert.deepEqual(client.keepsOrder ? listed : inByteOrder(listed), inByteOrder(expected));
      } catch (error) {
        wrong.push({ key: bucketOf(writer), reason: String(error) });
      }
    }
    assertNone(wrong);
  });

  eachClient('reads what every client wrote', async (client) => {
    const wrong: Failure[] = [];
    for (const writer of present) {
      const own = await mkdtemp(join(directory, 'got-'));
      const transfers = expressible(client, 'get', writtenBy(writer)).map((object, index) => ({
        ...object,
        file: join(own, String(index)),
      }));
      const failures = await sessionOf(client).get(bucketOf(writer), transfers);
      const failed = new Set(failures.map(({ key }) => key));
      for (const { name, key, file, digest } of transfers) {
        if (failed.has(key)) continue;
        const got = await digestOfFile(file).catch(String);
        if (got === digest) report.read(client, writer, name);
        else failures.push({ key, reason: `read ${got} where ${digest} was written` });
      }
      await rm(own, { recursive: true });
      wrong.push(...failures.map(({ key, reason }) => ({ key: `${bucketOf(writer)}/${key}`, reason })));
    }
    assertNone(wrong);
  });

  eachClient('deletes what it wrote', async (client) => {
    const keys = writtenBy(client).map(({ key }) => key);
    await sessionOf(client).empty(bucketOf(client), keys);
    assert.deepEqual(await sessionOf(awsSdk).list(bucketOf(client)), []);
  });

  it('failed nowhere inside the server', () => {
    const failed = server
      .stderr()
      .split('\n')
      .filter((line) => /"status":5\d\d|"level":[56]0/.test(line));
    assert.deepEqual(failed, []);
  });
});

function assertNone(failures: readonly Failure[]): void {
  const lines = failures.map(({ key, reason }) => `${JSON.stringify(key)}: ${reason}`);
  assert.equal(failures.length, 0, `\n${lines.join('\n')}`);
}

/** Key and size alone, by the bytes of the keys. */
function inByteOrder(objects: readonly Listed[]): Listed[] {
  return objects
    .map(({ key, size }) => ({ key, size }))
    .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
}
