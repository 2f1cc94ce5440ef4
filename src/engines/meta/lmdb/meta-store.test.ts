/** Owns the proofs that the LMDB engine keeps the interface's promises, and those it makes beyond it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { tempDirectory } from '../../../../test/support/temp.ts';
import { Unavailable } from '../../errors.ts';
import { metaStoreContract } from '../contract.test-suite.ts';
import { counterValue } from '../meta-store.ts';
import { openLmdb } from './open.ts';

metaStoreContract('lmdb', async () => {
  const path = tempDirectory('lmdb');
  let store = await openLmdb({ path });
  return {
    store,
    reopen: async () => {
      await store.close();
      store = await openLmdb({ path });
      return store;
    },
    close: () => store.close(),
  };
});

const bytes = (text: string): Buffer => Buffer.from(text);

describe('LMDB', () => {
  it('makes a directory that only its owner can enter, dots in its name or not', async () => {
    const path = join(tempDirectory('lmdb'), 'a', 'meta.d');
    const store = await openLmdb({ path });
    await store.commit({ puts: [[bytes('k'), bytes('v')]] });
    await store.close();
    assert.equal(statSync(path).mode & 0o777, 0o700);
    assert.ok(existsSync(join(path, 'data.mdb')));
  });

  it('refuses a file, or a directory of something else, and names it', async () => {
    const home = tempDirectory('lmdb');
    writeFileSync(join(home, 'file'), '');
    writeFileSync(join(home, 'data.mdb'), randomBytes(16_384));
    for (const path of [join(home, 'file'), home]) {
      const named = (error: unknown) => error instanceof Unavailable && error.message.includes(path);
      await assert.rejects(openLmdb({ path }), named);
    }
  });

  it('refuses to begin on a full disk', async (context) => {
    const path = smallFileSystem(context, '200k');
    if (path === undefined) return;
    for (const kilobytes of [196, 100]) {
      writeFileSync(join(path, 'fill'), Buffer.alloc(kilobytes * 1024));
      const full = (error: unknown) => error instanceof Unavailable && error.reason === 'full';
      await assert.rejects(openLmdb({ path: join(path, 'meta') }), full);
    }
  });

  it('adds to a counter in the order of the commits that share a transaction', async () => {
    const store = await openLmdb({ path: tempDirectory('lmdb') });
    const n = bytes('n');
    await Promise.allSettled([
      store.commit({ adds: [[n, 5n]] }),
      store.commit({ deletes: [n] }),
      store.commit({ adds: [[n, 2n]] }),
      store.commit({ checks: [[bytes('absent'), 1n]], adds: [[n, 100n]] }),
      store.commit({ adds: [[n, 1n]] }),
    ]);
    const [entry] = await store.get([n]);
    assert.equal(counterValue(entry), 3n);
    await store.close();
  });

  it('reports a full disk as such, keeps what it acknowledged, and goes on when there is space', async (context) => {
    const path = smallFileSystem(context, '2m');
    if (path === undefined) return;
    const store = await openLmdb({ path: join(path, 'meta') });
    let acknowledged = 0;
    const fill = async () => {
      for (; acknowledged < 1000; acknowledged += 1) {
        await store.commit({
          puts: [[bytes(`k${acknowledged}`), randomBytes(20_000)]],
          adds: [[bytes('n'), 1n]],
        });
      }
    };
    const full = (error: unknown) => error instanceof Unavailable && error.reason === 'full';
    await assert.rejects(fill(), full);
    await assert.rejects(fill(), full, 'and again');
    assert.ok(acknowledged > 10);
    const names = Array.from({ length: acknowledged + 1 }, (_, index) => bytes(`k${index}`));
    const found = await store.get(names);
    assert.equal(found.filter((entry) => entry?.value.length === 20_000).length, acknowledged);
    assert.equal(found.at(-1), undefined);
    execFileSync('mount', ['-o', 'remount,size=8m', path]);
    await store.commit({ puts: [[bytes('more'), randomBytes(20_000)]] });
    await store.close();
  });
});

/** A file system of `size` in memory, until the test ends; otherwise the test is skipped. */
function smallFileSystem(context: TestContext, size: string): string | undefined {
  const path = tempDirectory('small');
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path], { stdio: 'pipe' });
  } catch {
    context.skip('no small file system can be mounted here');
    return undefined;
  }
  context.after(() => execFileSync('umount', ['--lazy', path]));
  return path;
}
