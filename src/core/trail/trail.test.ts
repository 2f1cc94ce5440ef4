// The trail's storage against a naive list: whatever was sealed, merged and dropped, a search answers the same.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { beforeCommit, type MemoryCore, memoryCore } from '../../../test/support/memory-core.ts';
import { hashTerm, IndexBuilder, pageOfHash, placesDown, placesIn } from './chunk-index.ts';
import { listChunks } from './chunk-source.ts';
import { eventFormat, positionOf, positionOfRecord, type TrailEvent } from './event.ts';
import { glanceFor } from './glance.ts';
import { blocksSpan, discardsSpan, freshKey, pagesSpan } from './keys.ts';
import { redactQuery } from './redact.ts';
import { dropEventsBefore, mergeChunks, sealEvents, sweepChunks } from './seal.ts';
import { searchTrail, type TrailSearch } from './search.ts';
import { TermHashes } from './term-hashes.ts';
import { hasTerms, termsOf, termsOfFilter } from './terms.ts';

const projects = ['0bc7a4c4a8fb4fee98dcf1936d8ed8eb', '5f0d1c3b2a984e7d8c6b5a4938271605'];
const names = ['PutObject', 'GetObject', 'DeleteBucket', 'IssueToken'];
const users = ['alice', 'bob', 'carol'];
const buckets = ['photos', 'films'];

let serial = 0;
function eventOf(time: number, seed: number): TrailEvent {
  serial += 1;
  const user = users[seed % 3] ?? '';
  const project = projects[seed % 2] ?? '';
  const status = [200, 201, 403, 404][(seed >> 1) % 4] ?? 200;
  return {
    id: serial.toString(16).padStart(32, '0'),
    time,
    api: ['s3', 'swift', 'iam'][(seed >> 3) % 3] ?? 's3',
    name: names[(seed >> 2) % 4] ?? '',
    resource: {
      type: 'Object',
      name: `Photo ${seed % 7}/옹기.jpg`,
      bucket: buckets[(seed >> 4) % 2],
      project,
    },
    user: {
      id: `id-${user}`,
      name: `${user}@example.com`,
      type: 'user',
      domain: 'default',
      project,
      proof: 's3-key',
      proofId: 'K',
    },
    address: `10.0.0.${seed % 5}`,
    agent: 'aws-cli/2',
    method: 'PUT',
    path: '/x',
    query: '',
    status,
    error: status >= 400 ? 'AccessDenied' : undefined,
  };
}

async function record(core: MemoryCore, events: readonly TrailEvent[]): Promise<void> {
  const puts = events.map((event) => [freshKey(positionOf(event)), eventFormat.encode(event)] as const);
  await core.meta.commit({ puts });
}

/** Filters written out by hand, apart from the terms that the product makes of them. */
const naive: { [K in keyof TrailSearch]?: (event: TrailEvent, asked: string) => boolean } = {
  eventName: (e, asked) => e.name.toLowerCase() === asked.toLowerCase(),
  service: (e, asked) =>
    (e.api === 'iam' ? 'iam' : 'object storage') === asked.toLowerCase() || e.api === asked,
  resourceName: (e, asked) =>
    [e.resource?.name, e.resource?.bucket, `${e.resource?.bucket}/${e.resource?.name}`].includes(asked),
  user: (e, asked) => e.user?.id === asked || e.user?.name === asked.toLowerCase(),
  project: (e, asked) => e.user?.project === asked,
  status: (e, asked) => `${e.status}` === asked || `${Math.floor(e.status / 100)}xx` === asked,
  address: (e, asked) => e.address === asked,
  text: (e, asked) =>
    asked
      .toLowerCase()
      .split(' ')
      .every((word) =>
        [e.name, e.resource?.name, e.resource?.bucket, e.user?.name, e.error, e.agent].some((text) =>
          text
            ?.toLowerCase()
            .split(/[^a-z0-9옹기]+/)
            .includes(word),
        ),
      ),
};

