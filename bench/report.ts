/** Prints what was measured: one table per load, and the ratios beside their budgets. Refuses to judge what was not measured. */
import type { LargeResults } from './load/large-objects.ts';
import type { ListingResults } from './load/listing.ts';
import type { Resident, StreamMemory } from './load/memory.ts';
import type { SmallResult } from './load/small-objects.ts';
import type { Machine } from './machine.ts';
import type { BenchOptions } from './options.ts';

export interface Measured {
  readonly machine: Machine;
  readonly options: BenchOptions;
  readonly peers: { name: string; setup: string; startSeconds: number; idle: Resident[] }[];
  readonly skipped: { name: string; reason: string }[];
  readonly failures: { name: string; reason: string }[];
  /** Seconds to the ready line of several first starts of Onggi. */
  readonly starts: number[];
  /** Share of all processors that other work took during the loads. */
  othersShare?: number;
  small?: Map<string, { put?: SmallResult; get?: SmallResult }>;
  large?: LargeResults;
  listing?: ListingResults;
  stream?: StreamMemory;
}

/** The whole report as Markdown. */
export function render(measured: Measured): string {
  return [
    ...machineLines(measured),
    ...smallTable(measured),
    ...largeTable(measured),
    ...listingTable(measured),
    ...memoryTable(measured),
    ...ratioTable(measured),
    ...notes(measured),
  ].join('\n');
}

function machineLines({ machine, options, peers, skipped, othersShare }: Measured): string[] {
  const { description, load, syncs, diskWrite, md5 } = machine;
  return [
    `${description}; load ${load.toFixed(2)} before the start${disturbance(othersShare)}.`,
    `Disk: ${whole(syncs)} synced 4 KiB writes/s one after the other, ${whole(diskWrite)} MiB/s synced sequential write. MD5 on one core: ${whole(md5)} MiB/s.`,
    `Median of ${options.rounds} rounds taken in turns; small requests by wrk with one thread and ${options.connections} connections, ${options.seconds} s a round; large ones by one curl.`,
    '',
    ...peers.map(({ name, setup }) => `* ${name}: ${setup}`),
    ...skipped.map(({ name, reason }) => `* ${name}: skipped, ${reason}`),
    '',
  ];
}

function disturbance(share: number | undefined): string {
  if (share === undefined || !Number.isFinite(share)) return '';
  return `, ${Math.max(0, share * 100).toFixed(0)}% of the processors taken by other work during the rounds`;
}

function smallTable({ small }: Measured): string[] {
  if (small === undefined) return [];
  const cells = (result: SmallResult | undefined) =>
    result === undefined
      ? ['-', '-', '-', '-']
      : [
          `${whole(result.perSecond)}${result.wrong > 0 ? ` (${result.wrong} wrong)` : ''}`,
          result.p50.toFixed(1),
          result.p99.toFixed(1),
          whole(result.cpu),
        ];
  const head = [
    '4 KiB objects',
    'PUT/s',
    'p50 ms',
    'p99 ms',
    'CPU us',
    'GET/s',
    'p50 ms',
    'p99 ms',
    'CPU us',
  ];
  return table(
    head,
    [...small].map(([door, { put, get }]) => [door, ...cells(put), ...cells(get)]),
  );
}

function largeTable({ large, options }: Measured): string[] {
  if (large === undefined) return [];
  const cells = (result: { rate: number; cpu: number } | undefined) =>
    result === undefined ? ['-', '-'] : [whole(result.rate), result.cpu.toFixed(2)];
  return table(
    [`${options.largeMiB} MiB object`, 'PUT MiB/s', 'CPU ms/MiB', 'GET MiB/s', 'CPU ms/MiB'],
    [...large.doors].map(([door, { put, get }]) => [door, ...cells(put), ...cells(get)]),
  );
}

function listingTable({ listing, options }: Measured): string[] {
  if (listing === undefined) return [];
  const page = (result: { page: number } | undefined) => result?.page.toFixed(2) ?? '-';
  return table(
    ['page of 1000 keys, ms', 'of 1000 keys', `of ${options.keys} keys`],
    [...listing.small].map(([door, small]) => [door, page(small), page(listing.large.get(door))]),
  );
}

function memoryTable({ peers }: Measured): string[] {
  return table(
    ['at rest', 'start s', 'processes', 'resident MiB: all together', 'largest process', 'its own part'],
    peers.map(({ name, startSeconds, idle }) => {
      const largest = idle.toSorted((a, b) => b.all - a.all)[0];
      const sum = idle.reduce((total, { all }) => total + all, 0);
      return [
        name,
        startSeconds.toFixed(2),
        String(idle.length),
        whole(sum),
        `${whole(largest?.all ?? 0)} (${largest?.name ?? '-'})`,
        whole(largest?.own ?? 0),
      ];
    }),
  );
}

interface Ratio {
  readonly what: string;
  readonly value: number | undefined;
  readonly print: (value: number) => string;
  readonly budget: string;
  readonly holds: (value: number) => boolean;
}

function ratioTable(measured: Measured): string[] {
  const rows = ratios(measured).flatMap(({ what, value, print, budget, holds }) =>
    value === undefined || !Number.isFinite(value)
      ? []
      : [[what, print(value), budget, budget === '-' ? '' : holds(value) ? 'kept' : 'missed']],
  );
  return table(['Onggi', 'measured', 'budget', ''], rows);
}

