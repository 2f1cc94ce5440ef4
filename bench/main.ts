/**
 * `npm run bench`: starts Onggi and its peers on this machine, puts the same loads on all of them in turns, and prints the
 * numbers with their ratios. Every process is stopped at the end, every file removed.
 */
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { tempDirectory } from '../test/support/temp.ts';
import { measureLarge } from './load/large-objects.ts';
import { measureListing } from './load/listing.ts';
import { measureStream, residentNow } from './load/memory.ts';
import { measureSmall } from './load/small-objects.ts';
import { describeMachine } from './machine.ts';
import { type BenchOptions, type PeerName, readOptions, usage } from './options.ts';
import { startNginx } from './peers/nginx.ts';
import { startOnggi } from './peers/onggi.ts';
import { type Peer, Unavailable } from './peers/peer.ts';
import { startRadosgw } from './peers/radosgw.ts';
import { startSwift } from './peers/swift.ts';
import { Quiet } from './quiet.ts';
import { type Measured, render } from './report.ts';

/** Progress goes to standard error, so that standard output is the report alone. */
function say(text: string): void {
  process.stderr.write(`bench: ${text}\n`);
}

function starters(options: BenchOptions): Record<PeerName, () => Promise<Peer>> {
  return {
    onggi: () => startOnggi(options),
    radosgw: startRadosgw,
    swift: startSwift,
    nginx: startNginx,
  };
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(usage);
    return;
  }
  const home = tempDirectory('bench');
  const measured: Measured = {
    machine: describeMachine(home),
    options,
    peers: [],
    skipped: [],
    failures: [],
    starts: [],
  };
  const peers = await startAll(options, measured);
  try {
    const quiet = new Quiet(peers, options.patience);
    await measureAll(peers, options, home, measured, quiet);
    measured.othersShare = quiet.othersShare;
  } finally {
    for (const peer of peers) await peer.stop();
  }
  process.stdout.write(`\n${render(measured)}`);
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(measured, mapsToo, 2));
}

async function startAll(options: BenchOptions, measured: Measured): Promise<Peer[]> {
  const start = starters(options);
  const peers: Peer[] = [];
  for (const name of options.peers) {
    say(`starting ${name}`);
    try {
      if (name === 'onggi') await timeStarts(options, measured);
      const peer = await start[name]();
      peers.push(peer);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      measured.skipped.push({
        name,
        reason: error instanceof Unavailable ? reason : `did not start: ${reason}`,
      });
    }
  }
  // What a start leaves behind is given back first.
  await sleep(2000);
  for (const peer of peers) {
    const { name, setup, startSeconds } = peer;
    measured.peers.push({ name, setup, startSeconds, idle: residentNow(peer) });
    if (name === 'Onggi') measured.starts.push(startSeconds);
  }
  return peers;
}

/** Two starts more than the one that is used. */
async function timeStarts(options: BenchOptions, measured: Measured): Promise<void> {
  for (let i = 0; i < 2; i += 1) {
    const { startSeconds, stop } = await startOnggi({ workers: options.workers });
    measured.starts.push(startSeconds);
    await stop();
  }
}

async function measureAll(
  peers: readonly Peer[],
  options: BenchOptions,
  home: string,
  measured: Measured,
  quiet: Quiet,
) {
  const failed = (name: string, error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    say(`${name}: ${reason}`);
    measured.failures.push({ name, reason });
  };
  const { rounds, parts } = options;
  const onggi = peers.find(({ name }) => name === 'Onggi');
  const asked = (kind: 'small' | 'large') => ({
    puts: parts.includes(`${kind}-put`),
    gets: parts.includes(`${kind}-get`),
  });
  const [small, large] = [asked('small'), asked('large')];
  if (small.puts || small.gets) {
    say('small objects');
    const { seconds, connections } = options;
    measured.small = await measureSmall(peers, {
      ...small,
      rounds,
      quiet,
      seconds,
      connections,
      home,
      failed,
    });
  }
  if (large.puts || large.gets) {
    say('large objects');
    measured.large = await measureLarge(peers, {
      ...large,
      quiet,
      rounds,
      mebibytes: options.largeMiB,
      home,
      failed,
    });
  }
  if (parts.includes('listing')) {
    say('listings');
    measured.listing = await measureListing(peers, onggi, {
      keys: options.keys,
      rounds,
      quiet,
      home,
      failed,
    });
  }
  if (parts.includes('memory') && onggi !== undefined) {
    say('a stream of uploads');
    try {
      measured.stream = await streamThroughFresh(options, home);
    } catch (error) {
      failed('stream of uploads', error);
    }
  }
}

/** Through a server of its own, because what the other loads left in memory is not the stream's. */
async function streamThroughFresh(options: BenchOptions, home: string) {
  const fresh = await startOnggi({ workers: options.workers });
  try {
    return await measureStream(fresh, options.uploadGiB, home);
  } finally {
    await fresh.stop();
  }
}

/** Maps as objects, for JSON. */
function mapsToo(_key: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