const optionally = (values: readonly string[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
const filters = fc.record({
  eventName: optionally([...names, 'putobject', 'Nothing']),
  service: optionally(['IAM', 'Object Storage', 's3', 'swift']),
  resourceName: optionally(['photos', 'films', 'Photo 3/옹기.jpg', 'films/Photo 1/옹기.jpg', 'nothing']),
  user: optionally(['id-alice', 'bob@example.com', 'BOB@example.com', 'nobody']),
  project: optionally(projects),
  status: optionally(['200', '403', '4xx', '500']),
  address: optionally(['10.0.0.1', '10.0.0.9']),
  text: optionally(['photo', 'PHOTO 옹기', 'alice accessdenied', 'phot']),
});

function expected(all: readonly TrailEvent[], search: Omit<TrailSearch, 'limit'>): string[] {
  return all
    .filter(
      (event) => event.time >= (search.from ?? 0) && event.time < (search.to ?? Number.POSITIVE_INFINITY),
    )
    .filter((event) =>
      Object.entries(naive).every(([name, holds]) => {
        const asked = search[name as keyof typeof search];
        return asked === undefined || holds(event, String(asked));
      }),
    )
    .sort((a, b) => Buffer.compare(positionOf(b), positionOf(a)))
    .map(({ id }) => id);
}

async function found(core: MemoryCore, search: Omit<TrailSearch, 'limit'>, limit: number): Promise<string[]> {
  const ids: string[] = [];
  let before: TrailSearch['before'];
  do {
    const page = await searchTrail(core, { ...search, limit, before });
    assert.ok(page.events.length <= limit);
    ids.push(...page.events.map(({ id }) => id));
    before = page.next;
  } while (before !== undefined);
  return ids;
}

test('a search answers what a naive filter does, before and after sealing, merging and in pages of any size', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          seeds: fc.array(fc.nat(1000), { minLength: 1, maxLength: 150 }),
          after: fc.constantFrom('nothing', 'seal', 'seal and merge'),
        }),
        { minLength: 1, maxLength: 6 },
      ),
      fc.array(filters, { minLength: 3, maxLength: 6 }),
      fc.integer({ min: 1, max: 90 }),
      fc.tuple(fc.nat(400), fc.nat(400)),
      async (rounds, asked, limit, [a, b]) => {
        const core = await memoryCore();
        const start = core.clock();
        const all: TrailEvent[] = [];
        for (const { seeds, after } of rounds) {
          // Late ones too, that sort before what is sealed already.
          const events = seeds.map((seed) => eventOf(core.clock() + (seed % 50) - 40, seed));
          await record(core, events);
          all.push(...events);
          core.advance(60);
          if (after !== 'nothing') await sealEvents(core, { age: 20, least: 1, most: 100 });
          if (after === 'seal and merge') await mergeChunks(core, 128);
        }
        for (const filter of asked) {
          const search = { ...filter, from: start - 50 + Math.min(a, b), to: start - 40 + Math.max(a, b) };
          assert.deepEqual(await found(core, search, limit), expected(all, search));
          assert.deepEqual(await found(core, filter, limit), expected(all, filter));
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('an event has the terms of a filter exactly when the filter is for it', () => {
  fc.assert(
    fc.property(fc.nat(5000), filters, (seed, filter) => {
      const event = eventOf(1, seed);
      const terms = termsOfFilter(filter);
      const all = termsOf(event);
      assert.equal(
        hasTerms(event, terms),
        terms.every((term) => all.has(term)),
      );
      assert.equal(hasTerms(event, terms), expected([event], filter).length === 1);
    }),
  );
});

test('a chunk is indexed by the hashes of all terms of its events', () => {
  const hashes = new TermHashes();
  fc.assert(
    fc.property(fc.nat(5000), fc.string({ unit: 'binary', maxLength: 300 }), (seed, agent) => {
      const event = { ...eventOf(1, seed), agent: seed % 5 === 0 ? 'a b '.repeat(80) : agent };
      assert.deepEqual(new Set(hashes.of(event)), new Set([...termsOf(event)].map(hashTerm)));
    }),
  );
});

test('the position of an event is read off its record', () => {
  fc.assert(
    fc.property(fc.nat(5000), fc.nat({ max: 2 ** 45 }), (seed, time) => {
      const event = eventOf(time, seed);
      assert.deepEqual(positionOfRecord(eventFormat.encode(event)), positionOf(event));
    }),
  );
});

describe('a glance at a record', () => {
  test('passes over nothing that has the terms asked for', () => {
    fc.assert(
      fc.property(
        fc.nat(5000),
        fc.nat(30),
        fc.constantFrom('', '\u212a9 \u0130x', 'É ß', 'K8'),
        (seed, pick, agent) => {
          const event = { ...eventOf(1, seed), agent };
          const all = [...termsOf(event)];
          const term = all[pick % all.length] ?? '';
          assert.ok(glanceFor([term])(eventFormat.encode(event)), term);
        },
      ),
    );
  });

  test('passes over a record without them', () => {
    const record = eventFormat.encode(eventOf(1, 0));
    for (const filter of [
      { user: 'nobody' },
      { status: '500' },
      { text: 'nowhere' },
      { resourceName: 'a/no-such-thing' },
    ]) {
      assert.equal(glanceFor(termsOfFilter(filter))(record), false, JSON.stringify(filter));
    }
  });

  test('knows every character whose lower case is in ASCII', () => {
    const known = [];
    for (let code = 0x80; code < 0x11_0000; code += 1) {
      const character = String.fromCodePoint(code);
      if (/[a-z0-9]/.test(character.toLowerCase())) known.push(code);
    }
    assert.deepEqual(known, [0x130, 0x212a]);
  });
});

test('the index gives back the places of every term, as lists and as bitmaps', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uniqueArray(fc.nat(400), { maxLength: 20 }), { minLength: 1, maxLength: 600 }),
      (rows) => {
        const builder = new IndexBuilder();
        for (const row of rows) builder.add(['everywhere', ...row.map(String)]);
        const { bits, pages } = builder.finish();
        assert.equal(pages.length, 2 ** bits);
        for (const term of ['everywhere', 'nowhere', ...new Set(rows.flat().map(String))]) {
          const hash = hashTerm(term);
          const page = pages[pageOfHash(hash, bits)];
          assert.ok(page);
          const map = placesIn(page, hash, rows.length);
          const places = map === undefined ? [] : [...placesDown(map, rows.length)];
          const wanted = rows.flatMap((row, at) =>
            term === 'everywhere' || row.includes(Number(term)) ? [at] : [],
          );
          assert.deepEqual(places.toReversed(), wanted);
        }
      },
    ),
    { numRuns: 30 },
  );
});

