/**
 * Two buckets under random calls of all doors: puts in one go and in parts, copies between them, moves, deletions of one and of many, of versions, versioning on and off,
 * policies by address, lifecycle rules, tags and sessions. After every step listings of all doors, versions and counters are what a naive model says.
 * ONGGI_TEST_SEED repeats a run's choices, ONGGI_TEST_LIFE_STEPS is how many steps it has.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { accountUsage, listings, usages, versionIds, versionListing } from '../support/door-views.ts';
import { issueToken } from '../support/iam.ts';
import { fieldsOf, type KosAnswer, type KosCall, kos, makeKosBucket } from '../support/kos.ts';
import { kosObjects } from '../support/kos-objects.ts';
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
const steps = Number(process.env.ONGGI_TEST_LIFE_STEPS ?? 90);
const buckets = ['life-one', 'life-two'] as const;
const keys = ['a', 'folder/b', 'c d', '한글'] as const;

interface Bucket {
  versioning: VersioningState;
  versions: Versions;
  tags: Record<string, string>;
  rules: number;
}

let server: TestServer;
let token: string;
before(async () => {
  server = await startServer({ env: { ONGGI_WORKERS: '2' } });
  token = await issueToken(server, alice);
});
after(() => server.stop());

type More = { body?: string; headers?: Record<string, string> };
const s3 = (method: string, bucket: string, key: string, query = '', more: More = {}) =>
  rawS3(server, { method, target: `${objectTarget(bucket, key)}${query}`, user: alice, ...more });
const s3Bucket = (method: string, bucket: string, query: string, more: More = {}) =>
  rawS3(server, { method, target: `/${bucket}?${query}`, user: alice, ...more });
const swift = (method: string, bucket: string, key: string, { body, headers = {} }: More = {}) =>
  swiftRequest(server, method, `/v1/${demo.id}${objectTarget(bucket, key)}`, {
    headers: { 'X-Auth-Token': token, ...headers },
    ...(body !== undefined && { body }),
  });
const form = (key: string, body: string): KosCall & { body: string } => ({
  headers: { 'Content-Type': 'multipart/form-data; boundary=edge' },
  body: `--edge\r\nContent-Disposition: form-data; name="objectkey"\r\n\r\n${key}\r\n--edge\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n${body}\r\n--edge--\r\n`,
});

async function answers(
  status: number | readonly number[],
  call: Promise<KosAnswer | RawAnswer | SwiftAnswer>,
): Promise<void> {
  const answer = await call;
  assert.ok([status].flat().includes(answer.status), `${answer.status} and not ${status}: ${answer.text}`);
}

/** What is done to objects by which door: `status` is that of a success, or of the refusal of everything. */
type Doors = Readonly<Record<string, () => Promise<KosAnswer | RawAnswer | SwiftAnswer>>>;

const putting = (bucket: string, key: string, body: string): Doors => ({
  KOS: () => kosObjects(server, bucket).upload(form(key, body).body, form(key, body)),
  S3: () => s3('PUT', bucket, key, '', { body }),
  Swift: () => swift('PUT', bucket, key, { body }),
});
const deleting = (bucket: string, key: string): Doors => ({
  KOS: () => kosObjects(server, bucket).remove({ objectkey: key }),
  S3: () => s3('DELETE', bucket, key),
  Swift: () => swift('DELETE', bucket, key),
});

class Life {
  readonly random: SeededRandom;
  readonly #buckets = new Map<string, Bucket>();
  #made = 0;

  constructor(random: SeededRandom) {
    this.random = random;
    for (const name of buckets)
      this.#buckets.set(name, { versioning: 'off', versions: {}, tags: {}, rules: 0 });
  }

  bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    assert.ok(bucket);
    return bucket;
  }

  /** A new text: inline, or a file. */
  text(): string {
    this.#made += 1;
    const length = this.random.pick([0, 5, 5, 300, 30_000, 200_000]);
    return `${this.#made}:`.padEnd(length, '.');
  }

  place(): [bucket: string, key: string] {
    return [this.random.pick(buckets), this.random.pick(keys)];
  }

  seen(bucket: string, key: string): string | undefined {
    return currentText(this.bucket(bucket).versions, key);
  }

  put(bucket: string, key: string, text: string): void {
    const one = this.bucket(bucket);
    one.versions = afterPut(one.versions, one.versioning, key, text);
  }

  delete(bucket: string, key: string, marksAbsent: boolean): void {
    const one = this.bucket(bucket);
    if (this.seen(bucket, key) === undefined && !marksAbsent) return;
    one.versions = afterDeletion(one.versions, one.versioning, key);
  }

  removeVersion(bucket: string, key: string, at: number): void {
    const one = this.bucket(bucket);
    one.versions = afterVersionRemoval(one.versions, key, at);
  }

  move(bucket: string, from: string, to: string): void {
    const one = this.bucket(bucket);
    one.versions = afterMove(one.versions, one.versioning, { from, to });
  }

  async compare(): Promise<void> {
    const all = { objects: 0, bytes: 0 };
    for (const name of buckets) {
      const { versions, tags, rules } = this.bucket(name);
      const texts = Object.values(versions).flatMap((standing) => standing.map(({ text }) => text ?? ''));
      const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
      const visible = keys.flatMap((key) => {
        const text = this.seen(name, key);
        return text === undefined ? [] : [`${key} ${Buffer.byteLength(text)}`];
      });
      visible.sort();
      assert.deepEqual(
        await listings(server, name, token),
        { S3: visible, Swift: visible, KOS: visible },
        name,
      );
      const order = Object.keys(versions).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const expected = order.flatMap((key) =>
        (versions[key] ?? []).map(({ text, isNull }, at) => {
          const what = text === undefined ? 'marker' : Buffer.byteLength(text);
          return `${key} ${what}${isNull ? ' null' : ''}${at === 0 ? ' latest' : ''}`;
        }),
      );
      assert.deepEqual(await versionListing(server, name), expected, name);
      const usage = { objects: visible.length, bytes };
      assert.deepEqual(
        await usages(server, name, token),
        { Swift: usage, Extension: usage, KOS: { bytes } },
        name,
      );
      all.objects += usage.objects;
      all.bytes += usage.bytes;
      assert.deepEqual(fieldsOf(await kos(server, `/kos/v1/buckets/${name}`)).tags, tags);
      const ruled = await kos(server, `/kos/v1/buckets/${name}/lifecycle-rules`);
      assert.equal((ruled.json as unknown[]).length, rules);
    }
    assert.deepEqual(await accountUsage(server, token), all);
    const [bucket, key] = this.place();
    const text = this.seen(bucket, key);
    const read = await s3('GET', bucket, key);
    assert.equal(read.status === 200 ? read.text : undefined, text);
  }
}

type Step = (life: Life) => Promise<string>;

const put: Step = async (life) => {
  const [[bucket, key], text] = [life.place(), life.text()];
  const doors = putting(bucket, key, text);
  const door = life.random.pick(Object.keys(doors));
  await answers([200, 201], doors[door]?.() ?? assert.fail());
  life.put(bucket, key, text);
  return `put ${bucket}/${key} ${text.length} ${door}`;
};

const inParts: Step = async (life) => {
  const [[bucket, key], [from, source]] = [life.place(), life.place()];
  const made = await s3('POST', bucket, key, '?uploads');
  const id = `uploadId=${made.element('UploadId')}`;
  // One part, because every other but the last has to be large.
  const copied = life.seen(from, source);
  const text = copied || life.text() || 'x';
  const headers: Record<string, string> = copied ? { 'x-amz-copy-source': objectTarget(from, source) } : {};
  const more = copied ? { headers } : { body: text };
  const part = await s3('PUT', bucket, key, `?partNumber=7&${id}`, more);
  assert.equal(part.status, 200, part.text);
  const tag = part.element('ETag') ?? part.headers.etag;
  const end = life.random.pick(['complete', 'complete', 'abort', 'leave']);
  if (end === 'abort') await answers(204, s3('DELETE', bucket, key, `?${id}`));
  if (end === 'complete') {
    const body = `<CompleteMultipartUpload><Part><PartNumber>7</PartNumber><ETag>${tag}</ETag></Part></CompleteMultipartUpload>`;
    await answers(200, s3('POST', bucket, key, `?${id}`, { body }));
    life.put(bucket, key, text);
    await answers([200, 404], s3('POST', bucket, key, `?${id}`, { body }));
  }
  return `${end} an upload of ${bucket}/${key}`;
};

