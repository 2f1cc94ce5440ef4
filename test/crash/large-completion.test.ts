// A completion that writes its manifest in several commits, killed in the middle of them.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { withStore } from '../support/offline-store.ts';
import { beginUpload, completionOf, copyParts, etagOfParts, type Parts } from '../support/parts-by-copy.ts';
import { rawS3 } from '../support/s3.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { auditCounters } from '../support/store-audit.ts';
import { type Content, partBytes } from './contents.ts';
import { type Answer, targetOf } from './doors.ts';
import { bareEtag, copiedEtag } from './objects.ts';
import { basePlace, type Scene, steadyBuckets, steadyKeys } from './scene.ts';
import { clear, prepare } from './stage.ts';
import { Victim } from './victim.ts';

/** More than one commit takes, so that the manifest is written beforehand. */
const count = 620;
const kills = 4;
/** Milliseconds from the request to the death; a completion takes some tens. */
const moments = [5, 120] as const;
const place = { bucket: steadyBuckets[1], key: steadyKeys[0] ?? '' };

it('a completion of many parts is whole or absent, whenever it is killed', async () => {
  const seed = Number(process.env.ONGGI_TEST_CRASH_SEED ?? Date.now() % 1_000_000_007);
  const random = new SeededRandom(seed);
  console.log(`large completion: ONGGI_TEST_CRASH_SEED=${seed}`);
  const victim = await Victim.start();
  const stage = await prepare(victim);
  const { scene } = stage;
  const before = await putBefore(scene);
  const base = scene.contents.find(bareEtag(await ask(scene, 'HEAD', targetOf(basePlace))));
  assert.ok(base);
  const bytes = base.slice(0, partBytes);
  const parts: Parts = { source: targetOf(basePlace), md5: base.md5, count };
  const builder = { server: await scene.address, user: scene.user };
  const target = await beginUpload(builder, targetOf(place));
  await copyParts(builder, target, parts);
  const etag = etagOfParts(parts);

  let completed = false;
  for (let number = 1; number <= kills; number += 1) {
    const answer = complete(scene, target, parts);
    const moment = random.between(...moments);
    await sleep(moment);
    scene.died();
    await victim.kill('everything', random);
    const { verdict } = await answer;
    await withStore(victim, auditCounters);
    scene.moveTo(Promise.resolve(await victim.startAgain()));
    const now = bareEtag(await ask(scene, 'HEAD', targetOf(place)));
    assert.ok(
      now === etag || (now === before.etag && verdict !== 'done' && !completed),
      `${now} after ${verdict}`,
    );
    completed = now === etag;
    console.log(`large completion, killed after ${moment} ms: ${completed ? 'whole' : 'absent'}, ${verdict}`);
    const listed = await scene.ask('S3', { method: 'GET', target });
    assert.equal(listed.verdict, completed ? 'absent' : 'done');
  }
  const again = await complete(scene, target, parts);
  assert.deepEqual([again.verdict, copiedEtag(again)], ['done', etag], again.told);
  await readBack(scene, etag, bytes, random);
  assert.deepEqual(scene.recorder.violations, []);
  await clear(stage);
});

async function ask(scene: Scene, method: string, target: string): Promise<Answer> {
  const answer = await scene.ask('S3', { method, target });
  assert.equal(answer.verdict, 'done', answer.told);
  return answer;
}

/** What the completion will replace. */
async function putBefore(scene: Scene): Promise<Content> {
  const content = scene.contents.make(200_000);
  const { verdict, told } = await scene.ask('S3', {
    method: 'PUT',
    target: targetOf(place),
    body: content.bytes,
  });
  assert.equal(verdict, 'done', told);
  return content;
}

function complete(scene: Scene, target: string, parts: Parts): Promise<Answer> {
  return scene.ask('S3', { method: 'POST', target, body: completionOf(parts) });
}

/** The size, and ranges anywhere: all parts are alike, so the bytes of every place are known. */
async function readBack(scene: Scene, etag: string, bytes: Buffer, random: SeededRandom): Promise<void> {
  const head = await ask(scene, 'HEAD', targetOf(place));
  assert.deepEqual([bareEtag(head), head.header('content-length')], [etag, String(count * partBytes)]);
  const twice = Buffer.concat([bytes, bytes]);
  for (let turn = 0; turn < 40; turn += 1) {
    const start = random.between(0, count - 2) * partBytes + random.between(0, partBytes - 1);
    const length = random.between(1, 300_000);
    const headers = { Range: `bytes=${start}-${start + length - 1}` };
    const part = await rawS3(await scene.address, { target: targetOf(place), headers, user: scene.user });
    const from = start % partBytes;
    assert.ok(twice.subarray(from, from + length).equals(part.body), `bytes from ${start}`);
  }
}