async function filled(count: number): Promise<{ core: MemoryCore; ids: string[] }> {
  const core = await memoryCore();
  const events = Array.from({ length: count }, (_, i) => eventOf(core.clock() + i, i));
  await record(core, events);
  core.advance(60_000);
  return { core, ids: events.map(({ id }) => id).toReversed() };
}

describe('whatever happens at the worst moment', () => {
  test('two processes that seal at once: one of them does', async () => {
    const { core, ids } = await filled(300);
    let other = 0;
    const sealing = { age: 0, least: 1, most: 200 };
    beforeCommit(
      core,
      ({ deletes }) => (deletes?.length ?? 0) > 1,
      async () => {
        other = await sealEvents(core, sealing);
      },
    );
    assert.deepEqual([await sealEvents(core, sealing), other], [0, 200]);
    assert.deepEqual(await found(core, {}, 50), ids);
    core.advance(3_600_000);
    await sweepChunks(core);
    assert.equal((await listChunks(core)).length, 1);
    assert.deepEqual(await found(core, {}, 50), ids);
  });

  test('an event that is corrected while it is sealed keeps its correction', async () => {
    const { core, ids } = await filled(10);
    const [newest] = (await searchTrail(core, { limit: 1 })).events;
    assert.ok(newest);
    const corrected = { ...newest, status: 500, error: 'Internal' };
    beforeCommit(
      core,
      ({ deletes }) => (deletes?.length ?? 0) > 1,
      () => record(core, [corrected]),
    );
    assert.equal(await sealEvents(core, { age: 0, least: 1 }), 0);
    assert.equal(await sealEvents(core, { age: 0, least: 1 }), 10);
    assert.deepEqual(await found(core, {}, 50), ids);
    assert.deepEqual((await searchTrail(core, { limit: 1 })).events[0], corrected);
  });

  test('a correction that comes after the sealing counts, once', async () => {
    const { core, ids } = await filled(10);
    const [newest] = (await searchTrail(core, { limit: 1 })).events;
    assert.ok(newest);
    await sealEvents(core, { age: 0, least: 1 });
    const corrected = { ...newest, status: 500, error: 'Internal' };
    await record(core, [corrected]);
    assert.deepEqual(await found(core, {}, 3), ids);
    await sealEvents(core, { age: 0, least: 1 });
    await mergeChunks(core, 4);
    assert.deepEqual(await found(core, {}, 3), ids);
    assert.deepEqual((await searchTrail(core, { limit: 1 })).events[0], corrected);
  });

  test('a search that meets a sealing misses nothing', async () => {
    const { core, ids } = await filled(1500);
    const { range } = core.meta;
    let reads = 0;
    core.meta.range = async (wanted) => {
      const entries = await range.call(core.meta, wanted);
      reads += 1;
      if (reads % 3 === 1) {
        core.meta.range = range;
        await sealEvents(core, { age: 0, least: 1, most: 400 });
      }
      return entries;
    };
    assert.deepEqual(await found(core, {}, 1000), ids);
  });

  test('blocks of a chunk whose maker died, and of chunks that were merged, go in time', async () => {
    const { core, ids } = await filled(300);
    const { commit } = core.meta;
    core.meta.commit = async (changes) => {
      if ((changes.deletes?.length ?? 0) > 1) throw new Error('dead');
      return commit.call(core.meta, changes);
    };
    await assert.rejects(sealEvents(core, { age: 0, least: 1 }), /dead/);
    core.meta.commit = commit;
    while ((await sealEvents(core, { age: 0, least: 1, most: 100 })) > 0);
    assert.equal(await mergeChunks(core, 256), true);
    core.advance(3_600_000);
    await sweepChunks(core);
    const chunks = await listChunks(core);
    assert.deepEqual(
      chunks.map(({ record: { count } }) => count).toSorted((a, b) => a - b),
      [44, 256],
    );
    const count = async (span: { start: Uint8Array; end: Uint8Array }) =>
      (await core.meta.range({ ...span, limit: 10_000 })).length;
    assert.equal(await count(discardsSpan()), 0);
    const whole = { start: Uint8Array.of(0x62), end: Uint8Array.of(0x64) };
    let owned = 0;
    for (const { id } of chunks) owned += (await count(blocksSpan(id))) + (await count(pagesSpan(id)));
    assert.equal(await count(whole), owned);
    assert.deepEqual(await found(core, {}, 1000), ids);
  });
});

