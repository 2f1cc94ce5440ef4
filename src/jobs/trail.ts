/** Drives the life of the audit trail's chunks; what a step does is `core/trail/seal.ts`. */
import type { Core } from '../core/core.ts';
import { dropEventsBefore, mergeChunks, sealEvents, sweepChunks } from '../core/trail/seal.ts';
import type { Job, JobLog } from './repeat.ts';

const second = 1000;
const hour = 3600 * second;
const day = 24 * hour;

/** Seals fresh events and merges chunks. */
export function sealTrailJob(core: Core, pause = second): Job {
  return {
    name: 'seal-trail',
    pause,
    async run() {
      const sealed = await sealEvents(core);
      const merged = await mergeChunks(core);
      await sweepChunks(core);
      return sealed > 0 || merged ? 'more' : 'idle';
    },
  };
}

/** Drops events older than `days`, whole chunks at a time. */
export function trimTrailJob(core: Core, log: JobLog, days: number, pause = hour): Job {
  return {
    name: 'trim-trail',
    pause,
    async run() {
      const dropped = await dropEventsBefore(core, core.clock() - days * day);
      if (dropped > 0) log.info({ job: 'trim-trail', dropped }, 'dropped events that were kept long enough');
      return 'idle';
    },
  };
}
