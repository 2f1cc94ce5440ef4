/**
 * `node scripts/run.mjs bench/trail.ts [--events=10000000] [--data=DIRECTORY] [--meta=postgres://...] [--cold]`: fills the audit
 * trail with that many events by the product's own sealing, starts a server on them and prints how long its searches take over
 * HTTP: median and slowest, and the processor time the server spent, which says more on a machine that others use too. With
 * `--data` the filled store is kept and used again; `--cold` forgets the system's copies of its files before each first search;
 * `--rate=2000` has that many new events come every second while it is searched for half a minute; `--workers=2` serves with so
 * many processes.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock, systemRandom } from '../src/base/clock.ts';
import type { Core } from '../src/core/core.ts';
import { eventFormat, positionAt, positionOf, type TrailEvent } from '../src/core/trail/event.ts';
import { freshKey, freshSpan } from '../src/core/trail/keys.ts';
import { sealEvents } from '../src/core/trail/seal.ts';
import { openLmdb } from '../src/engines/meta/lmdb/open.ts';
import type { MetaStore } from '../src/engines/meta/meta-store.ts';
import { openPostgres } from '../src/engines/meta/postgres/open.ts';
import { answers, freePort, type Started, start, stop } from '../test/support/foreign-programs.ts';
import { issueToken } from '../test/support/iam.ts';
import { memoryCore } from '../test/support/memory-core.ts';
import { root, standardSeed } from '../test/support/seed.ts';
import { runtimePath } from '../test/support/start-server.ts';
import { tempDirectory } from '../test/support/temp.ts';

const batch = 16_384;
/** Left unsealed, as a busy service has them. */
const freshEvents = 2000;

const option = (name: string) =>
  process.argv.find((one) => one.startsWith(`--${name}=`))?.slice(name.length + 3);
const runs = Number(option('runs') ?? 11);
const count = Number(option('events') ?? 10_000_000);
const metaUrl = option('meta');
const home = option('data') ?? tempDirectory('bench-trail');
const data = join(home, 'data');
const cold = process.argv.includes('--cold');
const rate = Number(option('rate') ?? 0);
const workers = option('workers') ?? '1';

/** Ten million events are seventy days of a busy service: all young enough to be kept. */
const stepMs = 600;
const begin = beginning();
const projects = Array.from({ length: 50 }, (_, i) => i.toString(16).padStart(32, 'a'));
const apis = ['s3', 's3', 's3', 'swift', 'ext', 'iam'];
const operations = [
  'PutObject',
  'DeleteObject',
  'ListObjectsV2',
  'CreateBucket',
  'GetObject',
  'IssueToken',
  'HeadBucket',
];

/** The n-th event; numbers that look random and are the same in every run. */
function eventOf(n: number): TrailEvent {
  const r = (salt: number, below: number) => ((Math.imul(n + salt, 2_654_435_761) >>> 0) % 1_000_003) % below;
  const person = r(1, 500);
  const project = projects[person % 50] ?? '';
  const refused = r(2, 20) === 0;
  return {
    id: systemRandom(16).toString('hex'),
    time: begin + n * stepMs,
    api: apis[r(3, 6)] ?? 's3',
    name: operations[r(4, 7)] ?? '',
    resource: {
      type: 'Object',
      name: `2026/08/report-${n % 3_000_000}/page ${r(5, 40)}.pdf`,
      bucket: `bucket-${r(6, 1000)}`,
      project,
    },
    user: {
      id: person.toString(16).padStart(32, 'b'),
      name: `person-${person}@example.com`,
      type: 'user',
      domain: 'default',
      project,
      proof: 's3-key',
      proofId: `AKID${person}`,
    },
    address: `10.1.${r(7, 40)}.${r(8, 250)}`,
    agent: ['aws-cli/2.15 Python/3.11 Linux', 'rclone/v1.60', 'aws-sdk-js/3.1'][r(9, 3)],
    method: 'PUT',
    path: `/bucket-${r(6, 1000)}/2026/08/report-${n % 3_000_000}/page%20${r(5, 40)}.pdf`,
    query: 'x-id=PutObject',
    status: refused ? 403 : 200,
    error: refused ? 'AccessDenied' : undefined,
  };
}

/** The time of the first event: that of an earlier run on the same store. */
function beginning(): number {
  const noted = join(home, 'trail-begin');
  if (existsSync(noted)) return Number(readFileSync(noted, 'utf8'));
  return Date.now() - count * stepMs - 60_000;
}

