/**
 * What every client of the matrix can be asked to do, in one small interface, and how one is told from another. An adapter
 * translates; it never works around the server, and what its client cannot express it declares instead of hiding.
 */
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientRun, runClient } from '../../support/clients.ts';
import type { TestUser } from '../../support/seed.ts';
import type { KeyName } from '../objects.ts';

export interface Endpoint {
  /** `http://127.0.0.1:PORT`, no slash at the end. */
  readonly url: string;
  readonly user: TestUser;
  /** An empty directory of the client's own, for its configuration and what it downloads. */
  readonly directory: string;
}

/** One object and the local file it is read from or written to. */
export interface Transfer {
  readonly key: string;
  readonly file: string;
}

export interface Listed {
  readonly key: string;
  readonly size: number;
}

export interface Failure {
  readonly key: string;
  readonly reason: string;
}

export type Verb = 'put' | 'get' | 'list';

/** Something a client by itself cannot do, whatever the server. */
export interface Limit {
  readonly verbs: readonly Verb[];
  readonly keys: readonly KeyName[];
  readonly reason: string;
}

export interface Session {
  makeBucket(bucket: string): Promise<void>;
  /** What did not go up, with the client's own words; empty when all went. */
  put(bucket: string, transfers: readonly Transfer[]): Promise<Failure[]>;
  get(bucket: string, transfers: readonly Transfer[]): Promise<Failure[]>;
  /** In the order in which the client gives it. */
  list(bucket: string): Promise<Listed[]>;
  /** Removes the objects `keys`, which are all that the bucket holds. */
  empty(bucket: string, keys: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export interface Client {
  readonly name: string;
  /** Why it cannot be used on this machine. */
  missing(): string | undefined;
  readonly limits: readonly Limit[];
  /** Whether its listings come as the server sends them: by the bytes of the keys. */
  readonly keepsOrder: boolean;
  connect(endpoint: Endpoint): Promise<Session>;
}

/** Why `client` cannot do `verb` with the key called `name`; undefined when it can. */
export function limitOf(client: Client, verb: Verb, name: KeyName): string | undefined {
  return client.limits.find((limit) => limit.verbs.includes(verb) && limit.keys.includes(name))?.reason;
}

/** Runs `move` for every transfer, `atOnce` of them side by side, and collects what failed. */
export async function moveEach(
  transfers: readonly Transfer[],
  atOnce: number,
  move: (transfer: Transfer) => Promise<unknown>,
): Promise<Failure[]> {
  const failures: Failure[] = [];
  const waiting = transfers.values();
  const lane = async () => {
    for (const transfer of waiting) {
      try {
        await move(transfer);
      } catch (error) {
        failures.push({ key: transfer.key, reason: error instanceof Error ? error.message : String(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return failures;
}

/** A command-line client with its environment. @throws Error with the command and the client's words when it fails */
export type Command = (args: readonly string[], options?: { cwd?: string }) => Promise<ClientRun>;

/** The machine's own settings for any of the clients, emptied: only what a test says configures them. */
export function plainEnvironment(): Record<string, string> {
  const foreign = Object.keys(process.env).filter((name) => /^(AWS_|OS_|ST_|RCLONE_)|_proxy$/i.test(name));
  return { ...Object.fromEntries(foreign.map((name) => [name, ''])), LC_ALL: 'C.UTF-8', TZ: 'UTC' };
}

export function commandOf(program: string, env: Record<string, string>, timeout = 600_000): Command {
  return async (args, options) => {
    const run = await runClient(program, args, {
      ...options,
      env: { ...plainEnvironment(), ...env },
      timeout,
    });
    if (run.code !== 0) throw new Error(`${[program, ...args].join(' ')}: exit ${run.code}\n${wordsOf(run)}`);
    return run;
  };
}

function wordsOf(run: ClientRun): string {
  return `${run.stdout}\n${run.stderr}`.trim().slice(-2000);
}

/** Whether `key` can be the relative path of a file without becoming another one. */
function isPlainPath(key: string): boolean {
  return key.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}

/**
 * Downloads with one process what can be paths below a directory, and the rest one by one: for clients that take most of a
 * second to start. `all` gets the keys and the directory to fill; objects it leaves out count as failed.
 */
export async function getInBulk(
  { directory }: Endpoint,
  transfers: readonly Transfer[],
  all: (keys: readonly string[], directory: string) => Promise<unknown>,
  single: (transfer: Transfer) => Promise<unknown>,
): Promise<Failure[]> {
  const tree = await mkdtemp(join(directory, 'get-'));
  const failures: Failure[] = [];
  await all(transfers.map(({ key }) => key).filter(isPlainPath), tree).catch((error: unknown) =>
    failures.push({ key: 'all at once', reason: String(error) }),
  );
  const moved = await moveEach(transfers, 2, (transfer) =>
    isPlainPath(transfer.key) ? rename(join(tree, transfer.key), transfer.file) : single(transfer),
  );
  await rm(tree, { recursive: true });
  return [...failures, ...moved];
}
