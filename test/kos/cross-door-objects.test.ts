/**
 * Objects of one bucket written, copied, moved and deleted by Krutrim's API, S3 and Swift in any order, while versioning goes on and off at two of
 * them, against a naive model: every door sees the same objects, and S3 all versions of them. ONGGI_TEST_SEED repeats a run's choices.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { issueToken } from '../support/iam.ts';
import { type KosAnswer, kos, makeKosBucket } from '../support/kos.ts';
import { formOf, kosObjects } from '../support/kos-objects.ts';
import { objectTarget, type RawAnswer, rawS3 } from '../support/s3.ts';
import { alice, demo } from '../support/seed.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { type SwiftAnswer, swiftRequest } from '../support/swift.ts';
import {
  afterDeletion,
  afterMove,
  afterPut,
  afterVersionRemoval,
  currentText,
  type VersioningState,
  type Versions,
} from '../support/version-model.ts';

const seed = Number(process.env.ONGGI_TEST_SEED ?? Date.now() % 1_000_000);
const bucket = 'mixed-versions';
const keys = ['a', 'folder/b', 'c d', '한글'] as const;

let server: TestServer;
let token: string;
before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: '2' } });
  token = await issueToken(server, alice);
});
after(() => server.stop());

const s3 = (
  method: string,
  key: string,
  query = '',
  more: { body?: string; headers?: Record<string, string> } = {},
) => rawS3(server, { method, target: `${objectTarget(bucket, key)}${query}`, user: alice, ...more });
const swift = (
  method: string,
  key: string,
  { body, headers = {} }: { body?: string; headers?: Record<string, string> } = {},
) =>
  swiftRequest(server, method, `/v1/${demo.id}${objectTarget(bucket, key)}`, {
    headers: { 'X-Auth-Token': token, ...headers },
    ...(body !== undefined && { body }),
  });
const objects = () => kosObjects(server, bucket);

async function answers(status: number, call: Promise<KosAnswer | RawAnswer | SwiftAnswer>): Promise<void> {
  const answer = await call;
  assert.equal(answer.status, status, answer.text);
}

/** What is put: a body, and what is said about it. */
interface Thing {
  readonly body: string;
  readonly color: string | undefined;
}

/** What must be there; things go into the texts of the common model as JSON. */
class Model {
  versioning: VersioningState = 'off';
  #versions: Versions = {};