async function fill(core: Core): Promise<void> {
  for (let at = 0; at < count; at += batch) {
    const end = Math.min(at + batch, count);
    for (let from = at; from < end; from += 2048) {
      const puts = Array.from({ length: Math.min(2048, end - from) }, (_, i) => eventOf(from + i)).map(
        (event) => [freshKey(positionOf(event)), eventFormat.encode(event)] as const,
      );
      await core.meta.commit({ puts });
    }
    const most = Math.min(batch, count - freshEvents - at);
    if (most > 0) await sealEvents(core, { age: 0, least: 1, most });
    if (at % (batch * 60) === 0) process.stderr.write(`bench: ${end} events\n`);
  }
}

function openMeta(): Promise<MetaStore> {
  return metaUrl === undefined ? openLmdb({ path: join(data, 'meta') }) : openPostgres({ url: metaUrl });
}

async function filled(): Promise<void> {
  if (existsSync(join(home, 'trail-begin'))) return;
  mkdirSync(home, { recursive: true });
  // A server makes the directory its own, which it does with empty ones alone.
  await stop((await startServer()).started);
  const meta = await openMeta();
  const core: Core = { ...(await memoryCore()), meta, clock: systemClock };
  const began = performance.now();
  await fill(core);
  await meta.close();
  const seconds = (performance.now() - began) / 1000;
  process.stdout.write(
    `${count} events recorded and sealed in ${seconds.toFixed(0)} s (${((seconds * 1e6) / count).toFixed(1)} us each)\n\n`,
  );
  writeFileSync(join(home, 'trail-begin'), String(begin));
}

type Search = Readonly<Record<string, string | number>>;
const half = begin + (count * stepMs) / 2;
const day = 86_400_000;
const user = 'person-77@example.com';

const searches: Readonly<Record<string, Search>> = {
  newest: {},
  'newest, 1000 of them': { limit: 1000 },
  'a day in the middle': { from: half, to: half + day },
  'event name': { eventName: 'CreateBucket' },
  service: { service: 'IAM' },
  'resource type': { resourceType: 'Object' },
  'resource name: one bucket': { resourceName: 'bucket-123' },
  'resource name: one object': { resourceName: 'report-1000/page 3.pdf' },
  user: { user },
  project: { project: projects[7] ?? '' },
  status: { status: '403' },
  'text: a word of all': { text: 'pdf' },
  'text: two common words': { text: 'aws report' },
  'text: a rare word': { text: '424242' },
  'text: a common and a rare word': { text: 'report 424242' },
  'three common terms': { eventName: 'PutObject', status: '403', service: 'swift' },
  'every filter at once': {
    from: half,
    to: half + 30 * day,
    eventName: 'PutObject',
    service: 'Object Storage',
    resourceType: 'Object',
    resourceName: 'bucket-500',
    status: '2xx',
    text: 'report pdf',
  },
  'one user, 1000 events far apart': { user, limit: 1000 },
  'one bucket, 1000 events far apart': { resourceName: 'bucket-123', limit: 1000 },
  'far back: one user below the middle': { user, to: half, limit: 100 },
  'far back: the oldest day': { to: begin + day, eventName: 'PutObject' },
  'nothing: unknown name': { resourceName: 'no-such-thing' },
  'nothing: unknown user': { user: 'nobody' },
  'nothing: unknown word': { text: 'nowhere' },
  'nothing: unknown word, common project': { text: 'nowhere', project: projects[3] ?? '' },
  'nothing: two common terms that never meet': { user: 'person-1@example.com', project: projects[2] ?? '' },
  'nothing: two statuses in words': { user, status: '500', text: 'report' },
};

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

interface Server {
  readonly url: string;
  readonly token: string;
  readonly started: Started;
}

async function startServer(): Promise<Server> {
  const seed = join(home, 'seed.yaml');
  writeFileSync(seed, standardSeed(), { mode: 0o600 });
  const url = `http://127.0.0.1:${await freePort()}`;
  const env = {
    ONGGI_LISTEN: new URL(url).host,
    ONGGI_DATA: data,
    ONGGI_SEED: seed,
    ONGGI_WORKERS: workers,
    ONGGI_LOG_LEVEL: 'warn',
    ...(metaUrl === undefined ? {} : { ONGGI_META: metaUrl }),
  };
  const program = join(import.meta.dirname, '..', 'src', 'main.ts');
  const args = ['--disable-warning=ExperimentalWarning', program, 'serve'];
  const started = start('onggi', runtimePath(), args, { home, env });
  await answers(started, `${url}/-/ready`);
  return { url, started, token: await issueToken({ url }, root) };
}

/** Milliseconds on processors so far, of all threads of the server and its workers. */
function processorMs({ started }: Server): number {
  return (
    processesFrom(String(started.child.pid))
      .flatMap(nanosecondsOf)
      .reduce((sum, one) => sum + one, 0) / 1e6
  );
}

