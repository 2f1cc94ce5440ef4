/** Owns the proofs that the PostgreSQL engine keeps the interface's promises, and those it makes beyond it. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { postgresMissing, startPostgres, type TestPostgres } from '../../../../test/support/postgres.ts';
import { Corrupt, Unavailable } from '../../errors.ts';
import { metaStoreContract } from '../contract.test-suite.ts';
import { counterValue, type MetaStore, retrying } from '../meta-store.ts';
import { asFailure } from './failure.ts';
import { openPostgres } from './open.ts';
import { startRelay } from './relay.test-suite.ts';

const missing = postgresMissing();
let server: TestPostgres | undefined;

before(async () => {
  if (missing === false) server = await startPostgres();
});
after(() => server?.stop());

/** The URL of a schema of its own. */
function freshUrl(): string {
  return `${server?.url}?schema=test_${randomBytes(8).toString('hex')}`;
}

metaStoreContract(
  'postgres',
  async () => {
    const url = freshUrl();
    let store = await openPostgres({ url });
    return {
      store,
      reopen: async () => {
        await store.close();
        store = await openPostgres({ url });
        return store;
      },
      close: () => store.close(),
    };
  },
  missing,
);

const bytes = (text: string): Buffer => Buffer.from(text);
const textOf = (value: Uint8Array | undefined): string => Buffer.from(value ?? []).toString();
const put = (store: MetaStore, name: string) => store.commit({ puts: [[bytes(name), bytes(name)]] });