  all(key: string): { thing: Thing | undefined; isNull: boolean }[] {
    return (this.#versions[key] ?? []).map(({ text, isNull }) => ({ thing: thingOf(text), isNull }));
  }

  seen(key: string): Thing | undefined {
    return thingOf(currentText(this.#versions, key));
  }

  visible(): string[] {
    return keys.filter((key) => this.seen(key) !== undefined).sort();
  }

  put(key: string, thing: Thing | undefined): void {
    this.#versions = afterPut(this.#versions, this.versioning, key, JSON.stringify(thing));
  }

  /** Without a version. `marksAbsent`: a marker comes also where nothing is seen. */
  remove(key: string, marksAbsent: boolean): void {
    if (this.seen(key) === undefined && !marksAbsent) return;
    this.#versions = afterDeletion(this.#versions, this.versioning, key);
  }

  removeVersion(key: string, at: number): void {
    this.#versions = afterVersionRemoval(this.#versions, key, at);
  }

  copy(from: string, to: string, at = 0): void {
    this.put(to, this.all(from)[at]?.thing);
  }

  move(from: string, to: string): void {
    this.#versions = afterMove(this.#versions, this.versioning, { from, to });
  }
}

function thingOf(text: string | undefined): Thing | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as Thing);
}

type Step = (model: Model, random: SeededRandom) => Promise<string>;

/** Ways to write one object; each answers whether it has metadata. */
const puts: Record<string, (key: string, body: string, color: string) => Promise<boolean>> = {
  async 'KOS by address'(key, body) {
    const answer = await objects().put(key, body);
    assert.equal(answer.status, 200);
    return false;
  },
  async 'KOS by form'(key) {
    await answers(201, objects().upload(formOf(key).body, { headers: formOf(key).headers }));
    return false;
  },
  async S3(key, body, color) {
    await answers(200, s3('PUT', key, '', { body, headers: { 'x-amz-meta-color': color } }));
    return true;
  },
  async 'S3 in parts'(key, body, color) {
    const made = await s3('POST', key, '?uploads', { headers: { 'x-amz-meta-color': color } });
    const upload = made.element('UploadId');
    const { headers } = await s3('PUT', key, `?partNumber=1&uploadId=${upload}`, { body });
    const part = `<Part><PartNumber>1</PartNumber><ETag>${headers.etag}</ETag></Part>`;
    const document = `<CompleteMultipartUpload>${part}</CompleteMultipartUpload>`;
    await answers(200, s3('POST', key, `?uploadId=${upload}`, { body: document }));
    return true;
  },
  async Swift(key, body, color) {
    await answers(201, swift('PUT', key, { body, headers: { 'X-Object-Meta-Color': color } }));
    return true;
  },
};

let written = 0;

const put: Step = async (model, random) => {
  const [key, way] = [random.pick(keys), random.pick(Object.keys(puts))];
  written += 1;
  // What a form of the tests holds is one byte.
  const body = way === 'KOS by form' ? 'x' : `body ${written}`;
  const colored = await puts[way]?.(key, body, `color ${written}`);
  model.put(key, { body, color: colored ? `color ${written}` : undefined });
  return `put ${key} ${way}`;
};

function twoKeys(random: SeededRandom): [string, string] {
  const from = random.pick(keys);
  return [from, random.pick(keys.filter((key) => key !== from))];
}

const copy: Step = async (model, random) => {
  const [from, to] = twoKeys(random);
  const there = model.seen(from) !== undefined;
  const door = random.pick(['KOS', 'S3', 'Swift']);
  const source = objectTarget(bucket, from);
  if (door === 'KOS') {
    const body = { sourceKey: from, destinationKey: to, action: 'copy' };
    await answers(there ? 200 : 404, objects().move(body));
  } else if (door === 'S3') {
    await answers(there ? 200 : 404, s3('PUT', to, '', { headers: { 'x-amz-copy-source': source } }));
  } else {
    await answers(
      there ? 201 : 404,
      swift('COPY', from, { headers: { Destination: objectTarget(bucket, to).slice(1) } }),
    );
  }
  if (there) model.copy(from, to);
  return `copy ${from} ${to} ${door}`;
};

const move: Step = async (model, random) => {
  const [from, to] = twoKeys(random);
  const rename = random.chance(0.5);
  const there = model.seen(from) !== undefined;
  const taken = rename && model.seen(to) !== undefined;
  const status = !there ? [404, 409] : [taken ? 409 : 200];
  const answer = rename
    ? await objects().rename({ oldKey: from, newKey: to })
    : await objects().move({ sourceKey: from, destinationKey: to });
  assert.ok(status.includes(answer.status), answer.text);
  if (answer.status === 200) model.move(from, to);
  return `${rename ? 'rename' : 'move'} ${from} ${to}`;
};

const remove: Step = async (model, random) => {
  const key = random.pick(keys);
  const there = model.seen(key) !== undefined;
  const door = random.pick(['KOS', 'S3', 'Swift']);
  if (door === 'KOS') await answers(there ? 200 : 404, objects().remove({ objectkey: key }));
  else if (door === 'S3') await answers(204, s3('DELETE', key));
  else await answers(there ? 204 : 404, swift('DELETE', key));
  model.remove(key, door === 'S3');
  return `remove ${key} ${door}`;
};

interface ListedVersion {
  readonly id: string;
  readonly marker: boolean;
  readonly latest: boolean;
}

/** Of one key, newest first. */
async function versionsOf(key: string): Promise<ListedVersion[]> {
  const answer = await rawS3(server, {
    target: `/${bucket}?prefix=${encodeURIComponent(key)}&versions`,
    user: alice,
  });
  assert.equal(answer.status, 200, answer.text);
  const found = [...answer.text.matchAll(/<(Version|DeleteMarker)>(.*?)<\/\1>/gs)];
  return found.map(([, kind, text = '']) => ({
    id: /<VersionId>(.*?)</.exec(text)?.[1] ?? '',
    marker: kind === 'DeleteMarker',
    latest: text.includes('<IsLatest>true<'),
  }));
}

const removeVersion: Step = async (model, random) => {
  const key = random.pick(keys);
  const versions = await versionsOf(key);
  if (versions.length === 0) return 'nothing to remove';
  const at = random.between(0, versions.length - 1);
  await answers(204, s3('DELETE', key, `?versionId=${versions[at]?.id}`));
  model.removeVersion(key, at);
  return `remove version ${at} of ${key}`;
};

const restore: Step = async (model, random) => {
  const [from, to] = twoKeys(random);
  const versions = await versionsOf(from);
  const at = versions.findLastIndex(({ marker }) => !marker);
  if (at < 0) return 'nothing to restore';
  const source = `${objectTarget(bucket, from)}?versionId=${versions[at]?.id}`;
  await answers(200, s3('PUT', to, '', { headers: { 'x-amz-copy-source': source } }));
  model.copy(from, to, at);
  return `copy version ${at} of ${from} to ${to}`;
};

const toggle: Step = async (model, random) => {
  const on = random.chance(0.7);
  if (random.chance(0.5)) {
    await answers(200, kos(server, `/kos/v1/buckets/${bucket}`, { method: 'PUT', body: { versioning: on } }));
    // Never on, and not wanted: KOS cannot say suspended.
    if (on || model.versioning !== 'off') model.versioning = on ? 'enabled' : 'suspended';
  } else {
    const body = `<VersioningConfiguration><Status>${on ? 'Enabled' : 'Suspended'}</Status></VersioningConfiguration>`;
    await answers(200, rawS3(server, { method: 'PUT', target: `/${bucket}?versioning`, body, user: alice }));
    model.versioning = on ? 'enabled' : 'suspended';
  }
  return `versioning ${on}`;
};

async function compare(model: Model): Promise<void> {
  const visible = model.visible();
  const listed = await rawS3(server, { target: `/${bucket}?list-type=2`, user: alice });
  assert.deepEqual(listed.elements('Key').sort(), visible);
  const headers = { 'X-Auth-Token': token };
  const names = await swiftRequest(server, 'GET', `/v1/${demo.id}/${bucket}`, { headers });
  assert.deepEqual(names.text.split('\n').filter(Boolean).sort(), visible);
  const levels = [...(await objects().list()), ...(await objects().list('folder/'))];
  assert.deepEqual(levels.flatMap(({ isFolder, key }) => (isFolder ? [] : [key])).sort(), visible);
  for (const key of keys) await compareKey(model, key);
}

async function compareKey(model: Model, key: string): Promise<void> {
  const seen = model.seen(key);
  const [byS3, bySwift] = [await s3('GET', key), await swift('GET', key)];
  const byKos = await objects().download(
    { objectkey: key },
    { headers: { Accept: 'application/octet-stream' } },
  );
  const texts = [byS3, bySwift, byKos].map(({ status, text }) => (status === 200 ? text : status));
  assert.deepEqual(texts, Array(3).fill(seen?.body ?? 404), key);
  assert.equal(byS3.headers['x-amz-meta-color'], seen?.color, key);
  assert.equal(bySwift.headers['x-object-meta-color'], seen?.color, key);
  const versions = await versionsOf(key);
  const expected = model.all(key).map(({ thing, isNull }, at) => [thing === undefined, isNull, at === 0]);
  assert.deepEqual(
    versions.map(({ id, marker, latest }) => [marker, id === 'null', latest]),
    expected,
    key,
  );
  for (const [at, { id, marker }] of versions.entries()) {
    const answer = await s3('GET', key, `?versionId=${id}`);
    const version = model.all(key)[at]?.thing;
    if (marker) assert.equal(answer.status, 405, answer.text);
    else assert.deepEqual([answer.text, answer.headers['x-amz-meta-color']], [version?.body, version?.color]);
  }
}

test(`150 steps at three doors, seed ${seed}`, async () => {
  await makeKosBucket(server, bucket);
  const random = new SeededRandom(seed);
  const model = new Model();
  const weights = { put: 6, copy: 3, move: 4, remove: 4, removeVersion: 2, restore: 1, toggle: 1 };
  const kinds = { put, copy, move, remove, removeVersion, restore, toggle };
  const done: string[] = [];
  for (let n = 1; n <= 150; n += 1) {
    // Off for a while, as buckets begin.
    const kind = n <= 20 ? random.pick(['put', 'copy', 'move', 'remove'] as const) : random.weighted(weights);
    try {
      done.push(await kinds[kind](model, random));
      if (n % 5 === 0) await compare(model);
    } catch (error) {
      assert.fail(`step ${n} (${kind}) after ${done.slice(-8).join('; ')}\n${error}`);
    }
  }
});
