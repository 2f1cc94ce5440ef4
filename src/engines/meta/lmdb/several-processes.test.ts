/** Owns the proofs about several processes on one LMDB directory: exactness, freshness, sudden death, a stuck neighbour. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { adopt, tempDirectory } from '../../../../test/support/temp.ts';
import { Unavailable } from '../../errors.ts';
import { counterValue } from '../meta-store.ts';
import { openLmdb } from './open.ts';
import { bytes, increment } from './rival.test-suite.ts';

const rivalFile = join(import.meta.dirname, 'rival.test-suite.ts');

interface Rival {
  readonly child: ChildProcess;
  /** The whole lines it has said so far. */
  lines(): string[];
  /** Resolves with the exit code, or null when a signal ended it. */
  readonly gone: Promise<number | null>;
}

function startRival(
  context: TestContext,
  role: string,
  path: string,
  argument = '',
  wrapper: readonly string[] = [],
): Rival {
  const [program = process.execPath, ...args] = [
    ...wrapper,
    process.execPath,
    rivalFile,
    role,
    path,
    argument,
  ];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  adopt(child);
  context.after(() => child.kill('SIGKILL'));
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const gone = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, gone, lines: () => said.split('\n').slice(0, -1) };
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (const end = Date.now() + 20_000; !condition(); await sleep(2)) {
    assert.ok(Date.now() < end, `waited in vain for ${what}`);
  }
}

describe('several processes on one LMDB directory', () => {
  it('lose no increment on the same keys', async (context) => {
    const path = tempDirectory('lmdb');
    const rivals = [
      startRival(context, 'increment', path, '60'),
      startRival(context, 'increment', path, '60'),
    ];
    const store = await openLmdb({ path });
    for (let count = 0; count < 30; count += 1) {
      await Promise.all(['n0', 'n1', 'n2'].map((name) => increment(store, bytes(name))));
    }
    for (const rival of rivals) assert.equal(await rival.gone, 0);
    const [total, ...each] = await store.get(['total', 'n0', 'n1', 'n2'].map(bytes));
    assert.deepEqual(
      each.map((entry) => Buffer.from(entry?.value ?? []).toString()),
      ['150', '150', '150'],
    );
    assert.equal(counterValue(total), 450n);
    await store.close();
  });

  it('see at once what another has acknowledged, even when they have just read', async (context) => {
    const path = tempDirectory('lmdb');
    const store = await openLmdb({ path });
    const rival = startRival(context, 'answer', path);
    await until(() => rival.lines().includes('ready'), 'the rival');
    const answered = join(path, 'answer');
    for (let count = 1; count <= 40; count += 1) {
      // No pause from here to the last read, so that a view kept for this turn of the event loop would show.
      const old = store.get([bytes('asked')]);
      writeFileSync(join(path, 'ask'), String(count));
      for (const end = Date.now() + 10_000; ; ) {
        if (existsSync(answered) && readFileSync(answered, 'utf8') === String(count)) break;
        assert.ok(Date.now() < end, 'the rival does not answer');
      }
      const [fresh, listed] = [
        store.get([bytes('asked')]),
        store.range({ start: bytes('a'), end: bytes('b'), limit: 9 }),
      ];
      await old;
      assert.equal(Buffer.from((await fresh)[0]?.value ?? []).toString(), String(count));
      assert.equal(Buffer.from((await listed)[0]?.value ?? []).toString(), String(count));
    }
    writeFileSync(join(path, 'ask'), 'end');
    assert.equal(await rival.gone, 0);
    await store.close();
  });

  it('do not suffer from one that is killed in the middle of writing', async (context) => {
    const path = tempDirectory('lmdb');
    let store = await openLmdb({ path });
    for (let round = 0; round < 8; round += 1) {
      const [victim, survivor] = [`victim${round}`, `survivor${round}`];
      const rivals = [
        startRival(context, 'pairs', path, victim),
        startRival(context, 'pairs', path, survivor),
      ] as const;
      await until(() => rivals.every((rival) => rival.lines().length > 20), 'the first pairs');
      await sleep(Math.random() * 30);
      rivals[0].child.kill('SIGKILL');
      await rivals[0].gone;
      const before = rivals[1].lines().length;
      await until(() => rivals[1].lines().length > before + 20, 'the survivor to go on');
      await store.commit({ puts: [[bytes('me'), bytes(String(round))]] });
      rivals[1].child.kill('SIGKILL');
      await rivals[1].gone;
      if (round % 2 === 1) {
        await store.close();
        store = await openLmdb({ path });
      }
      for (const [index, name] of [victim, survivor].entries()) {
        for (const lane of [0, 1, 2, 3]) {
          const names = [`left/${name}/${lane}`, `right/${name}/${lane}`, `sum/${name}/${lane}`];
          const [left, right, sum] = await store.get(names.map(bytes));
          assert.deepEqual(left?.value, right?.value);
          const written = Number.parseInt(Buffer.from(left?.value ?? []).toString(), 10);
          const said = (rivals[index]?.lines() ?? []).filter((line) => line.startsWith(`${lane} `));
          const acknowledged = Number(said.at(-1)?.split(' ')[1] ?? 0);
          assert.ok(
            written === acknowledged || written === acknowledged + 1,
            `${written} after ${acknowledged}`,
          );
          assert.equal(counterValue(sum), BigInt(written));
        }
      }
    }
    await store.close();
  });

  it('forget nothing while another opens the directory', async (context) => {
    const path = tempDirectory('lmdb');
    const store = await openLmdb({ path });
    // The moment in which it could happen is short; where calls can be traced it is made longer.
    const slowly = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'inject=pread64:delay_exit=4000'];
    const wrapper = tracingMissing() === false ? slowly : [];
    const rivals = [1, 2].map(() => startRival(context, 'reopen', path, '30', wrapper));
    let opening = true;
    let acknowledged = 0n;
    const writer = async () => {
      while (opening) {
        await store.commit({ adds: [[bytes('n'), 1n]] });
        acknowledged += 1n;
        assert.ok(counterValue((await store.get([bytes('n')]))[0]) >= acknowledged, 'a commit is forgotten');
      }
    };
    const writers = [writer(), writer()];
    for (const rival of rivals) assert.equal(await rival.gone, 0);
    opening = false;
    await Promise.all(writers);
    assert.equal(counterValue((await store.get([bytes('n')]))[0]), acknowledged);
    await store.close();
  });

  it('give a commit up as Unavailable when another keeps the write lock too long, and never do it later', async (context) => {
    const path = tempDirectory('lmdb');
    const store = await openLmdb({ path, patience: 300 });
    await store.commit({ puts: [[bytes('k'), bytes('before')]] });
    const rival = startRival(context, 'hold', path, '1500');
    await until(() => rival.lines().includes('holding'), 'the lock');
    const late = ['x', 'y'].map((name) => store.commit({ puts: [[bytes(name), bytes('late')]] }));
    for (const outcome of await Promise.allSettled(late)) {
      assert.ok(outcome.status === 'rejected' && outcome.reason instanceof Unavailable);
    }
    assert.equal(rival.child.exitCode, null, 'the lock was still held');
    assert.equal(Buffer.from((await store.get([bytes('k')]))[0]?.value ?? []).toString(), 'before');
    assert.equal(await rival.gone, 0);
    await store.commit({ puts: [[bytes('k'), bytes('after')]] });
    const found = await store.get(['k', 'x', 'y'].map(bytes));
    assert.deepEqual(
      found.map((entry) => entry && Buffer.from(entry.value).toString()),
      ['after', undefined, undefined],
    );
    await store.close();
  });
});

