/** Answering requests in this process: joins the protocols, the request pipeline and a listener. */
import { systemClock, systemRandom } from '../base/clock.ts';
import { BlockPool } from '../base/streams/block-pool.ts';
import type { ListenAddress } from '../config/option-values.ts';
import { type Config, ConfigError } from '../config/options.ts';
import type { Core } from '../core/core.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { createAccessLog } from '../server/access-log.ts';
import { clientAddress } from '../server/client-address.ts';
import { createFrontEnds, createInternalFrontEnds } from '../server/front-ends.ts';
import { type Listener, listen } from '../server/listen.ts';
import type { Log } from '../server/log.ts';
import { createPipeline } from '../server/pipeline.ts';
import type { Telemetry } from '../server/telemetry.ts';
import { createTrail } from '../server/trail.ts';

/** Seconds that running requests get to finish after SIGTERM. */
const stopSeconds = 30;
/** Seconds a client may let a body or an answer stand still. */
const idleSeconds = 60;

export interface Serving {
  readonly url: string;
  stop(): Promise<void>;
}

/** @throws ConfigError when the address cannot be taken, or two operations have one name */
export async function serveRequests(
  config: Config,
  core: Core,
  log: Log,
  telemetry: Telemetry,
  metrics: () => Promise<string>,
): Promise<Serving> {
  let stopping = false;
  const trail = createTrail(core, log, config.trailObjectReads);
  const parts = {
    core,
    telemetry,
    accessLog: createAccessLog(log),
    clientAddress: clientAddress(config.trustedProxies),
    consoleOrigins: config.consoleOrigins,
    trail,
    clock: systemClock,
    random: systemRandom,
    idleSeconds,
    blocks: new BlockPool(),
    stopping: () => stopping,
  };
  const doors: [ListenAddress, readonly Protocol[]][] = [
    [config.listen, createFrontEnds(config, { metrics, accepting: () => !stopping })],
  ];
  if (config.internalListen !== undefined) {
    doors.push([config.internalListen, createInternalFrontEnds(config)]);
  }
  const listeners: Listener[] = [];
  try {
    for (const [address, protocols] of doors) {
      listeners.push(await listenOn(config, address, createPipeline({ ...parts, protocols })));
    }
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.stop(0)));
    throw error;
  }
  return {
    url: listeners[0]?.url ?? '',
    async stop() {
      stopping = true;
      await Promise.all(listeners.map((listener) => listener.stop(stopSeconds)));
      await trail.stop();
    },
  };
}

async function listenOn(
  config: Config,
  { host, port }: ListenAddress,
  pipeline: ReturnType<typeof createPipeline>,
): Promise<Listener> {
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
