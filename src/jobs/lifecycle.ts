/** Drives the daily lifecycle run; what it does is `core/lifecycle/run.ts`. */
import type { Core } from '../core/core.ts';
import { lifecycleRunner } from '../core/lifecycle/run.ts';
import type { Job, JobLog } from './repeat.ts';

/** Milliseconds until the clock is looked at again: a machine may have slept, or its clock have been set. */
const longestPause = 30_000;
const pauseWhileOthersRun = 1000;

export function lifecycleJob(core: Core, log: JobLog): Job {
  const runner = lifecycleRunner(core);
  const { lifecycleDay } = core.settings;
  let waiting = false;
  return {
    name: 'lifecycle',
    get pause() {
      if (waiting) return pauseWhileOthersRun;
      return Math.min(lifecycleDay - (core.clock() % lifecycleDay), longestPause);
    },
    async run() {
      const { state, ended, failures } = await runner.turn();
      waiting = state === 'waiting';
      for (const { key, error } of failures) {
        const where = Buffer.from(key).toString('hex');
        log.error({ job: 'lifecycle', key: where, err: error }, 'could not be removed; left to the next run');
      }
      if (ended !== undefined) {
        const { removed, aborted } = ended;
        const midnight = new Date(ended.midnight).toISOString();
        log.info(
          { job: 'lifecycle', midnight, removed, aborted },
          'the rules of all buckets have been carried out',
        );
      }
      return state === 'more' ? 'more' : 'idle';
    },
  };
}
