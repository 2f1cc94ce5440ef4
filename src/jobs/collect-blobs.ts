/** Drives the collector and the sweep of orphans; what they do is `core/objects/collect.ts` and `sweep-orphans.ts`. */
import type { Core } from '../core/core.ts';
import { collect } from '../core/objects/collect.ts';
import { sweepOrphans } from '../core/objects/sweep-orphans.ts';
import type { Job, JobLog } from './repeat.ts';

/** Entries of the queue a run looks at. */
const entriesPerRun = 500;
const secondOfMilliseconds = 1000;
const hourOfMilliseconds = 3600 * secondOfMilliseconds;

/** Visits what is due in the collector's queue. */
export function collectJob(core: Core, log: JobLog, pause = 5 * secondOfMilliseconds): Job {
  return {
    name: 'collect-blobs',
    pause,
    async run() {
      const { settled, collected, failures } = await collect(core, entriesPerRun);
      for (const { kind, id, error } of failures) {
        log.error({ job: 'collect-blobs', kind, id, err: error }, 'could not be collected; put off');
      }
      if (Object.values(collected).some((count) => count > 0)) {
        log.info({ job: 'collect-blobs', ...collected }, 'collected what nobody refers to');
      }
      return settled === entriesPerRun ? 'more' : 'idle';
    },
  };
}

/** Looks through all blobs, which is dear, so it runs seldom. */
export function sweepJob(core: Core, log: JobLog, pause = 6 * hourOfMilliseconds): Job {
  return {
    name: 'sweep-orphans',
    pause,
    async run() {
      const swept = await sweepOrphans(core);
      if (swept > 0) log.info({ job: 'sweep-orphans', swept }, 'deleted blobs without an owner');
      return 'idle';
    },
  };
}