test('old events go, whole chunks at a time, and younger ones stay', async () => {
  const { core } = await filled(200);
  await sealEvents(core, { age: 0, least: 1, most: 100 });
  await sealEvents(core, { age: 0, least: 1, most: 50 });
  const oldest = (await found(core, {}, 1000)).length;
  const times = (await searchTrail(core, { limit: 1000 })).events.map(({ time }) => time).toReversed();
  assert.equal(await dropEventsBefore(core, times[100] ?? 0), 100);
  assert.equal((await found(core, {}, 1000)).length, oldest - 100);
  assert.equal(await dropEventsBefore(core, times[170] ?? 0), 70);
  assert.equal((await found(core, {}, 1000)).length, 30);
});

describe('queries without secrets', () => {
  const cases: [string, string][] = [
    ['', ''],
    ['prefix=a&list-type=2', 'prefix=a&list-type=2'],
    ['X-Amz-Credential=AKID%2F20260101%2Fr%2Fs3%2Faws4_request&X-Amz-Signature=abc', 'X-Amz-Credential=AKID'],
    ['continuation-token=abc&X-Amz-Security-Token=abc', 'continuation-token=abc'],
    ['%58-Amz-Signature=abc&AWSAccessKeyId=a&Signature=b&Expires=1', 'Expires=1'],
    ['temp_url_sig=a&temp_url_expires=1', 'temp_url_expires=1'],
    ['%zz=abc&key=abc&prefix=photo', 'prefix=photo'],
    ['api_key=a&private-key=b&auth=c&access_token', ''],
  ];
  for (const [raw, kept] of cases) test(raw, () => assert.equal(redactQuery(raw), kept));
});
