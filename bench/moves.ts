/**
 * `node scripts/run.mjs bench/moves.ts [--moves=200] [--postgres]`: moves and renames objects of 1 KiB and of 5 GiB, in few and in many parts,
 * through Krutrim's API of a server with one process, in turns, with versioning off and on, and prints how long a call takes, and the
 * processor time of the server. The large objects are made of copies of one part: their bytes are on the disk once. `--postgres` keeps the
 * metadata in a PostgreSQL of its own.
 */
import { createHash } from 'node:crypto';
import { Agent } from 'node:http';
import { loadavg } from 'node:os';
import { apiKeyOf } from '../test/support/kos.ts';
import { assemble } from '../test/support/parts-by-copy.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { rawS3 } from '../test/support/s3.ts';
import { alice } from '../test/support/seed.ts';
import { startServer, type TestServer } from '../test/support/start-server.ts';
import { exchange } from '../test/support/worker-lines.ts';
import { processorSeconds } from './processes.ts';

const gibibyte = 1024 ** 3;
const moves = Number(process.argv.find((one) => one.startsWith('--moves='))?.slice('--moves='.length) ?? 200);
/** Calls of one kind before it is another's turn; all turns together are the moves. */
const turn = 20;
/** Thrown away: code that is not compiled yet, pages that were not read yet. */
const warmUp = 2;

/** Objects by name: how many copies of one part they are made of, and the size of that part in bytes. */
const kinds: Readonly<Record<string, { readonly parts: number; readonly partBytes: number }>> = {
  '1 KiB': { parts: 0, partBytes: 1024 },
  '1 MiB': { parts: 0, partBytes: 1024 ** 2 },
  '5 GiB, 32 parts': { parts: 32, partBytes: (5 * gibibyte) / 32 },
  '5 GiB, 1000 parts': { parts: 1000, partBytes: Math.ceil((5 * gibibyte) / 1000) },
};
const buckets = { off: 'moves-off', on: 'moves-on' } as const;
const steps = ['rename', 'move'] as const;
const suffixes = { rename: ' renamed', move: '' } as const;

async function put(server: TestServer, target: string, body: string | Buffer): Promise<void> {
  const { status, text } = await rawS3(server, { method: 'PUT', target, body, user: alice });
  if (status !== 200) throw new Error(`PUT ${target}: ${status} ${text}`);
}

async function fill(server: TestServer, bucket: string): Promise<void> {
  await put(server, `/${bucket}`, '');
  if (bucket === buckets.on) {
    const enabled = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>';
    await put(server, `/${bucket}?versioning`, enabled);
  }
  for (const [name, { parts, partBytes }] of Object.entries(kinds)) {
    const target = `/${bucket}/${encodeURIComponent(name)}`;
    const bytes = Buffer.alloc(partBytes, name);
    const md5 = createHash('md5').update(bytes).digest('hex');
    const source = parts === 0 ? target : `${target}%20part`;
    await put(server, source, bytes);
    if (parts > 0) await assemble({ server, user: alice }, target, { source, md5, count: parts });
  }
}

const connection = new Agent({ keepAlive: true, maxSockets: 1 });
const headers = { 'x-account-id': apiKeyOf(alice), 'Content-Type': 'application/json' };

interface Row {
  /** Milliseconds of each call. */
  readonly times: number[];
  /** Milliseconds on processors, of all calls together. */
  worked: number;
}

/** A turn of moves of one object, there and back. */
async function measure(server: TestServer, bucket: string, name: string, row: Row): Promise<void> {
  const before = processorSeconds([server.pid]);
  for (let i = 0; i < turn; i += 1) {
    const step = steps[i % steps.length] ?? 'move';
    const [from, to] = [suffixes[step === 'move' ? 'rename' : 'move'], suffixes[step]].map(
      (end) => name + end,
    );
    const fields = step === 'rename' ? { oldKey: from, newKey: to } : { sourceKey: from, destinationKey: to };
    const began = performance.now();
    const { status, text } = await exchange(
      connection,
      `${server.url}/kos/v1/buckets/${bucket}/objects/${step}`,
      { method: 'POST', headers, body: JSON.stringify(fields) },
    );
    row.times.push(performance.now() - began);
    if (status !== 200) throw new Error(`${step} of ${from}: ${status} ${text}`);
  }
  row.worked += (processorSeconds([server.pid]) - before) * 1000;
}

function print(rows: ReadonlyMap<string, Row>): void {
  const header = '| Object | Versioning | median ms | 95th of 100 | slowest | processor ms a call |';
  const lines = [...rows].map(([name, { times, worked }]) => {
    const sorted = times.toSorted((a, b) => a - b);
    const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1);
    return `| ${name} | ${at(0.5)} | ${at(0.95)} | ${at(1)} | ${(worked / times.length).toFixed(1)} |`;
  });
  process.stdout.write(`${[header, '| --- | --- | ---: | ---: | ---: | ---: |', ...lines].join('\n')}\n`);
}

async function main(): Promise<void> {
  const postgres = process.argv.includes('--postgres') ? await startPostgres() : undefined;
  const env = { ONGGI_LOG_LEVEL: 'warn', ...(postgres && { ONGGI_META: postgres.url }) };
  const server = await startServer({ env });
  try {
    for (const bucket of Object.values(buckets)) await fill(server, bucket);
    const rows = new Map<string, Row>();
    for (let round = -warmUp; round < moves / turn; round += 1) {
      for (const [state, bucket] of Object.entries(buckets)) {
        for (const name of Object.keys(kinds)) {
          const row = rows.get(`${name} | ${state}`) ?? { times: [], worked: 0 };
          await measure(server, bucket, name, round < 0 ? { times: [], worked: 0 } : row);
          rows.set(`${name} | ${state}`, row);
        }
      }
    }
    process.stderr.write(`bench: load ${loadavg()[0]?.toFixed(1)} at the end\n`);
    print(rows);
  } finally {
    connection.destroy();
    await server.stop();
    await postgres?.stop();
  }
}

await main();
