/**
 * Owns the events that no commit carried (reads, refusals) and the corrections of those that ended otherwise than foreseen, until
 * they are on disk: within a second, and at the end of the process.
 */
import { byteName } from '../../base/bytes.ts';
import type { Key } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';

const flushEvery = 500;
const entriesPerCommit = 500;
/** What is kept while the store cannot be written; beyond it the newest are counted and lost. */
const mostEntries = 100_000;

export interface TrailBuffer {
  add(entry: readonly [Key, Uint8Array]): void;
  /** Writes what is left. Never throws. */
  stop(): Promise<void>;
}

/** `failed` hears of every flush that did not work and of how many events had no room meanwhile. */
export function createTrailBuffer(core: Core, failed: (error: unknown, lost: number) => void): TrailBuffer {
  let waiting: (readonly [Key, Uint8Array])[] = [];
  let lost = 0;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;

  const flush = async () => {
    while (waiting.length > 0) {
      const puts = waiting.slice(0, entriesPerCommit);
      try {
        await core.meta.commit({ puts: lastOfEach(puts) });
        waiting = waiting.slice(puts.length);
      } catch (error) {
        failed(error, lost);
        lost = 0;
        return;
      }
    }
  };
  const run = (): Promise<void> => {
    running ??= flush().finally(() => {
      running = undefined;
      if (waiting.length > 0) schedule();
    });
    return running;
  };
  const schedule = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void run();
    }, flushEvery).unref();
  };
  return {
    add(entry) {
      if (waiting.length >= mostEntries) lost += 1;
      else waiting.push(entry);
      schedule();
    },
    async stop() {
      await running;
      await run();
      clearTimeout(timer);
    },
  };
}

/** A commit writes a key once. */
function lastOfEach(puts: readonly (readonly [Key, Uint8Array])[]): (readonly [Key, Uint8Array])[] {
  return [...new Map(puts.map((put) => [byteName(put[0]), put])).values()];
}
