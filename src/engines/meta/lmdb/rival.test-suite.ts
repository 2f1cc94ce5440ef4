/**
 * A second process on the same LMDB directory, for tests that need one: `node rival.test-suite.ts ROLE PATH [ARGUMENT]`.
 * Owns the roles; judges nothing. What it acknowledges is a line on standard output, written at once.
 */
import { existsSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { open } from 'lmdb';
import type { MetaStore } from '../meta-store.ts';
import { retrying } from '../meta-store.ts';
import { openLmdb } from './open.ts';

export const bytes = (text: string): Buffer => Buffer.from(text);

/** Long enough that the system writes it out as pages of its own. */
export const longValue = (text: string): Buffer => Buffer.from(text.repeat(Math.ceil(5000 / text.length)));

/** Adds one, as callers do: read, then commit with the version that was read. */
export function increment(store: MetaStore, key: Buffer): Promise<void> {
  return retrying(async () => {
    const [entry] = await store.get([key]);
    const next = Number(entry === undefined ? 0 : Buffer.from(entry.value).toString()) + 1;
    await store.commit({
      checks: [[key, entry?.version ?? null]],
      puts: [[key, bytes(String(next))]],
      adds: [[bytes('total'), 1n]],
    });
  }, 10_000);
}

const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};

const roles: Record<string, (path: string, argument: string) => Promise<void>> = {
  /** `ARGUMENT` increments on each of three keys, 20 at a time. */
  async increment(path, argument) {
    const store = await openLmdb({ path });
    let left = Number(argument);
    const worker = async () => {
      while (left > 0) {
        left -= 1;
        for (const name of ['n0', 'n1', 'n2']) await increment(store, bytes(name));
      }
    };
    await Promise.all(Array.from({ length: 20 }, worker));
    await store.close();
  },

  /** Writes pairs until it is killed, and says every number whose pair is acknowledged. */
  async pairs(path, name) {
    const store = await openLmdb({ path });
    const writer = async (lane: number) => {
      for (let count = 1; ; count += 1) {
        const value = longValue(`${count} `);
        const puts = ['left', 'right'].map((side) => [bytes(`${side}/${name}/${lane}`), value] as const);
        await store.commit({ puts, adds: [[bytes(`sum/${name}/${lane}`), 1n]] });
        say(`${lane} ${count}`);
      }
    };
    await Promise.all([0, 1, 2, 3].map(writer));
  },

  /** Commits each number found in the file `ask`, then names it in the file `answer`. */
  async answer(path) {
    const store = await openLmdb({ path });
    say('ready');
    for (let last = ''; last !== 'end'; ) {
      const asked = existsSync(join(path, 'ask')) ? readFileSync(join(path, 'ask'), 'utf8') : '';
      if (asked !== last && asked !== '') {
        await store.commit({ puts: [[bytes('asked'), bytes(asked)]] });
        writeFileSync(join(path, 'answer'), asked);
        last = asked;
      }
      await sleep(1);
    }
    await store.close();
  },

  /** Opens and closes the store `ARGUMENT` times. */
  async reopen(path, argument) {
    for (let count = 0; count < Number(argument); count += 1) {
      const store = await openLmdb({ path });
      await store.close();
    }
  },

  /** Keeps the write lock for `ARGUMENT` milliseconds. */
  async hold(path, argument) {
    const root = open({ path: join(path, 'gate'), noSubdir: false, overlappingSync: false });
    root.transactionSync(() => {
      say('holding');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(argument));
    });
    await root.close();
  },

  /** One commit of `ARGUMENT`, acknowledged. */
  async once(path, argument) {
    const store = await openLmdb({ path });
    await store.commit({ puts: [[bytes('once'), longValue(argument)]] });
    say('acknowledged');
    await store.close();
  },
};

if (process.argv[1] === import.meta.filename) {
  const [role = '', path = '', argument = ''] = process.argv.slice(2);
  await roles[role]?.(path, argument);
}
