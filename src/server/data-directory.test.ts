import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataDirectoryError, openDataDirectory } from './data-directory.ts';

function scratch(): string {
  const path = mkdtempSync(join(tmpdir(), 'onggi-data-'));
  process.on('exit', () => rmSync(path, { recursive: true, force: true }));
  return path;
}

const refuses = (path: string, message: RegExp) =>
  assert.throws(
    () => openDataDirectory(path),
    (error) =>
      error instanceof DataDirectoryError && message.test(error.message) && !error.message.includes('\n'),
  );

test('creates a directory, opens it again after release', () => {
  const path = join(scratch(), 'a', 'b');
  openDataDirectory(path).release();
  openDataDirectory(path).release();
  assert.deepEqual(readdirSync(path), ['onggi.json']);
});

test('a second server is refused while the first runs', () => {
  const path = scratch();
  const first = openDataDirectory(path);
  refuses(path, /in use by another server \(process \d+\)$/);
  first.release();
  openDataDirectory(path).release();
});

test('the lock of a dead process is taken over', () => {
  const path = scratch();
  writeFileSync(join(path, 'onggi.lock'), JSON.stringify({ pid: 4_000_000, started: '1' }));
  openDataDirectory(path).release();
  assert.equal(existsSync(join(path, 'onggi.lock')), false);
});

test('the lock of a process whose number is used again is taken over', () => {
  const path = scratch();
  writeFileSync(join(path, 'onggi.lock'), JSON.stringify({ pid: process.pid, started: 'long ago' }));
  openDataDirectory(path).release();
});

test('the lock of a dead process that nobody has buried is taken over', {
  skip: process.platform === 'linux' ? false : 'only Linux shows the dead',
}, async () => {
  const path = scratch();
  // The shell becomes a program that never asks after its child.
  const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 20'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = await once(parent.stdout, 'data');
  const pid = Number(String(line));
  const stat = () => readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ');
  while (stat()[2] !== 'Z') await sleep(5);
  writeFileSync(join(path, 'onggi.lock'), JSON.stringify({ pid, started: stat()[21] }));
  openDataDirectory(path).release();
  parent.kill();
});

test('a half-written lock is taken over', () => {
  const path = scratch();
  writeFileSync(join(path, 'onggi.lock'), '{"pid":');
  openDataDirectory(path).release();
});

test("somebody else's directory is refused and left alone", () => {
  const path = scratch();
  writeFileSync(join(path, 'thesis.txt'), 'years of work');
  refuses(path, /holds other files and no onggi.json/);
  assert.deepEqual(readdirSync(path), ['thesis.txt']);
});

test('a newer format and a foreign marker are refused', () => {
  const path = scratch();
  writeFileSync(join(path, 'onggi.json'), '{"format":99}');
  refuses(path, /has format 99/);
  writeFileSync(join(path, 'onggi.json'), 'not json');
  refuses(path, /is not ours/);
});

test('a path that cannot be written is refused', {
  skip: process.getuid?.() === 0 ? 'root may write anywhere' : false,
}, () => {
  const path = scratch();
  chmodSync(path, 0o500);
  refuses(path, /not writable/);
});

test('a path below a file is refused', () => {
  const path = scratch();
  writeFileSync(join(path, 'file'), '');
  refuses(join(path, 'file', 'data'), /cannot be created/);
});
