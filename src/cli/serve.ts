/** `onggi serve`: prepares the store, starts the workers (or serves itself when there is one), and stops them again. */
import cluster from 'node:cluster';
import { readFileSync } from 'node:fs';
import { type Config, ConfigError } from '../config/options.ts';
import type { Core } from '../core/core.ts';
import { bootstrap } from '../core/identity/bootstrap.ts';
import { applySeed } from '../core/identity/seed.ts';
import { claimStore } from '../core/store.ts';
import { jobWitness } from '../core/trail/job-witness.ts';
import { startJobs } from '../jobs/jobs.ts';
import { openDataDirectory } from '../server/data-directory.ts';
import { createLog, type Log } from '../server/log.ts';
import { createTelemetry } from '../server/telemetry.ts';
import { joinSupervisor, superviseWorkers } from '../server/workers.ts';
import { firstRunBanner } from './banner.ts';
import { closeCore, type OpenEngines, openCore } from './open-core.ts';
import type { Serving } from './serve-requests.ts';

/** The protocols and all they need: most of the code, which a process that only watches others does without. */
const serving = () => import('./serve-requests.ts');

/** Resolves when the server has stopped. @throws what keeps it from starting */
export function serve(config: Config, openEngines: OpenEngines): Promise<void> {
  return cluster.isWorker ? serveAsWorker(config, openEngines) : serveAsFirst(config, openEngines);
}

async function serveAsFirst(config: Config, openEngines: OpenEngines): Promise<void> {
  const directory = openDataDirectory(config.data);
  try {
    const log = createLog(config.logLevel);
    const core = await openCore(config, openEngines);
    const stopping = stopSignal();
    const jobs = new AbortController();
    let jobsEnded: Promise<void> | undefined;
    try {
      await claimStore(core);
      const credentials = await prepareIdentities(core, config);
      const { url, stop } = await startServing(config, core, log);
      if (credentials !== undefined) {
        process.stdout.write(firstRunBanner(config.publicUrl ?? url, config.region, credentials));
      }
      process.stdout.write(`onggi ready ${url}\n`);
      jobsEnded = startJobs(core, log, config, jobs.signal);
      await stopping;
      await stop();
    } finally {
      jobs.abort();
      await jobsEnded;
      await closeCore(core);
      log.flushAll();
    }
  } finally {
    directory.release();
  }
}

async function startServing(config: Config, core: Core, log: Log): Promise<Serving> {
  if (config.workers === 1) {
    const telemetry = createTelemetry();
    const { serveRequests } = await serving();
    return serveRequests(config, core, log, telemetry, () => telemetry.registry.metrics());
  }
  const { url, supervisor } = await superviseWorkers({
    count: config.workers,
    onDeath: (pid, how) => log.error({ worker: pid, how }, 'a worker died; another takes its place'),
  });
  return { url, stop: supervisor.stop };
}

async function serveAsWorker(config: Config, openEngines: OpenEngines): Promise<void> {
  const log = createLog(config.logLevel);
  const telemetry = createTelemetry();
  let stopNow: () => void = () => {};
  const stopping = new Promise<void>((resolve) => {
    stopNow = resolve;
  });
  const link = joinSupervisor(telemetry.registry, () => stopNow());
  void stopSignal().then(stopNow);
  try {
    const core = await openCore(config, openEngines);
    try {
      const { serveRequests } = await serving();
      const { url, stop } = await serveRequests(config, core, log, telemetry, link.metrics);
      link.ready(url);
      await stopping;
      await stop();
    } finally {
      await closeCore(core);
    }
  } catch (error) {
    link.failed(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  } finally {
    log.flushAll();
    process.disconnect?.();
  }
}

/** With a seed nothing else is created; without one an empty store gets its first user. */
async function prepareIdentities(core: Core, config: Config) {
  if (config.seed === undefined) return bootstrap(inTheTrail(core, 'FirstStart'));
  let text: string;
  try {
    text = readFileSync(config.seed, 'utf8');
  } catch {
    throw new ConfigError(`seed file ${config.seed}: cannot be read`);
  }
  const { parseSeed } = await import('../config/seed-file.ts');
  await applySeed(inTheTrail(core, 'ApplySeed'), parseSeed(text));
  return undefined;
}

/** The core whose changes leave one event, of this command; none when nothing is changed. */
function inTheTrail(core: Core, event: string): Core {
  return jobWitness(core, { name: 'serve', api: 'cli' }, event, { type: 'Service' }).core;
}

/** The first SIGTERM or SIGINT; later ones change nothing, running requests are finished either way. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve());
  });
}
