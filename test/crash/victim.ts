/** Owns the server that is killed: several processes on one data directory, started again and again. */
import { join } from 'node:path';
import { childrenOf, groupGone } from '../support/process-tree.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { tempDirectory } from '../support/temp.ts';
import { collectGrace } from './scene.ts';

/** What dies: everything at once, as when the power goes; one worker; or the process that watches the workers. */
export const deaths = ['everything', 'a worker', 'the supervisor'] as const;
export type Death = (typeof deaths)[number];

/** Longer than running requests get to finish, in milliseconds. */
const orphansEndWithin = 45_000;

export class Victim {
  readonly dataDir: string;
  #server: TestServer;
  /** Groups of earlier servers whose workers may still finish requests. */
  #orphans: number[] = [];

  private constructor(dataDir: string, server: TestServer) {
    this.dataDir = dataDir;
    this.#server = server;
  }

  static async start(): Promise<Victim> {
    const dataDir = join(tempDirectory('crash'), 'data');
    return new Victim(dataDir, await launch(dataDir));
  }

  get url(): string {
    return this.#server.url;
  }

  /** Kills in one of the ways. What is left of the server is still running then. */
  async kill(death: Death, random: SeededRandom): Promise<void> {
    if (death === 'everything') return this.#server.kill();
    if (death === 'the supervisor') {
      this.#orphans.push(this.#server.pid);
      process.kill(this.#server.pid, 'SIGKILL');
    } else process.kill(random.pick(childrenOf(this.#server.pid)), 'SIGKILL');
  }

  /** A new server on the same data; does not wait for what is left of the old one. */
  async startAgain(): Promise<this> {
    this.#server = await launch(this.dataDir);
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

function launch(dataDir: string): Promise<TestServer> {
  return startServer({
    meta: 'lmdb',
    env: {
      ONGGI_DATA: dataDir,
      ONGGI_WORKERS: '2',
      ONGGI_COLLECT_GRACE: String(collectGrace),
      ONGGI_LOG_LEVEL: 'error',
    },
  });
}