function processesFrom(pid: string): string[] {
  const children = tasksOf(pid).flatMap((task) =>
    readFileSync(join(task, 'children'), 'utf8').split(' ').filter(Boolean),
  );
  return [pid, ...children.flatMap(processesFrom)];
}

function nanosecondsOf(pid: string): number[] {
  return tasksOf(pid).map((task) => Number(readFileSync(join(task, 'schedstat'), 'utf8').split(' ')[0]));
}

function tasksOf(pid: string): string[] {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).map((task) => join(tasks, task));
}

interface Answer {
  readonly ms: number;
  readonly worked: number;
  readonly found: string;
}

async function ask(server: Server, search: Search): Promise<Answer> {
  const query = new URLSearchParams(Object.entries(search).map(([name, value]) => [name, String(value)]));
  const before = processorMs(server);
  const from = performance.now();
  const response = await fetch(`${server.url}/trail/v1/events?${query}`, {
    headers: { 'X-Auth-Token': server.token },
  });
  const text = await response.text();
  const ms = performance.now() - from;
  if (response.status !== 200) throw new Error(`${query}: ${response.status} ${text.slice(0, 200)}`);
  const page = JSON.parse(text) as { events: unknown[]; nextMarker: string | null };
  return {
    ms,
    worked: processorMs(server) - before,
    found: `${page.events.length}${page.nextMarker === null ? '' : '+'}`,
  };
}

/** The first search after a start whose files are in nobody's memory. */
async function firstAnswer(search: Search): Promise<Answer> {
  if (metaUrl === undefined) {
    const file = join(data, 'meta', 'data.mdb');
    execFileSync('sync', [file]);
    execFileSync('dd', [`if=${file}`, 'iflag=nocache', 'count=0'], { stdio: 'ignore' });
  }
  const server = await startServer();
  try {
    return await ask(server, search);
  } finally {
    await stop(server.started);
  }
}

/** Searches one after the other while events come at `rate`; then, how many of them wait to be sealed. */
async function searchWhileWritten(server: Server): Promise<void> {
  const meta = await openMeta();
  const began = performance.now();
  const until = began + 30_000;
  let written = 0;
  const write = async () => {
    while (performance.now() < until) {
      const due = Math.floor(((performance.now() - began) / 1000) * rate) - written;
      const events = Array.from({ length: due }, (_, i) => ({ ...eventOf(written + i), time: Date.now() }));
      const puts = events.map((event) => [freshKey(positionOf(event)), eventFormat.encode(event)] as const);
      await meta.commit({ puts });
      written += due;
      await sleep(50);
    }
  };
  const all: Answer[] = [];
  const searchOn = async () => {
    while (performance.now() < until) {
      for (const search of Object.values(searches)) all.push(await ask(server, search));
    }
  };
  const before = processorMs(server);
  await Promise.all([write(), searchOn()]);
  const worked = processorMs(server) - before;
  const left = await meta.range({ ...freshSpan(positionAt(0), positionAt(Date.now())), limit: 1_000_000 });
  await meta.close();
  const times = all.map(({ ms }) => ms);
  const share = (100 * worked) / (performance.now() - began);
  process.stdout.write(
    `\nwhile ${(written / 30).toFixed(0)} events came every second: ${all.length} searches, median ${middle(times).toFixed(1)} ms, ` +
      `slowest ${Math.max(...times).toFixed(1)} ms; ${left.length} events not sealed at the end; the server used ${share.toFixed(0)}% of a core\n`,
  );
}

async function main(): Promise<void> {
  await filled();
  const first = new Map<string, Answer>();
  if (cold) {
    for (const [name, search] of Object.entries(searches)) first.set(name, await firstAnswer(search));
  }
  const server = await startServer();
  process.stdout.write(
    `| search | found | ${cold ? 'first ms | ' : ''}median ms | slowest ms | processor ms |\n| --- | ---: |${cold ? ' ---: |' : ''} ---: | ---: | ---: |\n`,
  );
  for (const [name, search] of Object.entries(searches)) {
    const all: Answer[] = [];
    for (let run = 0; run < runs; run += 1) all.push(await ask(server, search));
    const times = all.map(({ ms }) => ms);
    const columns = [
      ...(cold ? [first.get(name)?.ms ?? 0] : []),
      middle(times),
      Math.max(...times),
      middle(all.map(({ worked }) => worked)),
    ];
    const printed = columns.map((value) => value.toFixed(1)).join(' | ');
    process.stdout.write(`| ${name} | ${all.at(-1)?.found} | ${printed} |\n`);
  }
  if (rate > 0) await searchWhileWritten(server);
  await stop(server.started);
}

await main();
