/**
 * The metadata engine on PostgreSQL: every call of the interface is one statement, so one round trip. Owns those three
 * statements; what `commit` does is in schema.ts. Refuses knowledge of what the keys mean.
 */
import pg from 'pg';
import { hex } from '../../../base/bytes.ts';
import { Conflict, Unavailable } from '../../errors.ts';
import { assertCommitKeys, assertKeyLength } from '../key-length.ts';
import type { Commit, Entry, Key, KeyRange, MetaStore } from '../meta-store.ts';
import { bigintArray, byteaArray } from './binary-array.ts';
import { asFailure, isWorthRepeating } from './failure.ts';

type Row = [key: Buffer, value: Buffer, version: bigint];

interface Statement {
  readonly name: string;
  readonly text: string;
}

/** How often the server may take a commit back (deadlock_detected between counters) before it counts as unavailable. */
const attempts = 10;

const bigintOid = 20;
const types = {
  getTypeParser: (oid: number) => (oid === bigintOid ? BigInt : pg.types.getTypeParser(oid)),
};

export class PostgresMetaStore implements MetaStore {
  readonly #pool: pg.Pool;
  readonly #statements: ReturnType<typeof statementsOf>;
  readonly #running = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(pool: pg.Pool, schema: string) {
    this.#pool = pool;
    this.#statements = statementsOf(schema);
  }

  async get(keys: readonly Key[]): Promise<(Entry | undefined)[]> {
    keys.forEach(assertKeyLength);
    const rows = await this.#run<Row>(this.#statements.get, [byteaArray(keys)]);
    const found = new Map(rows.map((row) => [hex(row[0]), toEntry(row)]));
    return keys.map((key) => found.get(hex(key)));
  }

  async range({ start, end, limit, reverse = false }: KeyRange): Promise<Entry[]> {
    const statement = reverse ? this.#statements.rangeDown : this.#statements.rangeUp;
    const rows = await this.#run<Row>(statement, [start, end, Math.max(limit, 0)]);
    return rows.map(toEntry);
  }

  async commit(commit: Commit): Promise<void> {
    assertCommitKeys(commit);
    const { checks = [], puts = [], deletes = [], adds = [] } = commit;
    const values = [
      byteaArray(checks.map(([key]) => key)),
      bigintArray(checks.map(([, version]) => version)),
      byteaArray(puts.map(([key]) => key)),
      byteaArray(puts.map(([, value]) => value)),
      byteaArray(deletes),
      byteaArray(adds.map(([key]) => key)),
      bigintArray(adds.map(([, amount]) => amount)),
    ];
    const [row] = await this.#run<[boolean]>(this.#statements.commit, values);
    if (row?.[0] !== true) throw new Conflict();
  }

  close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#running).then(() => this.#pool.end());
    return this.#closing;
  }

  async #run<R extends unknown[]>(statement: Statement, values: unknown[]): Promise<R[]> {
    if (this.#closing !== undefined) throw new Unavailable('the metadata store is closed');
    const answer = this.#ask<R>(statement, values);
    this.#running.add(answer);
    try {
      return await answer;
    } finally {
      this.#running.delete(answer);
    }
  }

  async #ask<R extends unknown[]>(statement: Statement, values: unknown[]): Promise<R[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const { rows } = await this.#pool.query<R>({ ...statement, values, rowMode: 'array', types });
        return rows;
      } catch (error) {
        if (attempt === attempts || !isWorthRepeating(error)) throw asFailure(error);
      }
    }
  }
}

/** Prepared once for each connection, under these names. */
function statementsOf(schema: string) {
  const range = (order: 'asc' | 'desc') => `
    select key, value, version from ${schema}.entries
    where key >= $1 and key < $2 order by key ${order} limit $3`;
  return {
    get: {
      name: `${schema}-get`,
      text: `
        select key, value, version from ${schema}.entries where key = any($1)
        union all
        select key, int8send(sum(amount)::bigint), 0::bigint from ${schema}.counters where key = any($1) group by key`,
    },
    rangeUp: { name: `${schema}-range-up`, text: range('asc') },
    rangeDown: { name: `${schema}-range-down`, text: range('desc') },
    commit: { name: `${schema}-commit`, text: `select ${schema}.commit($1, $2, $3, $4, $5, $6, $7)` },
  } satisfies Record<string, Statement>;
}

function toEntry([key, value, version]: Row): Entry {
  return { key, value, version };
}
