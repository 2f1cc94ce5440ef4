/**
 * Starts the real server as a child process on a fresh data directory and a free port. Owns that process and its files;
 * knows nothing of what the server does beyond its operating contract (environment, ready line, signals).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { standardSeed } from './seed.ts';
import { adopt, signalGroup, tempDirectory } from './temp.ts';

export interface ServerOptions {
  /** Added to the environment; wins over what this file sets. */
  readonly env?: Readonly<Record<string, string>>;
  /** The seed file's text; the standard seed when absent, none (first-run bootstrap) when false. */
  readonly seed?: string | false;
  /** Arguments after `serve`. */
  readonly args?: readonly string[];
  /** `lmdb` pins the embedded engine where the suite runs on another; `postgres` needs TEST_META_URL. */
  readonly meta?: 'lmdb' | 'postgres';
}

export interface TestServer {
  /** `http://127.0.0.1:PORT`, no slash at the end; changes with `restart`. */
  readonly url: string;
  readonly dataDir: string;
  readonly pid: number;
  /** Everything printed so far, over all restarts. */
  stdout(): string;
  stderr(): string;
  /** SIGTERM, or `signal`, and the exit code: null when the signal itself ended the process. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Stops what still runs, then serves the same data again. */
  restart(): Promise<void>;
  /** SIGKILL to the server and all its workers at once, as when the power goes. */
  kill(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const rootDirectory = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const readyLine = /^onggi ready (http:\/\/\S+)$/m;
const readyWithin = 20_000;

/**
 * @throws Error with the server's own output when it ends, or is not ready within 20 seconds.
 */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const directory = tempDirectory('test');
  const dataDir = join(directory, 'data');
  const env = serverEnvironment(options, directory, dataDir);
  const printed = { stdout: '', stderr: '' };
  let running = await launch(env, options.args ?? [], printed);

  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (!ended(running.child)) running.child.kill(signal);
    return exitOf(running.child);
  };
  const kill = async () => {
    signalGroup(running.child, 'SIGKILL');
    await exitOf(running.child);
  };
  return {
    get url() {
      return running.url;
    },
    get pid() {
      return running.child.pid ?? -1;
    },
    dataDir,
    stdout: () => printed.stdout,
    stderr: () => printed.stderr,
    stop,
    kill,
    async restart() {
      await stop();
      running = await launch(env, options.args ?? [], printed);
    },
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}

/** What `onggi serve` printed and how it ended: for configurations that must be refused. Waits at most 20 seconds. */
export async function runUntilExit(
  options: ServerOptions & { dataDir?: string } = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const directory = tempDirectory('refused');
  const env = serverEnvironment(options, directory, options.dataDir ?? join(directory, 'data'));
  const printed = { stdout: '', stderr: '' };
  const child = spawnServer(env, options.args ?? [], printed);
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), readyWithin);
  const code = await exitOf(child);
  clearTimeout(timer);
  return { code, ...printed };
}

/** The runtime the project is pinned to: this process itself, or the packaged one when this one is too old. */
export function runtimePath(): string {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  const packaged = join(
    rootDirectory,
    'node_modules',
    `node-${process.platform}-${process.arch}`,
    'bin',
    'node',
  );
  if (!existsSync(packaged)) throw new Error('no Node 24 or later here: run npm ci');
  return packaged;
}

function serverEnvironment(options: ServerOptions, directory: string, dataDir: string): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  // The machine's own ONGGI_* and proxy settings must not change what is tested.
  for (const [name, value] of Object.entries(process.env)) {
    if (!/^(ONGGI_|NODE_|TEST_META_URL$)/.test(name)) env[name] = value;
  }
  env.ONGGI_LISTEN = '127.0.0.1:0';
  env.ONGGI_DATA = dataDir;
  env.ONGGI_WORKERS = '1';
  const seed = options.seed ?? standardSeed();
  if (seed !== false) {
    const seedFile = join(directory, 'seed.yaml');
    writeFileSync(seedFile, seed, { mode: 0o600 });
    env.ONGGI_SEED = seedFile;
  }
  const metaUrl = options.meta === 'lmdb' ? undefined : process.env.TEST_META_URL;
  if (metaUrl !== undefined && metaUrl !== '') env.ONGGI_META = ownSchema(metaUrl);
  else if (options.meta === 'postgres') throw new Error('TEST_META_URL is not set');
  return { ...env, ...options.env };
}

/** Each server of a suite gets its own schema of the one database, so that their data never meet. */
function ownSchema(metaUrl: string): string {
  const url = new URL(metaUrl);
  url.searchParams.set('schema', `test_${randomBytes(8).toString('hex')}`);
  return url.toString();
}

function spawnServer(
  env: NodeJS.ProcessEnv,
  args: readonly string[],
  printed: { stdout: string; stderr: string },
): ChildProcess {
  const child = spawn(
    runtimePath(),
    ['--disable-warning=ExperimentalWarning', join(rootDirectory, 'src', 'main.ts'), 'serve', ...args],
    // A group of its own, so that `kill` reaches the workers too.
    { cwd: rootDirectory, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  adopt(child);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed.stderr += text;
  });
  return child;
}

async function launch(
  env: NodeJS.ProcessEnv,
  args: readonly string[],
  printed: { stdout: string; stderr: string },
): Promise<{ child: ChildProcess; url: string }> {
  const from = printed.stdout.length;
  const child = spawnServer(env, args, printed);
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (reason: string) => {
      signalGroup(child, 'SIGKILL');
      reject(new Error(`the server ${reason}\n--- stdout\n${printed.stdout}\n--- stderr\n${printed.stderr}`));
    };
    const timer = setTimeout(() => fail(`was not ready within ${readyWithin / 1000} s`), readyWithin);
    const look = () => {
      const ready = readyLine.exec(printed.stdout.slice(from));
      if (ready?.[1] === undefined) return;
      clearTimeout(timer);
      child.stdout?.off('data', look);
      child.off('close', onClose);
      resolve(ready[1]);
    };
    const onClose = (code: number | null) => {
      clearTimeout(timer);
      fail(`ended with exit code ${code} before it was ready`);
    };
    child.stdout?.on('data', look);
    child.on('close', onClose);
    child.on('error', (error) => {
      clearTimeout(timer);
      fail(`could not be started: ${error.message}`);
    });
  });
  holdOpen(child, false);
  return { child, url };
}

/**
 * Whether `child` keeps this process alive. A server that a failed test forgot to stop must not: then the test process ends,
 * and takes the server with it.
 */
function holdOpen(child: ChildProcess, hold: boolean): void {
  for (const handle of [child, child.stdout as Socket | null, child.stderr as Socket | null]) {
    if (hold) handle?.ref();
    else handle?.unref();
  }
}

function ended(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Resolves when the process is gone and all it printed has arrived. */
function exitOf(child: ChildProcess): Promise<number | null> {
  if (ended(child) && child.stdout?.closed !== false && child.stderr?.closed !== false) {
    return Promise.resolve(child.exitCode);
  }
  holdOpen(child, true);
  return new Promise((resolve) => child.once('close', (code) => resolve(code)));
}
