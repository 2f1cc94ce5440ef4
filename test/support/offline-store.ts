/**
 * Opens the data directory of a server that does not run, as the collector or an auditor would: the real engines, and a clock that can
 * be ahead of time. Owns looking below the engines' interfaces too, for what must not be left there.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { open } from 'lmdb';
import pg from 'pg';
import { systemRandom } from '../../src/base/clock.ts';
import type { Core } from '../../src/core/core.ts';
import { createMasterKey, masterKeyBytes } from '../../src/core/identity/master-key.ts';
import { tags } from '../../src/core/model/keys.ts';
import { defaultNameLimits } from '../../src/core/model/names.ts';
import { openDisk } from '../../src/engines/blob/disk/blob-store.ts';
import { openLmdb } from '../../src/engines/meta/lmdb/open.ts';
import { openPostgres } from '../../src/engines/meta/postgres/open.ts';

export interface StoreLocation {
  readonly dataDir: string;
  /** Of a PostgreSQL schema; the metadata is in the data directory when absent. */
  readonly metaUrl?: string | undefined;
}

/** Runs `work` on the store; its clock is `ahead` milliseconds ahead. */
export async function withStore<T>(
  { dataDir, metaUrl }: StoreLocation,
  work: (core: Core) => Promise<T>,
  ahead = 0,
): Promise<T> {
  const clock = () => Date.now() + ahead;
  const meta = await (metaUrl === undefined
    ? openLmdb({ path: join(dataDir, 'meta') })
    : openPostgres({ url: metaUrl }));
  const blobs = await openDisk({ path: join(dataDir, 'blobs'), clock });
  try {
    return await work({
      meta,
      blobs,
      clock,
      random: systemRandom,
      // Nothing that is sealed is opened here.
      masterKey: createMasterKey(Buffer.alloc(masterKeyBytes)),
      settings: {
        names: defaultNameLimits,
        region: 'kr-central-2',
        regions: ['kr-central-2'],
        inlineBytes: 16 * 1024,
        tokenTtl: 43_200,
        sessionTtl: 3600,
        maxUploadBytes: 5 * 1024 ** 3,
        minPartBytes: 5 * 1024 ** 2,
        collectGrace: 0,
        lifecycleDay: 86_400_000,
        trailHour: 3_600_000,
      },
    });
  } finally {
    await meta.close();
    await blobs.close();
  }
}

/** The files that hold blobs, or are on their way to. */
export function blobFiles({ dataDir }: StoreLocation): string[] {
  return readdirSync(join(dataDir, 'blobs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The counters of buckets, blobs and manifests, in hex: each goes with what it counts, and no range of the engine shows it. */
export async function countersLeft({ dataDir, metaUrl }: StoreLocation): Promise<string[]> {
  const keys = metaUrl === undefined ? await lmdbCounters(dataDir) : await postgresCounters(metaUrl);
  return keys.filter((key) => mortal.includes(key[0])).map((key) => key.toString('hex'));
}

const mortal: readonly (number | undefined)[] = [
  tags.bucketObjects,
  tags.bucketBytes,
  tags.blobReferences,
  tags.manifestReferences,
];

async function lmdbCounters(dataDir: string): Promise<Buffer[]> {
  const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;
  const root = open<Buffer, Buffer>({ ...binary, path: join(dataDir, 'meta'), noSubdir: false, maxDbs: 4 });
  try {
    return [...root.openDB<Buffer, Buffer>('counters', binary).getKeys()];
  } finally {
    await root.close();
  }
}

async function postgresCounters(metaUrl: string): Promise<Buffer[]> {
  const schema = new URL(metaUrl).searchParams.get('schema');
  const client = new pg.Client({ connectionString: metaUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ key: Buffer }>(`select distinct key from "${schema}".counters`);
    return rows.map(({ key }) => key);
  } finally {
    await client.end();
  }
}

/** Milliseconds that a database may take for what servers asked for before they went. */
const longestGoodbye = 60_000;

/** Resolves when the database has finished what servers that are gone had asked for. @throws Error when one is still there */
export async function postgresQuiet(metaUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: metaUrl });
  await client.connect();
  try {
    for (const end = Date.now() + longestGoodbye; Date.now() < end; await sleep(20)) {
      const { rowCount } = await client.query(
        "select from pg_stat_activity where application_name = 'onggi'",
      );
      if (rowCount === 0) return;
    }
    throw new Error('a server is still connected to the database: did its test stop it?');
  } finally {
    await client.end();
  }
}
