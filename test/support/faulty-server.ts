/**
 * The server's request pipeline and all its doors in this process, on engines that fail when told: memory for metadata, a disk for
 * blobs. Owns its sockets and its directory; what it logs can be looked at.
 */
import { join } from 'node:path';
import { pino } from 'pino';
import { systemClock, systemRandom } from '../../src/base/clock.ts';
import { BlockPool } from '../../src/base/streams/block-pool.ts';
import { parseSeed } from '../../src/config/seed-file.ts';
import type { Core } from '../../src/core/core.ts';
import { applySeed } from '../../src/core/identity/seed.ts';
import { openDisk } from '../../src/engines/blob/disk/blob-store.ts';
import { openMemory } from '../../src/engines/meta/memory/meta-store.ts';
import { createAccessLog } from '../../src/server/access-log.ts';
import { clientAddress } from '../../src/server/client-address.ts';
import { createFrontEnds } from '../../src/server/front-ends.ts';
import { listen } from '../../src/server/listen.ts';
import { createPipeline } from '../../src/server/pipeline.ts';
import { createTelemetry } from '../../src/server/telemetry.ts';
import { createTrail } from '../../src/server/trail.ts';
import { FaultyBlobs, FaultyMeta } from './faulty-engines.ts';
import { memoryCore } from './memory-core.ts';
import { standardSeed } from './seed.ts';
import { tempDirectory } from './temp.ts';

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly status?: number;
  readonly operation?: string;
  readonly err?: { readonly type: string; readonly message: string };
}

export interface FaultyServer {
  readonly url: string;
  readonly core: Core;
  readonly meta: FaultyMeta;
  readonly blobs: FaultyBlobs;
  /** Below it lie `tmp` and `blobs`. */
  readonly blobDirectory: string;
  /** Everything logged since the last look. */
  takeLog(): LogLine[];
  stop(): Promise<void>;
}

/** Starts with the standard seed. @param idleSeconds that a client may let a body stand still */
export async function startFaultyServer(idleSeconds = 60): Promise<FaultyServer> {
  const blobDirectory = join(tempDirectory('faulty'), 'blobs');
  const meta = new FaultyMeta(await openMemory());
  const blobs = new FaultyBlobs(await openDisk({ path: blobDirectory }));
  const core: Core = {
    ...(await memoryCore({ inlineBytes: 16 * 1024, minPartBytes: 5 * 1024 ** 2, collectGrace: 0 })),
    meta,
    blobs,
    clock: systemClock,
  };
  await applySeed(core, parseSeed(standardSeed()));
  const lines: LogLine[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const telemetry = createTelemetry();
  const trail = createTrail(core, log, 'failures');
  const pipeline = createPipeline({
    core,
    protocols: createFrontEnds(
      {
        region: core.settings.region,
        regions: [],
        kosRegions: ['In-Bangalore-1'],
        kosRequireSession: false,
        limitsProfile: 'default',
        publicUrl: undefined,
        s3Domains: ['s3.localhost'],
      },
      { metrics: () => telemetry.registry.metrics(), accepting: () => true },
    ),
    telemetry,
    accessLog: createAccessLog(log),
    clientAddress: clientAddress([]),
    consoleOrigins: [],
    trail,
    clock: systemClock,
    random: systemRandom,
    idleSeconds,
    blocks: new BlockPool(),
    stopping: () => false,
  });
  const listener = await listen({ host: '127.0.0.1', port: 0, tls: undefined, pipeline });
  return {
    url: listener.url,
    core,
    meta,
    blobs,
    blobDirectory,
    takeLog: () => lines.splice(0),
    async stop() {
      await listener.stop(1);
      await trail.stop();
      await meta.close();
      await blobs.close();
    },
  };
}
