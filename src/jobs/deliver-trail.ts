/** Drives the hourly delivery of the audit trail into buckets; what it does is `core/trail/delivery-run.ts`. */
import type { Core } from '../core/core.ts';
import { deliveryRunner } from '../core/trail/delivery-run.ts';
import type { Job, JobLog } from './repeat.ts';

/** Of hours that are shortened for tests. */
const shortestPause = 50;
const day = 86_400_000;

/** `days`: how long events are kept. Looks for full hours every half minute. */
export function deliverTrailJob(core: Core, log: JobLog, days: number): Job {
  const runner = deliveryRunner(core, days * day);
  return {
    name: 'deliver-trail',
    pause: Math.max(core.settings.trailHour / 120, shortestPause),
    async run(signal) {
      let more = false;
      for (const outcome of await runner.turn(signal)) {
        if (outcome.kind === 'overtaken') continue;
        const { project, bucket, error } = outcome.record;
        const where = { job: 'deliver-trail', project, bucket };
        if (outcome.kind === 'delivered') {
          more = true;
          if (outcome.mended) log.info(where, 'the audit trail is delivered again');
        } else if (outcome.fresh) {
          const { code, reason } = error ?? {};
          log.error({ ...where, code, reason, err: outcome.cause }, 'the audit trail cannot be delivered');
        }
      }
      return more ? 'more' : 'idle';
    },
  };
}
