/** Owns the rhythm of a background job: one run after the other, a pause in between, an end when told. Refuses to know what runs. */

/** What jobs say about themselves; a pino logger is one. */
export interface JobLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface Job {
  readonly name: string;
  /** Milliseconds from the end of a run to the next; a run that answers `more` is followed by the next at once. */
  readonly pause: number;
  run(signal: AbortSignal): Promise<'more' | 'idle'>;
}

/** Runs `job` until `signal` aborts; resolves when its last run has ended. A run that fails is logged and tried again. */
export async function repeat(job: Job, log: JobLog, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    let outcome: 'more' | 'idle' = 'idle';
    try {
      outcome = await job.run(signal);
    } catch (error) {
      log.error({ job: job.name, err: error }, 'a background job failed; it will be tried again');
    }
    if (outcome === 'idle') await sleep(job.pause, signal);
  }
}

/** Resolves after `milliseconds`, or at once when `signal` aborts. Keeps no process alive. */
function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, milliseconds);
    timer.unref();
    signal.addEventListener('abort', finish, { once: true });
  });
}
