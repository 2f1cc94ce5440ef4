/**
 * Owns the daily run: once for each midnight, over all buckets with rules, in short turns. A run judges what there was at its midnight
 * (rules and objects changed since are left to the next one), so it is the same run whenever it is carried out and whoever goes on
 * with it. Midnights that passed while nothing ran are made up for by one run, for the last of them.
 */
import { setImmediate } from 'node:timers/promises';
import { newId } from '../../base/clock.ts';
import type { Core } from '../core.ts';
import { bucketDocumentKey, bucketDocumentsSpan, splitBucketDocumentKey } from '../model/keys.ts';
import { type LifecycleDocument, lifecycleDocument } from './document.ts';
import { midnightBefore } from './rules.ts';
import { type LifecycleRun, type LoadedRun, readRun, writeRun } from './run-record.ts';
import { type PageReport, sweepPage } from './sweep-page.ts';

export interface TurnReport {
  /** `idle`: nothing is to be done before the next midnight. `waiting`: somebody else is at it. */
  readonly state: 'idle' | 'waiting' | 'more';
  /** The run that this turn ended. */
  readonly ended?: LifecycleRun;
  readonly failures: PageReport['failures'];
}

/** One process's part in the runs; call `turn` again and again. */
export interface LifecycleRunner {
  /** @throws Unavailable */
  turn(): Promise<TurnReport>;
}

/** How long a run must stand still before somebody else goes on with it, in milliseconds. */
const patience = 10_000;
/** Pages of a turn in which nothing was to be removed: one commit tells of all of them. */
const pagesInTurn = 8;
/** Documents looked through at once for the next bucket with rules. */
const documentsAtOnce = 50;

export function lifecycleRunner(core: Core, waitFor = patience): LifecycleRunner {
  const self = newId(core.random);
  let watched: { version: bigint; since: number } | undefined;

  /** Whether the run is ours to go on with: of our own making, or left behind by somebody. */
  const isOurs = ({ record, version }: LoadedRun): boolean => {
    if (record.runner === self) return true;
    const now = core.clock();
    if (watched?.version !== version) watched = { version, since: now };
    return now - watched.since >= waitFor;
  };

  return {
    async turn() {
      const run = await readRun(core);
      const midnight = midnightBefore(core.clock(), core.settings.lifecycleDay);
      if (run === undefined || run.record.done) return begin(core, run, midnight, self);
      if (!isOurs(run)) return { state: 'waiting', failures: [] };
      return goOn(core, run, self);
    },
  };
}

/** Days before the first start are nobody's. */
async function begin(
  core: Core,
  last: LoadedRun | undefined,
  midnight: number,
  runner: string,
): Promise<TurnReport> {
  if (last !== undefined && last.record.midnight >= midnight) return { state: 'idle', failures: [] };
  const next = { midnight, done: last === undefined, runner, removed: 0, aborted: 0 };
  const begun = await writeRun(core, last, next);
  return { state: begun ? 'more' : 'waiting', failures: [] };
}

/** One turn: a few pages of a bucket, or the way to the next one. */
async function goOn(core: Core, run: LoadedRun, runner: string): Promise<TurnReport> {
  const { bucket, from, ...rest } = run.record;
  const { midnight } = rest;
  let { removed, aborted } = rest;
  const at = bucket === undefined ? await nextBucket(core, undefined) : await bucketAgain(core, bucket);
  const failures: PageReport['failures'][number][] = [];
  let next = from;
  if (at?.document !== undefined && at.document.changedAt <= midnight) {
    const { bucketId, document } = at;
    for (let pages = 0; pages < pagesInTurn; pages += 1) {
      const page = await sweepPage(core, { bucketId, document, midnight, from: next });
      next = page.next;
      removed += page.removed;
      aborted += page.aborted;
      failures.push(...page.failures);
      if (next === undefined || page.removed + page.aborted > 0) break;
      // Requests first.
      await setImmediate();
    }
  } else {
    next = undefined;
  }
  const tally = { ...rest, runner, removed, aborted };
  const place = next === undefined ? await nextBucket(core, at?.bucketId) : at;
  const step: LifecycleRun =
    place === undefined || at === undefined
      ? { ...tally, done: true }
      : { ...tally, bucket: place.bucketId, ...(next !== undefined && { from: next }) };
  if (!(await writeRun(core, run, step))) return { state: 'waiting', failures };
  return { state: 'more', failures, ...(step.done && { ended: step }) };
}

/** A bucket with rules; without them when they were taken away in the middle of the run. */
interface RuledBucket {
  readonly bucketId: string;
  readonly document: LifecycleDocument | undefined;
}

async function bucketAgain(core: Core, bucketId: string): Promise<RuledBucket> {
  const [entry] = await core.meta.get([bucketDocumentKey(bucketId, 'lifecycle')]);
  return { bucketId, document: entry && lifecycleDocument.format.decode(entry.value) };
}

/** The first bucket with rules behind `after`, in the order of their ids. */
async function nextBucket(core: Core, after: string | undefined): Promise<RuledBucket | undefined> {
  let behind = after;
  for (;;) {
    const page = await core.meta.range({ ...bucketDocumentsSpan(behind), limit: documentsAtOnce });
    for (const { key, value } of page) {
      const what = splitBucketDocumentKey(key);
      if (what?.kind === 'lifecycle') {
        return { bucketId: what.bucketId, document: lifecycleDocument.format.decode(value) };
      }
    }
    const last = page.at(-1);
    if (page.length < documentsAtOnce || last === undefined) return undefined;
    behind = Buffer.from(last.key).toString('hex', 1, 17);
  }
}
