/**
 * Opens the metadata engine on a PostgreSQL database and makes its schema when it is new. Owns the connection pool's
 * settings: which session settings the queries rely on, and how long anything may take.
 */
import pg from 'pg';
import { Unavailable } from '../../errors.ts';
import type { MetaStore } from '../meta-store.ts';
import { asFailure } from './failure.ts';
import { PostgresMetaStore } from './meta-store.ts';
import { prepareSchema } from './schema.ts';

export interface PostgresOptions {
  /** `postgres://USER:PASSWORD@HOST:PORT/DATABASE`; `?schema=NAME` (default `onggi`) chooses the schema. Never printed. */
  readonly url: string;
  /** Connections of this process, which is also how many commits it runs at the same time. */
  readonly poolSize?: number;
  /** Milliseconds after which a statement that got no answer is given up as Unavailable; half of it for a connection. */
  readonly patience?: number;
}

/**
 * The session settings that the statements rely on. Plans must not be chosen for a table that is still small and then
 * kept while it grows, hence only indexes and loops; `commit` refuses another isolation level, README.md says why. The
 * server gives a statement up before this process does, so that most outcomes are known.
 */
const sessionFor = (patience: number): readonly string[] => [
  'default_transaction_isolation=read\\ committed',
  'bytea_output=hex',
  `statement_timeout=${Math.ceil(patience * 0.8)}`,
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
];

/** @throws Unavailable when the server does not answer within seconds, refuses, or holds a schema of another format. */
export async function openPostgres({
  url,
  poolSize = 10,
  patience = 10_000,
}: PostgresOptions): Promise<MetaStore> {
  const { connectionString, schema } = readUrl(url, sessionFor(patience));
  const pool = new pg.Pool({
    connectionString,
    max: poolSize,
    connectionTimeoutMillis: patience / 2,
    query_timeout: patience,
    keepAlive: true,
    application_name: 'onggi',
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {});
  try {
    const client = await pool.connect();
    try {
      await prepareSchema(client, schema);
    } finally {
      client.release();
    }
    return new PostgresMetaStore(pool, schema);
  } catch (error) {
    await pool.end();
    throw asFailure(error);
  }
}

function readUrl(text: string, session: readonly string[]): { connectionString: string; schema: string } {
  if (!URL.canParse(text)) throw new Unavailable('the PostgreSQL URL cannot be read');
  const url = new URL(text);
  const schema = url.searchParams.get('schema') ?? 'onggi';
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema))
    throw new Unavailable('the PostgreSQL URL names no usable schema');
  url.searchParams.delete('schema');
  const given = url.searchParams.get('options');
  const ours = session.map((setting) => `-c ${setting}`).join(' ');
  url.searchParams.set('options', given === null ? ours : `${given} ${ours}`);
  return { connectionString: url.toString(), schema };
}