/** Runs SQL as another session would. */
async function runSql(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: server?.url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

describe('PostgreSQL', { skip: missing }, () => {
  it('makes its schema once when many open it at the same time', async () => {
    const url = freshUrl();
    const stores = await Promise.all(Array.from({ length: 12 }, () => openPostgres({ url, poolSize: 2 })));
    await Promise.all(stores.map((store, index) => put(store, String(index))));
    const last = stores.at(-1);
    const page = await last?.range({ start: bytes('0'), end: bytes('z'), limit: 100 });
    assert.equal(page?.length, 12);
    await Promise.all(stores.map((store) => store.close()));
  });

  it('loses no increment between two pools, among small and huge commits', async () => {
    const url = freshUrl();
    const stores = await Promise.all([openPostgres({ url }), openPostgres({ url })]);
    const many = Array.from({ length: 150 }, (_, index) => bytes(`many-${index}`));
    const increment = (store: MetaStore, keys: readonly Buffer[]) =>
      retrying(async () => {
        const entries = await store.get(keys);
        await store.commit({
          checks: keys.map((key, index) => [key, entries[index]?.version ?? null]),
          puts: keys.map((key, index) => [key, bytes(String(Number(textOf(entries[index]?.value)) + 1))]),
          adds: [[bytes('n'), 1n]],
        });
      }, 1000);
    const small = many.slice(0, 2);
    await Promise.all(
      stores.flatMap((store) =>
        Array.from({ length: 30 }, (_, index) => increment(store, index % 5 === 0 ? many : small)),
      ),
    );
    const [first, last, sum] =
      (await stores[0].get([...small.slice(0, 1), ...many.slice(-1), bytes('n')])) ?? [];
    assert.deepEqual([textOf(first?.value), textOf(last?.value)], ['60', '12']);
    assert.equal(counterValue(sum), 60n);
    await Promise.all(stores.map((store) => store.close()));
  });

  it('is Unavailable within its patience while the server is silent or gone, and works again afterwards', async () => {
    const relay = await startRelay(new URL(server?.url ?? ''));
    const patience = 1000;
    const store = await openPostgres({ url: relay.through(freshUrl()), patience });
    await put(store, 'before');

    relay.freeze();
    const began = Date.now();
    const calls = [
      store.get([bytes('before')]),
      put(store, 'frozen'),
      store.range({ start: bytes('a'), end: bytes('z'), limit: 9 }),
    ];
    for (const outcome of await Promise.allSettled(calls)) {
      assert.ok(outcome.status === 'rejected' && outcome.reason instanceof Unavailable);
    }
    assert.ok(Date.now() - began < 5 * patience, 'it took too long to give up');

    relay.refuse();
    await assert.rejects(store.get([bytes('before')]), Unavailable);
    await assert.rejects(put(store, 'refused'), Unavailable);

    relay.thaw();
    await retryWhile(Unavailable, () => put(store, 'after'));
    const found = await store.get(['before', 'refused', 'after'].map(bytes));
    assert.deepEqual(
      found.map((entry) => textOf(entry?.value)),
      ['before', '', 'after'],
    );
    await store.close();
    relay.close();
  });

  it('is Unavailable when connections break, never ends the process, and works on new ones', async () => {
    const relay = await startRelay(new URL(server?.url ?? ''));
    const store = await openPostgres({ url: relay.through(freshUrl()) });
    await Promise.all(Array.from({ length: 20 }, (_, index) => put(store, String(index))));
    const calls = Array.from({ length: 20 }, () => put(store, 'broken'));
    relay.breakAll();
    for (const outcome of await Promise.allSettled(calls)) {
      assert.ok(outcome.status === 'fulfilled' || outcome.reason instanceof Unavailable);
    }
    await retryWhile(Unavailable, () => put(store, 'again'));
    await store.close();
    relay.close();
  });

  it('gives a commit up when a lock is held too long, and never does it later', async () => {
    const url = freshUrl();
    const schema = new URL(url).searchParams.get('schema');
    const store = await openPostgres({ url, patience: 1000 });
    const held = runSql(
      `begin; select pg_advisory_xact_lock(hashtext('${schema} as a whole'), 0); select pg_sleep(2); commit`,
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    await assert.rejects(put(store, 'late'), Unavailable);
    await held;
    await put(store, 'next');
    assert.deepEqual(
      (await store.get(['late', 'next'].map(bytes))).map((entry) => textOf(entry?.value)),
      ['', 'next'],
    );
    await store.close();
  });

  it('refuses what it cannot serve, in one line without the password', async () => {
    const good = new URL(freshUrl());
    const wrong = (change: (url: URL) => void): string => {
      const url = new URL(good);
      change(url);
      return url.toString();
    };
    const relay = await startRelay(good);
    relay.refuse();
    const urls = [
      'not a url secret',
      wrong((url) => {
        url.password = 'secret';
      }),
      wrong((url) => {
        url.pathname = '/nowhere';
      }),
      wrong((url) => url.searchParams.set('schema', 'x"; drop table secret')),
      wrong((url) => url.searchParams.set('options', '-c synchronous_commit=off')),
      relay.through(good.toString()),
    ];
    for (const url of urls) {
      await assert.rejects(openPostgres({ url, patience: 2000 }), (error: unknown) => {
        assert.ok(error instanceof Unavailable, String(error));
        assert.doesNotMatch(error.message, /secret|\n/);
        assert.ok(!error.message.includes(good.password));
        return true;
      });
    }
    relay.close();
  });

  it('refuses a schema of another format', async () => {
    const url = freshUrl();
    await (await openPostgres({ url })).close();
    await runSql(`update ${new URL(url).searchParams.get('schema')}.format set number = 2`);
    await assert.rejects(openPostgres({ url }), /has format 2/);
  });

  it('tells a full disk and damaged data from an absent server', () => {
    const failure = (code: string) => asFailure(Object.assign(new Error('as the server says'), { code }));
    const full = failure('53100');
    assert.ok(full instanceof Unavailable && full.reason === 'full');
    assert.ok(failure('XX001') instanceof Corrupt);
    const down = failure('57P01');
    assert.ok(down instanceof Unavailable && down.reason === 'down');
  });
});

/** A pool notices only by trying that a connection is broken. */
async function retryWhile(kind: typeof Unavailable, attempt: () => Promise<void>): Promise<void> {
  for (let left = 20; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 0 || !(error instanceof kind)) throw error;
    }
  }
}
