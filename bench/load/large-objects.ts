/** One large object at a time up and down by curl, as one request; and the rate of MD5 on one core at the same moments. */
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../test/support/foreign-programs.ts';
import type { Door, Peer } from '../peers/peer.ts';
import { processorSeconds, programs } from '../processes.ts';
import type { Quiet } from '../quiet.ts';
import { inTurns, median } from './rounds.ts';

const mib = 1024 * 1024;

export interface LargeLoad {
  readonly puts: boolean;
  readonly gets: boolean;
  readonly rounds: number;
  readonly quiet: Quiet;
  readonly mebibytes: number;
  readonly home: string;
  readonly failed: (door: string, error: unknown) => void;
}

export interface LargeResult {
  /** MiB per second of every round. */
  readonly rounds: readonly number[];
  readonly rate: number;
  /** Processor milliseconds of the server for one MiB. */
  readonly cpu: number;
}

export interface LargeResults {
  readonly doors: Map<string, { put?: LargeResult; get?: LargeResult }>;
  /** MiB per second that one core digests, measured before each round. */
  readonly md5: number;
}

type Subject = { readonly peer: Peer; readonly door: Door; readonly bucket: string };

export async function measureLarge(peers: readonly Peer[], load: LargeLoad): Promise<LargeResults> {
  const file = join(load.home, 'large.bin');
  writeRandom(file, load.mebibytes);
  const subjects = await prepare(peers, file, load);
  const failed = (subject: Subject, error: unknown) => load.failed(subject.door.name, error);
  const md5: number[] = [];
  const put = await inTurns(
    subjects,
    { ...load, rounds: load.puts ? load.rounds : 0 },
    (subject) => {
      md5.push(md5Rate());
      return counted(subject, load.mebibytes, () => upload(subject.door, subject.bucket, file));
    },
    failed,
  );
  const get = await inTurns(
    subjects,
    { ...load, rounds: load.gets ? load.rounds : 0 },
    (subject) =>
      counted(subject, load.mebibytes, () => download(subject.door, subject.bucket, load.mebibytes * mib)),
    failed,
  );
  const doors = subjects.map(
    (subject) =>
      [subject.door.name, { put: summary(put.get(subject)), get: summary(get.get(subject)) }] as const,
  );
  return { doors: new Map(doors) as LargeResults['doors'], md5: median(md5) };
}

/** A first upload and download of each, which also leave what the rounds read. */
async function prepare(peers: readonly Peer[], file: string, load: LargeLoad): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (const peer of peers) {
    for (const door of peer.doors) {
      const subject = { peer, door, bucket: `large-${subjects.length}` };
      try {
        await door.createBucket(subject.bucket);
        await upload(door, subject.bucket, file);
        await download(door, subject.bucket, load.mebibytes * mib);
        subjects.push(subject);
      } catch (error) {
        load.failed(door.name, error);
      }
    }
  }
  return subjects;
}

/** @returns seconds from the request to the whole answer */
export function upload(door: Door, bucket: string, file: string): Promise<number> {
  return curl(door, 'PUT', bucket, ['-T', file], (seconds) => seconds);
}

function download(door: Door, bucket: string, bytes: number): Promise<number> {
  return curl(door, 'GET', bucket, [], (seconds, size) => {
    if (size !== bytes) throw new Error(`${door.name}: GET gave ${size} of ${bytes} bytes`);
    return seconds;
  });
}

async function curl(
  door: Door,
  method: 'GET' | 'PUT',
  bucket: string,
  args: readonly string[],
  judge: (seconds: number, bytesDown: number) => number,
): Promise<number> {
  const { curl } = programs({ curl: 'curl' });
  const { path, headers } = door.request(method, bucket, 'large');
  const given = Object.entries({ ...door.headers, ...headers }).flatMap(([name, value]) => [
    '-H',
    `${name}: ${value}`,
  ]);
  const format = '%{http_code} %{time_total} %{size_download}';
  const answer = await run(
    curl,
    ['-sS', '-o', '/dev/null', '-w', format, ...given, ...args, door.url + path],
    1200,
  );
  const [status = 0, seconds = 0, bytes = 0] = answer.split(' ').map(Number);
  if (status < 200 || status > 299) throw new Error(`${door.name}: ${method} of a large object: ${status}`);
  return judge(seconds, bytes);
}

async function counted({ peer }: Subject, mebibytes: number, transfer: () => Promise<number>) {
  const pids = peer.processes().map(({ pid }) => pid);
  const before = processorSeconds(pids);
  const rate = mebibytes / (await transfer());
  return { rate, cpu: ((processorSeconds(pids) - before) * 1000) / mebibytes };
}

function summary(rounds: readonly { rate: number; cpu: number }[] | undefined): LargeResult | undefined {
  if (rounds === undefined || rounds.length === 0) return undefined;
  const rates = rounds.map(({ rate }) => rate);
  return { rounds: rates, rate: median(rates), cpu: median(rounds.map(({ cpu }) => cpu)) };
}

/** MiB per second of MD5 in this runtime, over a quarter of a second. */
export function md5Rate(): number {
  const block = randomBytes(mib);
  const hash = createHash('md5');
  const began = performance.now();
  let blocks = 0;
  for (; performance.now() - began < 250; blocks += 1) hash.update(block);
  return (blocks * 1000) / (performance.now() - began);
}

/** Random bytes, in repeated blocks of 16 MiB. */
function writeRandom(file: string, mebibytes: number): void {
  const block = randomBytes(16 * mib);
  const handle = openSync(file, 'w');
  for (let left = mebibytes * mib; left > 0; left -= block.length) {
    writeSync(handle, block, 0, Math.min(left, block.length));
  }
  closeSync(handle);
}
