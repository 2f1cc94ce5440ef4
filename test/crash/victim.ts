/** Owns the server that is killed: several processes on one data directory, started again and again. */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { postgresQuiet, type StoreLocation } from '../support/offline-store.ts';
import { childrenOf, groupGone, isRunning } from '../support/process-tree.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { tempDirectory } from '../support/temp.ts';
import { collectGrace } from './scene.ts';

/**
 * What dies: everything at once, as when the power goes; one worker; the process that watches the workers; or a worker that ends
 * itself in the middle of its work, as a defect would make it.
 */
export const deaths = ['everything', 'a worker', 'the supervisor', 'a worker by its own hand'] as const;
export type Death = (typeof deaths)[number];

/** Longer than running requests get to finish, in milliseconds. */
const orphansEndWithin = 45_000;

/** How its servers are started. */
export interface Upbringing {
  readonly workers?: number;
  /** The path of a module that each of its processes loads first. */
  readonly preload?: string;
}

export class Victim implements StoreLocation {
  readonly dataDir: string;
  readonly metaUrl: string | undefined;
  readonly #upbringing: Upbringing;
  #server: TestServer;
  /** Groups of earlier servers whose workers may still finish requests. */
  #orphans: number[] = [];

  private constructor(location: StoreLocation, upbringing: Upbringing, server: TestServer) {
    this.#upbringing = upbringing;
    this.dataDir = location.dataDir;
    this.metaUrl = location.metaUrl;
    this.#server = server;
  }

  /** @param metaUrl of a PostgreSQL schema; LMDB when absent */
  static async start(metaUrl?: string, upbringing: Upbringing = {}): Promise<Victim> {
    const location = { dataDir: join(tempDirectory('crash'), 'data'), metaUrl };
    return new Victim(location, upbringing, await launch(location, upbringing));
  }

  get url(): string {
    return this.#server.url;
  }

  /** Kills in one of the ways. What is left of the server is still running then. */
  async kill(death: Death, random: SeededRandom): Promise<void> {
    if (death === 'everything') {
      await this.#server.kill();
      if (this.metaUrl !== undefined) await postgresQuiet(this.metaUrl);
    } else if (death === 'the supervisor') {
      this.#orphans.push(this.#server.pid);
      process.kill(this.#server.pid, 'SIGKILL');
      while (isRunning(this.#server.pid)) await sleep(1);
    } else {
      const signal = death === 'a worker' ? 'SIGKILL' : endsItself;
      process.kill(random.pick(childrenOf(this.#server.pid)), signal);
    }
  }

  /** A new server on the same data; does not wait for what is left of the old one. */
  async startAgain(): Promise<this> {
    this.#server = await launch(this, this.#upbringing);
    return this;
  }

  /** Resolves when nothing of earlier servers runs any more; false when something stays. */
  async orphansGone(): Promise<boolean> {
    const gone = await Promise.all(this.#orphans.map((group) => groupGone(group, orphansEndWithin)));
    this.#orphans = [];
    return gone.every(Boolean);
  }

  /** SIGTERM; answers the exit code. */
  stop(): Promise<number | null> {
    return this.#server.stop();
  }

  /** What the present server has logged as an error. */
  errors(): string[] {
    return this.#server
      .stderr()
      .split('\n')
      .filter((line) => line !== '');
  }
}

/** Makes every process of the server call `process.exit` when it gets this signal. */
const endsItself = 'SIGUSR2';

function launch(
  { dataDir, metaUrl }: StoreLocation,
  { workers = 2, preload }: Upbringing,
): Promise<TestServer> {
  const ending = join(dirname(dataDir), 'ends-itself.mjs');
  writeFileSync(ending, `process.on('${endsItself}', () => process.exit(1));\n`);
  const preloads = preload === undefined ? [ending] : [ending, preload];
  return startServer({
    meta: 'lmdb',
    env: {
      ONGGI_DATA: dataDir,
      ONGGI_WORKERS: String(workers),
      ONGGI_COLLECT_GRACE: String(collectGrace),
      ONGGI_LOG_LEVEL: 'error',
      NODE_OPTIONS: preloads.map((path) => `--import=${path}`).join(' '),
      ...(metaUrl === undefined ? {} : { ONGGI_META: metaUrl }),
    },
  });
}
