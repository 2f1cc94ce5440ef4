/** Onggi itself as its users start it: embedded engines on this disk, one process per core, a seed file. */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { family, freePort, type Started, start, stop } from '../../test/support/foreign-programs.ts';
import { alice, demo, standardSeed } from '../../test/support/seed.ts';
import { runtimePath } from '../../test/support/start-server.ts';
import { tempDirectory } from '../../test/support/temp.ts';
import type { Peer } from './peer.ts';
import { s3Door } from './s3-door.ts';
import { swiftAuth, swiftDoor } from './swift-door.ts';

export interface OnggiOptions {
  readonly workers?: number;
  /** Where to leave one CPU profile per process. */
  readonly profileTo?: string | undefined;
  /** Options of the runtime, before the program. */
  readonly runtimeOptions?: readonly string[];
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

const rootDirectory = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export async function startOnggi(options: OnggiOptions = {}): Promise<Peer> {
  const workers = options.workers ?? availableParallelism();
  const home = tempDirectory('bench-onggi');
  const seed = join(home, 'seed.yaml');
  writeFileSync(seed, standardSeed(), { mode: 0o600 });
  const url = `http://127.0.0.1:${await freePort()}`;
  const env = {
    ONGGI_LISTEN: new URL(url).host,
    ONGGI_DATA: join(home, 'data'),
    ONGGI_SEED: seed,
    ONGGI_WORKERS: String(workers),
    ONGGI_LOG_LEVEL: 'warn',
    // Longer than any download here, short enough to give the disk back between rounds.
    ONGGI_COLLECT_GRACE: '20',
    ...options.env,
  };
  const profile =
    options.profileTo === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profileTo}`];
  const program = join(rootDirectory, 'src', 'main.ts');
  const began = performance.now();
  const server = start(
    'onggi',
    runtimePath(),
    [
      '--disable-warning=ExperimentalWarning',
      ...profile,
      ...(options.runtimeOptions ?? []),
      program,
      'serve',
    ],
    {
      home,
      env,
    },
  );
  const startSeconds = (await ready(server, began)) / 1000;
  try {
    const { token } = await swiftAuth(`${url}/auth/v1.0`, `${demo.name}:${alice.name}`, alice.password);
    return {
      name: 'Onggi',
      setup: `${workers} ${workers === 1 ? 'process' : 'processes'}, lmdb and files on this disk, no request log`,
      doors: [
        s3Door('Onggi S3', url, alice.s3Key),
        s3Door('Onggi S3 (signed headers)', url, alice.s3Key, 'header'),
        swiftDoor('Onggi Swift', `${url}/v1/AUTH_${demo.id}`, token),
      ],
      startSeconds,
      processes: () => family(server),
      stop: () => stop(server),
    };
  } catch (error) {
    await stop(server);
    throw error;
  }
}

/** Milliseconds until the ready line. */
async function ready(server: Started, began: number): Promise<number> {
  const { child, logFile } = server;
  while (child.exitCode === null && performance.now() - began < 30_000) {
    if (/^onggi ready /m.test(readFileSync(logFile, 'utf8'))) return performance.now() - began;
    await sleep(2);
  }
  const printed = readFileSync(logFile, 'utf8').trim().slice(-600);
  await stop(server);
  throw new Error(`onggi did not get ready: ${printed}`);
}
