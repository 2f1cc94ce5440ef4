/**
 * Programs that are not ours, beside which Onggi is tested and measured: started in the foreground with their output in a file, waited
 * for over HTTP, and stopped by their own process ids. Owns nothing else on the machine.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { adopt, signalGroup } from './temp.ts';

export interface Started {
  readonly name: string;
  readonly child: ChildProcess;
  readonly logFile: string;
}

/** Starts `program` as the leader of its own process group; standard output and error go to `{home}/{name}.log`. */
export function start(
  name: string,
  program: string,
  args: readonly string[],
  options: { home: string; env?: Readonly<Record<string, string>> },
): Started {
  const logFile = join(options.home, `${name}.log`);
  const log = openSync(logFile, 'a');
  const env = { ...process.env, ...options.env };
  const child = spawn(program, args, { cwd: options.home, env, stdio: ['ignore', log, log], detached: true });
  adopt(child);
  // A program that cannot be started shows as one that ended; whoever waits for it reports that.
  child.on('error', () => {});
  return { name, child, logFile };
}

/** Runs a tool to its end. @returns its standard output @throws Error with what it printed when it fails */
export function run(program: string, args: readonly string[], seconds = 60): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    adopt(child);
    const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), seconds * 1000);
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      if (code === 0) resolve(out);
      else
        reject(
          new Error(
            `${basename(program)} ended with ${code ?? `the limit of ${seconds} s`}: ${tail(err || out)}`,
          ),
        );
    });
  });
}

/** Waits until `url` answers anything at all. @throws Error with the end of the log when the process ends or stays silent */
export async function answers(one: Started, url: string, seconds = 60): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end && !ended(one.child)) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
      await response.arrayBuffer();
      return;
    } catch {
      await sleep(20);
    }
  }
  throw new Error(`${one.name} did not get ready: ${tail(readFileSync(one.logFile, 'utf8'))}`);
}

/** SIGTERM, and SIGKILL to the whole group when five seconds were not enough. */
export async function stop(one: Started): Promise<void> {
  const { child } = one;
  if (ended(child)) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const family = descendants(child.pid ?? -1);
  child.kill('SIGTERM');
  if (await Promise.race([gone.then(() => true), sleep(5000, false)])) {
    for (const pid of family) kill(pid);
    return;
  }
  for (const pid of family) kill(pid);
  signalGroup(child, 'SIGKILL');
  await gone;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function ended(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}

/** The last lines of a log, on one line. */
function tail(text: string): string {
  return text.trim().split('\n').slice(-3).join(' | ').slice(-600);
}

/** A port of 127.0.0.1 that nothing listens on now. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/** All processes below `pid`. */
export function descendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const parent = parentOf(Number(entry));
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const below = (one: number): number[] =>
    (children.get(one) ?? []).flatMap((next) => [next, ...below(next)]);
  return below(pid);
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything; the parent is the second field after it.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

/** A started server and its workers, as a peer lists them. */
export function family(one: Started): { name: string; pid: number }[] {
  const { pid } = one.child;
  if (pid === undefined) return [];
  return [pid, ...descendants(pid)].map((each) => ({ name: one.name, pid: each }));
}