const copy: Step = async (life) => {
  const [[bucket, from], [other, to]] = [life.place(), life.place()];
  const text = life.seen(bucket, from);
  const door = life.random.pick(['KOS', 'S3', 'Swift']);
  const into = door === 'KOS' ? bucket : other;
  if (bucket === into && from === to) return 'no copy onto itself';
  const headers = { 'x-amz-copy-source': objectTarget(bucket, from) };
  const call = {
    KOS: () => kosObjects(server, bucket).move({ sourceKey: from, destinationKey: to, action: 'copy' }),
    S3: () => s3('PUT', into, to, '', { headers }),
    Swift: () => swift('COPY', bucket, from, { headers: { Destination: objectTarget(into, to).slice(1) } }),
  }[door];
  await answers(text === undefined ? 404 : [200, 201], call?.() ?? assert.fail());
  if (text !== undefined) life.put(into, to, text);
  return `copy ${bucket}/${from} ${into}/${to} ${door}`;
};

const move: Step = async (life) => {
  const [bucket, from] = life.place();
  const to = life.random.pick(keys.filter((key) => key !== from));
  const [there, taken] = [from, to].map((key) => life.seen(bucket, key) !== undefined);
  const rename = life.random.chance(0.5);
  const objects = kosObjects(server, bucket);
  const answer = rename
    ? await objects.rename({ oldKey: from, newKey: to })
    : await objects.move({ sourceKey: from, destinationKey: to });
  const free = there && !(rename && taken);
  assert.ok(free ? answer.status === 200 : [404, 409].includes(answer.status), answer.text);
  if (free) life.move(bucket, from, to);
  return `${rename ? 'rename' : 'move'} ${bucket}/${from} ${to}`;
};

const remove: Step = async (life) => {
  const [bucket, key] = life.place();
  const doors = deleting(bucket, key);
  const door = life.random.pick(Object.keys(doors));
  const there = life.seen(bucket, key) !== undefined;
  await answers(there || door === 'S3' ? [200, 204] : 404, doors[door]?.() ?? assert.fail());
  life.delete(bucket, key, door === 'S3');
  return `delete ${bucket}/${key} ${door}`;
};

const removeMany: Step = async (life) => {
  const [bucket] = life.place();
  const some = keys.filter(() => life.random.chance(0.5));
  const wanted: string[] = [];
  for (const key of some) {
    const ids = await versionIds(server, bucket, key);
    const at = life.random.between(-1, ids.length - 1);
    const version = at < 0 ? '' : `<VersionId>${ids[at]}</VersionId>`;
    wanted.push(`<Object><Key>${key}</Key>${version}</Object>`);
    if (at < 0) life.delete(bucket, key, true);
    else life.removeVersion(bucket, key, at);
  }
  if (wanted.length === 0) return 'nothing of many';
  const body = `<Delete>${wanted.join('')}</Delete>`;
  const headers = { 'content-md5': createHash('md5').update(body).digest('base64') };
  const answer = await s3Bucket('POST', bucket, 'delete', { body, headers });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.elements('Error'), []);
  return `delete of ${bucket} ${wanted.join(' ')}`;
};

const toggle: Step = async (life) => {
  const [name] = life.place();
  const bucket = life.bucket(name);
  const on = life.random.chance(0.6);
  if (life.random.chance(0.5)) {
    await answers(200, kos(server, `/kos/v1/buckets/${name}`, { method: 'PUT', body: { versioning: on } }));
    if (on || bucket.versioning !== 'off') bucket.versioning = on ? 'enabled' : 'suspended';
  } else {
    const body = `<VersioningConfiguration><Status>${on ? 'Enabled' : 'Suspended'}</Status></VersioningConfiguration>`;
    await answers(200, s3Bucket('PUT', name, 'versioning', { body }));
    bucket.versioning = on ? 'enabled' : 'suspended';
  }
  return `versioning of ${name} ${on}`;
};

