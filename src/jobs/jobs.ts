/** Owns which background jobs there are. One process of a service runs them; several doing so is harmless. */
import type { Core } from '../core/core.ts';
import { collectJob, sweepJob } from './collect-blobs.ts';
import { deliverTrailJob } from './deliver-trail.ts';
import { lifecycleJob } from './lifecycle.ts';
import { removePastDueJob } from './remove-past-due.ts';
import { type JobLog, repeat } from './repeat.ts';
import { sealTrailJob, trimTrailJob } from './trail.ts';

export interface JobSettings {
  /** How long events are kept. */
  readonly trailDays: number;
}

/** Runs all jobs until `signal` aborts; resolves when the last one has ended. */
export async function startJobs(
  core: Core,
  log: JobLog,
  settings: JobSettings,
  signal: AbortSignal,
): Promise<void> {
  const jobs = [
    collectJob(core, log),
    sweepJob(core, log),
    removePastDueJob(core, log),
    lifecycleJob(core, log),
    sealTrailJob(core),
    trimTrailJob(core, log, settings.trailDays),
    deliverTrailJob(core, log, settings.trailDays),
  ];
  await Promise.all(jobs.map((job) => repeat(job, log, signal)));
}
