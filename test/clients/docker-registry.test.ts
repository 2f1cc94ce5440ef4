// The docker registry keeps its images in Onggi, by its S3 and its Swift driver: layers in pieces, redirected downloads, collection.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { skipUnless } from '../support/clients.ts';
import { answers, freePort, type Started, start, stop } from '../support/foreign-programs.ts';
import { newBucket, s3Client } from '../support/s3.ts';
import { alice } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { tempDirectory } from '../support/temp.ts';
import { commandOf, plainEnvironment } from './adapters/client.ts';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

/** The registry's `storage` section for a bucket; JSON is YAML. */
const drivers: Record<string, (bucket: string) => object> = {
  s3: (bucket) => ({
    s3: {
      bucket,
      region: 'kr-central-2',
      regionendpoint: server.url,
      accesskey: alice.s3Key.access,
      secretkey: alice.s3Key.secret,
      secure: false,
      chunksize: 5 * 1024 * 1024,
    },
  }),
  swift: (bucket) => ({
    swift: {
      container: bucket,
      region: 'kr-central-2',
      authurl: `${server.url}/identity/v3`,
      username: alice.name,
      password: alice.password,
      tenant: alice.project.name,
      domain: 'Default',
      chunksize: 1024 * 1024,
    },
  }),
};

const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const manifestType = 'application/vnd.docker.distribution.manifest.v2+json';
const layer = randomBytes(12 * 1024 * 1024 + 17);
const config = Buffer.from('{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}');
const manifest = JSON.stringify({
  schemaVersion: 2,
  mediaType: manifestType,
  config: {
    mediaType: 'application/vnd.docker.container.image.v1+json',
    size: config.length,
    digest: digestOf(config),
  },
  layers: [
    {
      mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
      size: layer.length,
      digest: digestOf(layer),
    },
  ],
});

for (const [name, storageOf] of Object.entries(drivers)) {
  describe(`docker-registry, ${name} driver`, { skip: skipUnless('docker-registry') }, () => {
    const home = tempDirectory('registry');
    const settings = join(home, 'config.yml');
    let url = '';
    let registry: Started;

    before(async () => {
      const bucket = await newBucket(s3Client(server, alice));
      const port = await freePort();
      url = `http://127.0.0.1:${port}/v2/`;
      const storage = { ...storageOf(bucket), delete: { enabled: true } };
      const http = { addr: `127.0.0.1:${port}`, secret: 'of this test' };
      writeFileSync(settings, JSON.stringify({ version: '0.1', log: { level: 'error' }, storage, http }));
      registry = start('registry', 'docker-registry', ['serve', settings], { home, env: plainEnvironment() });
      await answers(registry, url);
    });
    after(() => stop(registry));

    async function call(
      status: number,
      method: string,
      path: string,
      init: RequestInit = {},
    ): Promise<Response> {
      const answer = await fetch(new URL(path, url), { ...init, method });
      assert.equal(answer.status, status, `${method} ${path}: ${answer.status}`);
      return answer;
    }
    const locationOf = (answer: Response) => answer.headers.get('location') ?? '';
    const withDigest = (location: string, digest: string) => {
      const address = new URL(location);
      address.searchParams.set('digest', digest);
      return address.href;
    };

    it('takes a layer in pieces and a small one at once', async () => {
      let place = locationOf(await call(202, 'POST', 'a/image/blobs/uploads/'));
      let sent = 0;
      for (const size of [3_000_000, 6_000_000, layer.length - 9_000_000]) {
        const headers = {
          'Content-Type': 'application/octet-stream',
          'Content-Range': `${sent}-${sent + size - 1}`,
        };
        const body = layer.subarray(sent, sent + size);
        place = locationOf(await call(202, 'PATCH', place, { headers, body }));
        sent += size;
      }
      await call(201, 'PUT', withDigest(place, digestOf(layer)));
      const small = locationOf(await call(202, 'POST', 'a/image/blobs/uploads/'));
      await call(201, 'PUT', withDigest(small, digestOf(config)), { body: config });
    });

    it('serves tags, and the layer by an address of ours', async () => {
      for (const tag of ['1.0', 'latest']) {
        const headers = { 'Content-Type': manifestType };
        await call(201, 'PUT', `a/image/manifests/${tag}`, { headers, body: manifest });
      }
      assert.deepEqual(await (await call(200, 'GET', 'a/image/tags/list')).json(), {
        name: 'a/image',
        tags: ['1.0', 'latest'],
      });
      const blob = `a/image/blobs/${digestOf(layer)}`;
      const redirected = await call(307, 'GET', blob, { redirect: 'manual' });
      assert.equal(new URL(locationOf(redirected)).origin, server.url);
      const bytes = new Uint8Array(await (await call(200, 'GET', blob)).arrayBuffer());
      assert.equal(digestOf(bytes), digestOf(layer));
      const part = await call(206, 'GET', blob, { headers: { Range: 'bytes=5000000-5000099' } });
      assert.deepEqual(Buffer.from(await part.arrayBuffer()), layer.subarray(5_000_000, 5_000_100));
    });

    it('shares a layer with another repository, and gives up an upload', async () => {
      await call(201, 'POST', `b/blobs/uploads/?mount=${digestOf(layer)}&from=a/image`);
      const place = locationOf(await call(202, 'POST', 'a/image/blobs/uploads/'));
      await call(204, 'DELETE', place);
    });

    it('collects what no manifest names any more', async () => {
      await call(202, 'DELETE', `a/image/manifests/${digestOf(Buffer.from(manifest))}`);
      await call(404, 'GET', 'a/image/manifests/latest', { headers: { Accept: manifestType } });
      const run = commandOf('docker-registry', {});
      const { stdout } = await run(['garbage-collect', settings]);
      assert.match(stdout, new RegExp(`eligible for deletion: ${digestOf(layer)}`));
      await stop(registry);
      registry = start('again', 'docker-registry', ['serve', settings], { home, env: plainEnvironment() });
      await answers(registry, url);
      await call(404, 'HEAD', `a/image/blobs/${digestOf(layer)}`);
    });
  });
}
