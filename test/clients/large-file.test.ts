// One large file, by default 1 GiB, goes up and down by S3 and by Swift, and the server stays small meanwhile. The largest that
// Swift takes in one request is 5 GiB: ONGGI_TEST_LARGE_MIB=5120 npm run test:clients large-file
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { skipUnless } from '../support/clients.ts';
import { peakMemory, peakMemoryMissing } from '../support/process-memory.ts';
import { alice } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { tempDirectory } from '../support/temp.ts';
import { awsCommand, awsEnvironment } from './adapters/aws.ts';
import { type Endpoint, plainEnvironment } from './adapters/client.ts';
import { openstackEnvironment, swiftCommand } from './adapters/swift.ts';
import { digestOfStream, writeSeeded } from './content.ts';

const mib = 1024 * 1024;
const sizeInMib = Number(process.env.ONGGI_TEST_LARGE_MIB ?? 1024);
const workers = 2;
/** Of each process. */
const mostMemory = 400 * mib;

/** The file itself, and once stored by each door. */
function skipUnlessRoom(): string | false {
  const { bavail, bsize } = statfsSync(tmpdir());
  const needed = sizeInMib * 3 + 1024;
  const free = Math.floor((bavail * bsize) / mib);
  return free < needed && `needs ${needed} MiB of room in ${tmpdir()}, which has ${free} MiB`;
}

describe(`a file of ${sizeInMib} MiB`, { skip: skipUnlessRoom() }, () => {
  let server: TestServer;
  let endpoint: Endpoint;
  let file: string;
  let digest: string;

  before(async () => {
    assert.ok(Number.isInteger(sizeInMib) && sizeInMib > 0, 'ONGGI_TEST_LARGE_MIB must be a number of MiB');
    const directory = tempDirectory('large');
    file = join(directory, 'large.bin');
    digest = await writeSeeded(file, 'large file', sizeInMib * mib);
    server = await startServer({ env: { ONGGI_WORKERS: String(workers) } });
    endpoint = { url: server.url, user: alice, directory };
  });
  after(() => server.stop());

  /** The digest of what a client prints, without keeping it. */
  async function digestPrinted(
    program: string,
    args: readonly string[],
    env: Record<string, string>,
  ): Promise<string> {
    const child = spawn(program, args, {
      env: { ...process.env, ...plainEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [printed, [code]] = await Promise.all([digestOfStream(child.stdout), once(child, 'exit')]);
    assert.equal(code, 0, `${program} ended with exit code ${code}`);
    return printed;
  }

  function assertSmall(): void {
    if (peakMemoryMissing() !== false) return;
    const peaks = peakMemory(server.pid).map((bytes) => Math.round(bytes / mib));
    process.stdout.write(`peak memory of the server and its workers in MiB: ${peaks.join(', ')}\n`);
    assert.equal(peaks.length, 1 + workers);
    for (const peak of peaks) assert.ok(peak * mib < mostMemory, `${peak} MiB resident`);
  }

  async function timed<T>(step: string, run: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await run();
    const seconds = (performance.now() - start) / 1000;
    process.stdout.write(
      `${step}: ${seconds.toFixed(1)} s, ${Math.round(sizeInMib / seconds)} MiB/s with the client\n`,
    );
    return result;
  }

  it('goes up and down by S3, in parts', { skip: skipUnless('aws') }, async () => {
    const aws = awsCommand(endpoint);
    await aws(['s3', 'mb', 's3://large-s3']);
    await timed('aws up', () => aws(['s3', 'cp', '--only-show-errors', file, 's3://large-s3/large.bin']));
    const args = ['--endpoint-url', endpoint.url, 's3', 'cp', 's3://large-s3/large.bin', '-'];
    assert.equal(await timed('aws down', () => digestPrinted('aws', args, awsEnvironment(endpoint))), digest);
    assertSmall();
  });

  it('goes up and down by Swift, in one request', { skip: skipUnless('swift') }, async () => {
    const swift = swiftCommand(endpoint);
    await swift(['post', 'large-swift']);
    await timed('swift up', () => swift(['upload', 'large-swift', file, '--object-name', 'large.bin']));
    rmSync(file);
    const args = ['--auth-version', '3', 'download', 'large-swift', 'large.bin', '--output', '-'];
    assert.equal(
      await timed('swift down', () => digestPrinted('swift', args, openstackEnvironment(endpoint))),
      digest,
    );
    assertSmall();
  });
});