/** From elsewhere everything is refused, and nothing has changed once the addresses are open again. */
const shut: Step = async (life) => {
  const [bucket, key] = life.place();
  const path = `/kos/v1/buckets/policy/${bucket}`;
  const lists = life.random.pick([{ s3_read_write_ips: ['192.0.2.1'] }, { s3_read_only_ips: ['127.0.0.1'] }]);
  await answers(201, kos(server, path, { method: 'POST', body: lists }));
  const objects = kosObjects(server, bucket);
  const moves = {
    rename: () => objects.rename({ oldKey: key, newKey: 'elsewhere' }),
    move: () => objects.move({ sourceKey: key, destinationKey: 'elsewhere' }),
    folder: () => objects.upload({ prefix: 'elsewhere' }),
    'S3 in parts': () => s3('POST', bucket, key, '?uploads'),
    'S3 copy': () =>
      s3('PUT', bucket, 'elsewhere', '', {
        headers: { 'x-amz-copy-source': objectTarget(bucket, key) },
      }),
    'Swift metadata': () => swift('POST', bucket, key, { headers: { 'X-Object-Meta-A': 'b' } }),
  };
  const all = { ...putting(bucket, key, 'refused'), ...moves };
  for (const call of [...Object.values(all), ...Object.values(deleting(bucket, key))])
    await answers(403, call());
  await answers(204, kos(server, path, { method: 'DELETE' }));
  return `shut ${bucket} ${JSON.stringify(lists)}`;
};

const tag: Step = async (life) => {
  const [bucket] = life.place();
  const tags: Record<string, string> = life.random.chance(0.3)
    ? {}
    : { team: life.random.pick(['a', 'b', '한글']) };
  if (life.random.chance(0.5) || Object.keys(tags).length === 0) {
    await answers(200, kos(server, `/kos/v1/buckets/${bucket}`, { method: 'PUT', body: { tags } }));
  } else {
    const set = Object.entries(tags).map(
      ([key, value]) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`,
    );
    const body = `<Tagging><TagSet>${set.join('')}</TagSet></Tagging>`;
    await answers([200, 204], s3Bucket('PUT', bucket, 'tagging', { body }));
  }
  life.bucket(bucket).tags = tags;
  return `tag ${bucket} ${JSON.stringify(tags)}`;
};

/** None that has anything to do in our days. */
const rule: Step = async (life) => {
  const [name] = life.place();
  const bucket = life.bucket(name);
  if (life.random.chance(0.5)) {
    const body = {
      name: `rule ${bucket.rules}`,
      expiration_days: 5000,
      noncurrent_days: 5000,
      delete_incomplete_mpu: 5000,
    };
    await answers(201, kos(server, `/kos/v1/buckets/${name}/lifecycle-rules`, { method: 'POST', body }));
    bucket.rules += 1;
  } else {
    await answers(204, s3Bucket('DELETE', name, 'lifecycle'));
    bucket.rules = 0;
  }
  return `rules of ${name}: ${bucket.rules}`;
};

const session: Step = async (life) => {
  const [[bucket, key], text] = [life.place(), life.text()];
  const { access: accessKey, secret: secretKey } = alice.s3Key;
  const opened = await kos(server, '/kos/v1/sessions/activate', {
    method: 'POST',
    body: { accessKey, secretKey },
  });
  const sessionToken = String(fieldsOf(opened).sessionToken);
  const { body, headers } = form(key, text);
  const call = { by: null, headers: { ...headers, 'x-session-token': sessionToken } };
  await answers(201, kosObjects(server, bucket).upload(body, call));
  life.put(bucket, key, text);
  await answers(
    204,
    kos(server, `/kos/v1/sessions/deactivate/${sessionToken}`, { method: 'DELETE', by: null }),
  );
  await answers(401, kosObjects(server, bucket).upload(body, call));
  return `by session ${bucket}/${key}`;
};

test(`${steps} steps at all doors, seed ${seed}`, async () => {
  for (const bucket of buckets) await makeKosBucket(server, bucket);
  const life = new Life(new SeededRandom(seed));
  const kinds = { put, inParts, copy, move, remove, removeMany, toggle, shut, tag, rule, session };
  const weights = {
    put: 6,
    inParts: 3,
    copy: 4,
    move: 4,
    remove: 4,
    removeMany: 3,
    toggle: 2,
    shut: 1,
    tag: 1,
    rule: 1,
    session: 1,
  };
  const done: string[] = [];
  for (let n = 1; n <= steps; n += 1) {
    const kind =
      n <= 15
        ? life.random.pick(['put', 'inParts', 'copy', 'move', 'remove'] as const)
        : life.random.weighted(weights);
    try {
      done.push(await kinds[kind](life));
      await life.compare();
    } catch (error) {
      assert.fail(`step ${n} (${kind}) after ${done.slice(-8).join('; ')}\n${error}`);
    }
  }
});
