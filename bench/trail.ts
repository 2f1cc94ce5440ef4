/**
 * `node scripts/run.mjs bench/trail.ts [--events=10000000] [--meta=postgres://...]`: fills the audit trail with that many events
 * by the product's own sealing, on a fresh store, and prints how long searches take: the median and the slowest of their runs,
 * and the median of this process's own processor time, which says more on a machine that others use too.
 */
import { join } from 'node:path';
import { systemClock, systemRandom } from '../src/base/clock.ts';
import type { Core } from '../src/core/core.ts';
import { eventFormat, positionOf, type TrailEvent } from '../src/core/trail/event.ts';
import { freshKey } from '../src/core/trail/keys.ts';
import { sealEvents } from '../src/core/trail/seal.ts';
import { searchTrail, type TrailSearch } from '../src/core/trail/search.ts';
import { openLmdb } from '../src/engines/meta/lmdb/open.ts';
import { openPostgres } from '../src/engines/meta/postgres/open.ts';
import { memoryCore } from '../test/support/memory-core.ts';
import { tempDirectory } from '../test/support/temp.ts';

const runs = 15;
const batch = 16_384;
/** Left unsealed, as a busy service has them. */
const freshEvents = 2000;

const option = (name: string) =>
  process.argv.find((one) => one.startsWith(`--${name}=`))?.slice(name.length + 3);
const count = Number(option('events') ?? 10_000_000);
const metaUrl = option('meta');

const start = Date.UTC(2026, 7, 1);
const stepMs = 700;
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
    time: start + n * stepMs,
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

const searches: Record<string, Omit<TrailSearch, 'limit'>> = {
  newest: {},
  'one project': { project: projects[7] },
  'event name': { eventName: 'CreateBucket' },
  'status 403': { status: '403' },
  'user and status': { user: 'person-77@example.com', status: '4xx' },
  'user, never with that status': { user: 'person-77@example.com', status: '500' },
  'one object': { resourceName: 'bucket-123/2026/08/report-1000/page 3.pdf' },
  'words of one object': { text: 'report 424242' },
  'two common words': { text: 'aws report' },
  'bucket and name': { resourceName: 'bucket-500', eventName: 'DeleteObject' },
  'three common terms': { eventName: 'PutObject', status: '403', service: 'swift' },
  'nothing: unknown name': { resourceName: 'no-such-thing' },
  'nothing: unknown word and project': { text: 'nowhere', project: projects[3] },
  'nothing: rare pair': { user: 'person-1@example.com', resourceName: 'bucket-2', project: projects[2] },
  'nothing: common pair that never meets': { user: 'person-1@example.com', project: projects[2] },
  'oldest day': { to: start + 86_400_000, eventName: 'PutObject' },
  'a day in the middle, one user': {
    from: start + (count * stepMs) / 2,
    to: start + (count * stepMs) / 2 + 86_400_000,
    user: 'person-3@example.com',
  },
};

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

async function main(): Promise<void> {
  const directory = tempDirectory('bench-trail');
  const meta =
    metaUrl === undefined
      ? await openLmdb({ path: join(directory, 'meta') })
      : await openPostgres({ url: metaUrl });
  const core: Core = { ...(await memoryCore()), meta, clock: systemClock };
  const began = performance.now();
  await fill(core);
  const seconds = (performance.now() - began) / 1000;
  process.stdout.write(
    `${count} events recorded and sealed in ${seconds.toFixed(0)} s (${((seconds * 1e6) / count).toFixed(1)} us each)\n\n`,
  );
  process.stdout.write(
    '| search (100 newest) | found | median ms | slowest ms | processor ms |\n| --- | ---: | ---: | ---: | ---: |\n',
  );
  for (const [name, search] of Object.entries(searches)) {
    const times: number[] = [];
    const worked: number[] = [];
    let found = '';
    for (let run = 0; run < runs; run += 1) {
      const from = performance.now();
      const before = process.cpuUsage();
      const page = await searchTrail(core, { ...search, limit: 100 });
      times.push(performance.now() - from);
      const { user, system } = process.cpuUsage(before);
      worked.push((user + system) / 1000);
      found = `${page.events.length}${page.next === undefined ? '' : '+'}`;
    }
    const [median, slowest, processor] = [middle(times), Math.max(...times), middle(worked)];
    process.stdout.write(
      `| ${name} | ${found} | ${median.toFixed(1)} | ${slowest.toFixed(1)} | ${processor.toFixed(1)} |\n`,
    );
  }
  await meta.close();
}

await main();
