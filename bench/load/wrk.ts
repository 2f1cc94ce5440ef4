/** Small requests by wrk, which replays a list of prepared ones over keep-alive connections and counts every wrong answer. */
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../test/support/foreign-programs.ts';
import type { Door, PreparedRequest } from '../peers/peer.ts';
import { programs } from '../processes.ts';

export interface Replay {
  readonly door: Door;
  readonly method: 'GET' | 'PUT';
  readonly requests: readonly PreparedRequest[];
  /** File with the body of every request. */
  readonly bodyFile?: string;
  readonly seconds: number;
  readonly connections: number;
  /** Directory for the list. */
  readonly home: string;
}

export interface Replayed {
  readonly requests: number;
  readonly perSecond: number;
  /** Answers that were not 2xx, and connections or requests that failed or timed out. */
  readonly wrong: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly mean: number;
}

const script = join(dirname(fileURLToPath(import.meta.url)), 'replay.lua');

/** Sends `requests` round and round for `seconds`, each connection waiting for its answer before the next. */
export async function replay(load: Replay): Promise<Replayed> {
  const { wrk } = programs({ wrk: 'wrk' });
  const list = join(load.home, 'requests.txt');
  writeFileSync(list, load.requests.map(line).join(''));
  const headers = Object.entries(load.door.headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const shape = ['-t1', `-c${load.connections}`, `-d${load.seconds}s`, '--timeout', '20s'];
  const args = [
    ...shape,
    '-s',
    script,
    ...headers,
    load.door.url,
    '--',
    load.method,
    list,
    load.bodyFile ?? '-',
  ];
  try {
    return parse(await run(wrk, args, load.seconds + 60));
  } finally {
    rmSync(list);
  }
}

function line({ path, headers }: PreparedRequest): string {
  const more = Object.entries(headers ?? {}).map(([name, value]) => `\t${name}: ${value}`);
  return `${path}${more.join('')}\n`;
}

function parse(output: string): Replayed {
  const text = /^RESULT (.*)$/m.exec(output)?.[1];
  if (text === undefined) throw new Error(`wrk printed no result: ${output}`);
  const raw = JSON.parse(text) as Record<
    'requests' | 'seconds' | 'refused' | 'broken' | 'mean' | 'p50' | 'p99',
    number
  >;
  return {
    requests: raw.requests,
    perSecond: raw.requests / raw.seconds,
    wrong: raw.refused + raw.broken,
    p50: raw.p50 / 1000,
    p99: raw.p99 / 1000,
    mean: raw.mean / 1000,
  };
}
