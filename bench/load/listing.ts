/** A page of a thousand keys from the middle of a small and of a large bucket: the cost must follow the page. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Door, Peer } from '../peers/peer.ts';
import type { Quiet } from '../quiet.ts';
import { fill, fillFast, keyAt } from './fill.ts';
import { inTurns, median } from './rounds.ts';
import { replay } from './wrk.ts';

export interface ListingLoad {
  /** Keys of the large bucket. */
  readonly keys: number;
  readonly rounds: number;
  readonly quiet: Quiet;
  readonly home: string;
  readonly failed: (door: string, error: unknown) => void;
}

export interface ListingResult {
  readonly keys: number;
  /** Milliseconds of one page: the median over rounds of each round's median. */
  readonly page: number;
}

const pageKeys = 1000;

export interface ListingResults {
  /** Pages of a thousand-key bucket, by door name. */
  readonly small: Map<string, ListingResult>;
  /** Pages of the large bucket, by door name. */
  readonly large: Map<string, ListingResult>;
  /** Keys per second at which the large bucket was filled. */
  readonly fillRate: number;
}

/** Lists a small bucket of every peer, and a large one of `deep`. */
export async function measureListing(
  peers: readonly Peer[],
  deep: Peer | undefined,
  load: ListingLoad,
): Promise<ListingResults> {
  const bodyFile = join(load.home, 'listed.bin');
  writeFileSync(bodyFile, 'listed');
  const subjects = await smallBuckets(peers, bodyFile, load);
  const { subjects: large, fillRate } = await largeBucket(deep, bodyFile, load);
  const pages = await inTurns(
    [...subjects, ...large],
    load,
    (subject) => pageTime(subject, load.home),
    (subject, error) => load.failed(subject.door.name, error),
  );
  const results = (bucket: string) =>
    new Map(
      [...pages]
        .filter(([subject]) => subject.bucket === bucket)
        .map(([subject, times]) => [subject.door.name, { keys: subject.keys, page: median(times) }]),
    );
  return { small: results('thousand'), large: results('many'), fillRate };
}

async function smallBuckets(peers: readonly Peer[], bodyFile: string, load: ListingLoad): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (const peer of peers) {
    for (const door of peer.doors.filter(({ page }) => page !== undefined)) {
      try {
        await door.createBucket('thousand');
        if (door === peer.doors[0]) await fill(door, 'thousand', pageKeys, bodyFile);
        subjects.push({ door, bucket: 'thousand', keys: pageKeys });
      } catch (error) {
        load.failed(door.name, error);
      }
    }
  }
  return subjects;
}

/** Filled through the peer's last door, listed through each. */
async function largeBucket(peer: Peer | undefined, bodyFile: string, load: ListingLoad) {
  const doors = (peer?.doors ?? []).filter(({ page }) => page !== undefined);
  const filler = doors.at(-1);
  if (filler === undefined) return { subjects: [], fillRate: Number.NaN };
  try {
    await filler.createBucket('many');
    const fillRate = await fillFast(filler, 'many', load.keys, bodyFile, load.home);
    return { subjects: doors.map((door) => ({ door, bucket: 'many', keys: load.keys })), fillRate };
  } catch (error) {
    load.failed(filler.name, error);
    return { subjects: [], fillRate: Number.NaN };
  }
}

type Subject = { readonly door: Door; readonly bucket: string; readonly keys: number };

/** Milliseconds of a full page, asked for one after the other; in a larger bucket each begins somewhere else. */
async function pageTime({ door, bucket, keys }: Subject, home: string): Promise<number> {
  const starts = 200;
  const requests = Array.from({ length: starts }, (_, i) => {
    const after =
      keys === pageKeys ? '' : keyAt(Math.floor(((keys - pageKeys - 1) * ((i * 79) % starts)) / starts));
    const request = door.page?.(bucket, pageKeys, after);
    if (request === undefined) throw new Error(`${door.name} does not list`);
    return request;
  });
  await checkPage(door, requests[0]?.path ?? '');
  const result = await replay({ door, method: 'GET', requests, seconds: 1, connections: 1, home });
  if (result.wrong > 0) throw new Error(`${door.name}: ${result.wrong} listings went wrong`);
  return result.p50;
}

async function checkPage(door: Door, path: string): Promise<void> {
  const response = await fetch(door.url + path, { headers: door.headers });
  const text = await response.text();
  const found = text.match(/key-\d{8}/g)?.length ?? 0;
  if (found < pageKeys)
    throw new Error(`${door.name}: a page of ${found} keys: ${response.status} ${text.slice(0, 200)}`);
}