function ratios(measured: Measured): Ratio[] {
  const { small, large, listing, peers, starts, stream, options } = measured;
  const times = (value: number) => `${value.toFixed(1)}x`;
  const percent = (value: number) => `${(value * 100).toFixed(0)}%`;
  const mebibytes = (value: number) => `${whole(value)} MiB`;
  const onggi = peers.find(({ name }) => name === 'Onggi');
  const best = (kind: 'put' | 'get') => {
    const rates = ['Ceph RGW', 'Swift'].flatMap((door) => small?.get(door)?.[kind]?.perSecond ?? []);
    return rates.length === 0 ? Number.NaN : Math.max(...rates);
  };
  const smallRatio = (kind: 'put' | 'get'): Ratio => ({
    what: `4 KiB ${kind.toUpperCase()}, S3, against the best of Ceph RGW and Swift`,
    value: (small?.get('Onggi S3')?.[kind]?.perSecond ?? Number.NaN) / best(kind),
    print: times,
    budget: 'at least 8x',
    holds: (value) => value >= 8,
  });
  const cpuRatio = (kind: 'put' | 'get'): Ratio => {
    const peers = ['Ceph RGW', 'Swift'].flatMap((door) => small?.get(door)?.[kind]?.cpu ?? []);
    return {
      what: `4 KiB ${kind.toUpperCase()}: processor time of the best of them against Onggi's`,
      value:
        (peers.length === 0 ? Number.NaN : Math.min(...peers)) /
        (small?.get('Onggi S3')?.[kind]?.cpu ?? Number.NaN),
      print: times,
      budget: '-',
      holds: () => true,
    };
  };
  const largeRate = (door: string, kind: 'put' | 'get') => large?.doors.get(door)?.[kind]?.rate ?? Number.NaN;
  const largest = stream === undefined ? Number.NaN : Math.max(...stream.quarters);
  return [
    smallRatio('put'),
    smallRatio('get'),
    cpuRatio('put'),
    cpuRatio('get'),
    {
      what: `${options.largeMiB} MiB GET against nginx's static file`,
      value: largeRate('Onggi S3', 'get') / largeRate('nginx', 'get'),
      print: percent,
      budget: 'at least 60%',
      holds: (value) => value >= 0.6,
    },
    {
      what: `${options.largeMiB} MiB PUT through one worker against MD5 on one core`,
      value: largeRate('Onggi S3', 'put') / (large?.md5 ?? Number.NaN),
      print: percent,
      budget: 'at least 70%',
      holds: (value) => value >= 0.7,
    },
    {
      what: `page of 1000 keys, bucket of ${options.keys} against bucket of 1000`,
      value:
        (listing?.large.get('Onggi S3')?.page ?? Number.NaN) /
        (listing?.small.get('Onggi S3')?.page ?? Number.NaN),
      print: times,
      budget: 'under 3x',
      holds: (value) => value < 3,
    },
    {
      what: 'largest idle process',
      value: onggi === undefined ? undefined : Math.max(...onggi.idle.map(({ all }) => all)),
      print: mebibytes,
      budget: 'under 150 MB',
      holds: (value) => value < 150e6 / 1024 ** 2,
    },
    {
      what: 'start to ready, empty data directory',
      value: starts.toSorted((a, b) => a - b)[Math.floor((starts.length - 1) / 2)],
      print: (value) => `${value.toFixed(2)} s`,
      budget: 'under 1 s',
      holds: (value) => value < 1,
    },
    {
      what: `largest process in the last quarter of a stream of ${stream?.gibibytes} GiB against the second`,
      value: (stream?.quarters[3] ?? Number.NaN) / (stream?.quarters[1] ?? Number.NaN),
      print: (value) => `${value.toFixed(2)}x, at most ${whole(largest)} MiB`,
      budget: 'flat: under 1.2x',
      holds: (value) => value < 1.2,
    },
  ];
}

function notes({ failures, stream, listing, small }: Measured): string[] {
  const wrong = [...(small ?? [])].filter(([, { put, get }]) => (put?.wrong ?? 0) + (get?.wrong ?? 0) > 0);
  return [
    ...(listing === undefined ? [] : [`The large bucket was filled at ${whole(listing.fillRate)} keys/s.`]),
    ...(stream === undefined
      ? []
      : [
          `Stream of uploads: ${whole(stream.rate)} MiB/s; largest process ${whole(stream.before)} MiB before, then ${stream.quarters.map(whole).join(', ')} MiB by quarter (own part ${stream.ownQuarters.map(whole).join(', ')}).`,
        ]),
    ...wrong.map(([door]) => `${door}: some answers were wrong; its numbers do not count.`),
    ...failures.map(({ name, reason }) => `${name}: ${reason}`),
    '',
  ];
}

/** A Markdown table with aligned columns; nothing when there are no rows. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const widths = head.map((title, i) => Math.max(3, title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, i) => (i === 0 ? ` ${'-'.repeat(width)} ` : ` ${'-'.repeat(width - 1)}: `)).join('|')}|`;
  return [line(head), rule, ...rows.map(line), ''];
}

function whole(value: number): string {
  return Number.isFinite(value) ? value.toFixed(0) : '-';
}
