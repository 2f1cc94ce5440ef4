/** `onggi serve`: prepares the store, starts the workers (or serves itself when there is one), and stops them again. */
import cluster from 'node:cluster';
import { readFileSync } from 'node:fs';
import { systemClock, systemRandom } from '../base/clock.ts';
import { BlockPool } from '../base/streams/block-pool.ts';
import { type Config, ConfigError } from '../config/options.ts';
import { parseSeed } from '../config/seed-file.ts';
import type { Core } from '../core/core.ts';
import { bootstrap } from '../core/identity/bootstrap.ts';
import { applySeed } from '../core/identity/seed.ts';
import { claimStore } from '../core/store.ts';
import { startJobs } from '../jobs/jobs.ts';
import { createAccessLog } from '../server/access-log.ts';
import { openDataDirectory } from '../server/data-directory.ts';
import { createFrontEnds } from '../server/front-ends.ts';
import { type Listener, listen } from '../server/listen.ts';
import { createLog, type Log } from '../server/log.ts';
import { createPipeline } from '../server/pipeline.ts';
import { createTelemetry, type Telemetry } from '../server/telemetry.ts';
import { joinSupervisor, superviseWorkers } from '../server/workers.ts';
import { firstRunBanner } from './banner.ts';
import { closeCore, type OpenEngines, openCore } from './open-core.ts';

/** Seconds that running requests get to finish after SIGTERM. */
const stopSeconds = 30;
/** Seconds a client may let a body or an answer stand still. */
const idleSeconds = 60;

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
      jobsEnded = startJobs(core, log, jobs.signal);
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

interface Serving {
  readonly url: string;
  stop(): Promise<void>;
}

async function startServing(config: Config, core: Core, log: Log): Promise<Serving> {
  if (config.workers === 1) {
    const telemetry = createTelemetry();
    return serveHere(config, core, log, telemetry, () => telemetry.registry.metrics());
  }
  const { url, supervisor } = await superviseWorkers({
    count: config.workers,
    onDeath: (pid, how) => log.error({ worker: pid, how }, 'a worker died; another takes its place'),
  });
  return { url, stop: supervisor.stop };
}

async function serveHere(
  config: Config,
  core: Core,
  log: Log,
  telemetry: Telemetry,
  metrics: () => Promise<string>,
): Promise<Serving> {
  let stopping = false;
  const pipeline = createPipeline({
    core,
    protocols: createFrontEnds(config, { metrics, accepting: () => !stopping }),
    telemetry,
    accessLog: createAccessLog(log),
    clock: systemClock,
    random: systemRandom,
    idleSeconds,
    blocks: new BlockPool(),
    stopping: () => stopping,
  });
  const listener = await listenOn(config, pipeline);
  return {
    url: listener.url,
    async stop() {
      stopping = true;
      await listener.stop(stopSeconds);
    },
  };
}

async function listenOn(config: Config, pipeline: ReturnType<typeof createPipeline>): Promise<Listener> {
  const { host, port } = config.listen;
  const tls =
    config.tlsCert !== undefined && config.tlsKey !== undefined
      ? { cert: config.tlsCert, key: config.tlsKey }
      : undefined;
  try {
    return await listen({ host, port, tls, pipeline });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const why =
      code === 'EADDRINUSE' ? 'the address is in use' : code === 'EACCES' ? 'not permitted' : code || error;
    throw new ConfigError(`cannot listen on ${host}:${port}: ${why}`);
  }
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
      const serving = await serveHere(config, core, log, telemetry, link.metrics);
      link.ready(serving.url);
      await stopping;
      await serving.stop();
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
  if (config.seed === undefined) return bootstrap(core);
  let text: string;
  try {
    text = readFileSync(config.seed, 'utf8');
  } catch {
    throw new ConfigError(`seed file ${config.seed}: cannot be read`);
  }
  await applySeed(core, parseSeed(text));
  return undefined;
}

/** The first SIGTERM or SIGINT; later ones change nothing, running requests are finished either way. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve());
  });
}