describe('durability of LMDB', () => {
  const traced = tracingMissing();

  it('acknowledges after the pages and then the root are on the disk', { skip: traced }, async (context) => {
    const path = tempDirectory('lmdb');
    const log = join(tempDirectory('trace'), 'log');
    const calls = 'trace=openat,pwrite64,writev,fdatasync,write';
    const rival = startRival(context, 'once', path, 'proof', [
      'strace',
      '-f',
      '-qq',
      '-s',
      '64',
      '-e',
      calls,
      '-o',
      log,
    ]);
    assert.equal(await rival.gone, 0);
    const lines = readFileSync(log, 'utf8').split('\n');
    const syncing = lines
      .find((line) => line.includes(`${path}/data.mdb", O_WRONLY|O_DSYNC`))
      ?.match(/ = (\d+)$/)?.[1];
    assert.ok(syncing !== undefined, 'the root is written through a synchronous descriptor');
    const after = (start: number, pattern: RegExp): number => {
      const found = lines.findIndex((line, index) => index > start && pattern.test(line));
      assert.ok(found >= 0, `${pattern} is missing in\n${lines.slice(-40).join('\n')}`);
      return found;
    };
    const pages = after(-1, /write(64|v)\(.*proofproof/);
    const synced = after(pages, /fdatasync(\(\d+\)| resumed>\)).*= 0/);
    const root = after(synced, new RegExp(`pwrite64\\(${syncing},.*= \\d+`));
    after(root, /write\(1, "acknowledged/);
  });
});

function tracingMissing(): string | false {
  try {
    execFileSync('strace', ['-o', '/dev/null', 'true'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'strace is not installed, or not allowed here';
  }
}
