// Moves and renames: taken names, what they do to versions, and who wins of many at once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertKosError, makeKosBucket } from '../support/kos.ts';
import { kosObjects } from '../support/kos-objects.ts';
import { rawS3, s3Client } from '../support/s3.ts';
import { alice } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

const putS3 = async (target: string, body: string) =>
  assert.equal((await rawS3(server, { method: 'PUT', target, body, user: alice })).status, 200);

test('a rename needs a free name, a move takes any', async () => {
  await makeKosBucket(server, 'taken-names');
  const objects = kosObjects(server, 'taken-names');
  await putS3('/taken-names/a', 'a');
  await putS3('/taken-names/b', 'b');
  for (let turn = 0; turn < 2; turn += 1) {
    assertKosError(await objects.rename({ oldKey: 'a', newKey: 'b' }), 409, 'AlreadyExists');
  }
  assert.equal(await (await objects.get('b')).text(), 'b');
  assert.equal((await objects.move({ sourceKey: 'a', destinationKey: 'b' })).status, 200);
  assert.deepEqual(await objects.names(), ['b']);
  assert.equal(await (await objects.get('b')).text(), 'a');
});

test('with versioning, a move leaves a marker before the source, and a new version at the destination', async () => {
  await makeKosBucket(server, 'versions-box');
  const objects = kosObjects(server, 'versions-box');
  await putS3(
    '/versions-box?versioning',
    '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
  );
  await putS3('/versions-box/a', 'first');
  await putS3('/versions-box/b', 'old');
  assertKosError(await objects.rename({ oldKey: 'a', newKey: 'b' }), 409, 'AlreadyExists');
  assert.equal((await objects.move({ sourceKey: 'a', destinationKey: 'b' })).status, 200);
  assert.deepEqual(await objects.names(), ['b']);
  assert.equal(await (await objects.get('b')).text(), 'first');
  const { Versions = [], DeleteMarkers = [] } = await s3Client(server, alice).listObjectVersions({
    Bucket: 'versions-box',
  });
  assert.deepEqual(
    Versions.map(({ Key, IsLatest, Size }) => [Key, IsLatest, Size]),
    [
      ['a', false, 5],
      ['b', true, 5],
      ['b', false, 3],
    ],
  );
  assert.deepEqual(
    DeleteMarkers.map(({ Key, IsLatest }) => [Key, IsLatest]),
    [['a', true]],
  );
  assert.equal((await objects.rename({ oldKey: 'b', newKey: 'a' })).status, 200);
  assert.deepEqual(await objects.names(), ['a']);
});

test('many movers of one object, and to one name: one wins, nothing is lost', async () => {
  await makeKosBucket(server, 'race-box');
  const objects = kosObjects(server, 'race-box');
  const statuses = async (calls: Promise<{ status: number }>[]) =>
    (await Promise.all(calls)).map(({ status }) => status).sort();
  for (let round = 0; round < 5; round += 1) {
    await putS3('/race-box/source', `round ${round}`);
    const targets = ['a', 'b', 'c', 'd', 'e', 'f'];
    const outcomes = await statuses(targets.map((newKey) => objects.rename({ oldKey: 'source', newKey })));
    assert.deepEqual(outcomes, [200, 404, 404, 404, 404, 404]);
    const [only, ...more] = await objects.names();
    assert.ok(only !== undefined && more.length === 0);
    assert.equal(await (await objects.get(only)).text(), `round ${round}`);
    await objects.remove({ objectkey: only });

    const sources = ['1', '2', '3', '4'];
    for (const source of sources) await putS3(`/race-box/${source}`, source);
    const toOne = await statuses(sources.map((oldKey) => objects.rename({ oldKey, newKey: 'target' })));
    assert.deepEqual(toOne, [200, 409, 409, 409]);
    const left = await objects.names();
    const won = await (await objects.get('target')).text();
    assert.deepEqual(left, [...sources.filter((source) => source !== won), 'target']);
    for (const objectkey of left) await objects.remove({ objectkey });
  }
});
