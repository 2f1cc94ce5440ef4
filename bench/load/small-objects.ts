/** GET and PUT of 4 KiB objects: many connections, one request each at a time, every PUT a key of its own. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Door, Peer } from '../peers/peer.ts';
import { processorSeconds } from '../processes.ts';
import type { Quiet } from '../quiet.ts';
import { fill, keyAt } from './fill.ts';
import { inTurns, median } from './rounds.ts';
import { type Replayed, replay } from './wrk.ts';

export interface SmallLoad {
  readonly puts: boolean;
  readonly gets: boolean;
  readonly rounds: number;
  readonly quiet: Quiet;
  readonly seconds: number;
  readonly connections: number;
  readonly home: string;
  readonly failed: (door: string, error: unknown) => void;
}

export interface SmallResult {
  /** Requests per second of every round. */
  readonly rounds: readonly number[];
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Processor microseconds of the server for one request. */
  readonly cpu: number;
  readonly wrong: number;
}

type Subject = { readonly peer: Peer; readonly door: Door; readonly bucket: string; expected: number };

const objectBytes = 4096;
/** Objects that are read; few enough to stay in every server's memory. */
const readKeys = 2000;
/** Long enough for just-in-time compilers. */
const warmUpSeconds = 4;

/** @returns by door name: what PUT and GET gave */
export async function measureSmall(
  peers: readonly Peer[],
  load: SmallLoad,
): Promise<Map<string, { put?: SmallResult; get?: SmallResult }>> {
  const bodyFile = join(load.home, 'small.bin');
  writeFileSync(bodyFile, randomBytes(objectBytes));
  const subjects = await prepare(peers, bodyFile, load);
  const failed = (subject: Subject, error: unknown) => load.failed(subject.door.name, error);
  const put = await inTurns(
    subjects,
    { ...load, rounds: load.puts ? load.rounds : 0 },
    (subject, round) => putRound(subject, round, bodyFile, load),
    failed,
  );
  const get = await inTurns(
    subjects,
    { ...load, rounds: load.gets ? load.rounds : 0 },
    (subject) => getRound(subject, load),
    failed,
  );
  return new Map(
    subjects.map((subject) => [
      subject.door.name,
      { put: summary(put.get(subject)), get: summary(get.get(subject)) },
    ]),
  ) as Map<string, { put?: SmallResult; get?: SmallResult }>;
}

/** Fills what is read, and warms up with PUTs whose rate says how many requests a round needs. */
async function prepare(peers: readonly Peer[], bodyFile: string, load: SmallLoad): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (const peer of peers) {
    for (const door of peer.doors) {
      const subject = { peer, door, bucket: `small-${subjects.length}`, expected: 5000 };
      try {
        await door.createBucket(subject.bucket);
        await fill(door, subject.bucket, readKeys, bodyFile);
        const warmUp = { ...load, seconds: warmUpSeconds };
        if (load.puts) subject.expected = (await putRound(subject, -1, bodyFile, warmUp)).perSecond;
        if (load.gets) await getRound(subject, warmUp);
        subjects.push(subject);
      } catch (error) {
        load.failed(door.name, error);
      }
    }
  }
  return subjects;
}

async function putRound(subject: Subject, round: number, bodyFile: string, load: SmallLoad) {
  const { door, bucket, expected } = subject;
  const count = Math.ceil(Math.max(2000, expected * load.seconds * 1.5));
  const requests = Array.from({ length: count }, (_, i) =>
    door.request('PUT', bucket, `put-${round + 1}-${keyAt(i)}`),
  );
  return counted(subject.peer, () => replay({ ...load, door, method: 'PUT', requests, bodyFile }));
}

async function getRound(subject: Subject, load: SmallLoad) {
  const { door, bucket } = subject;
  const requests = Array.from({ length: readKeys }, (_, i) => door.request('GET', bucket, keyAt(i)));
  return counted(subject.peer, () => replay({ ...load, door, method: 'GET', requests }));
}

/** Adds what the server's processes used meanwhile. */
async function counted(peer: Peer, load: () => Promise<Replayed>): Promise<Replayed & { cpu: number }> {
  const pids = peer.processes().map(({ pid }) => pid);
  const before = processorSeconds(pids);
  const result = await load();
  return { ...result, cpu: ((processorSeconds(pids) - before) * 1e6) / result.requests };
}

function summary(rounds: readonly (Replayed & { cpu: number })[] | undefined): SmallResult | undefined {
  if (rounds === undefined || rounds.length === 0) return undefined;
  const middle = (field: 'perSecond' | 'p50' | 'p99' | 'cpu') => median(rounds.map((round) => round[field]));
  return {
    rounds: rounds.map((round) => round.perSecond),
    perSecond: middle('perSecond'),
    p50: middle('p50'),
    p99: middle('p99'),
    cpu: middle('cpu'),
    wrong: rounds.reduce((sum, round) => sum + round.wrong, 0),
  };
}
