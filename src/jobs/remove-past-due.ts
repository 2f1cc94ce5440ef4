/** Drives the removal of objects whose own date has come; what it does is `core/lifecycle/remove-past-due.ts`. */
import type { Core } from '../core/core.ts';
import { removePastDue } from '../core/lifecycle/remove-past-due.ts';
import type { Job, JobLog } from './repeat.ts';

/** Dates a run looks at. */
const datesPerRun = 200;

export function removePastDueJob(core: Core, log: JobLog, pause = 2000): Job {
  return {
    name: 'remove-past-due',
    pause,
    async run() {
      const { visited, removed } = await removePastDue(core, datesPerRun);
      if (removed > 0) log.info({ job: 'remove-past-due', removed }, 'removed objects whose date has come');
      return visited === datesPerRun ? 'more' : 'idle';
    },
  };
}
