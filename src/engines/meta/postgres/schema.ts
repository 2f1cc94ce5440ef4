/**
 * The tables, the sequence and the one function of the PostgreSQL engine, and how they come into a database. Owns the
 * argument (in the function's comments and README.md) why commits behave as if one ran after the other.
 */
import type { ClientBase } from 'pg';
import { Unavailable } from '../../errors.ts';

/** Raised whenever `definition` changes; a database made by a later number is refused. */
const format = 1;

/** Commits that name more keys than this take the one big lock instead of a lock for each key. */
const manyKeys = 100;

/** Rows over which one counter is spread, so that concurrent adds rarely wait for each other. */
const shards = 64;

const definition = (schema: string): string => `
create schema if not exists ${schema};

create table ${schema}.format (number int not null);
insert into ${schema}.format values (${format});

-- Values stay in their row up to a page, and are never compressed: they are often compressed or sealed already.
create table ${schema}.entries (
  key bytea primary key,
  value bytea not null,
  version bigint not null
) with (toast_tuple_target = 8160);
alter table ${schema}.entries alter column value set storage external;

create sequence ${schema}.versions;

-- A counter is the sum of its rows; each backend adds to one of them.
create table ${schema}.counters (
  key bytea,
  shard smallint,
  amount bigint not null,
  primary key (key, shard)
) with (fillfactor = 50);

create function ${schema}.lock_keys(read_keys bytea[], written_keys bytea[]) returns void language plpgsql as $$
declare
  space constant int := hashtext('${schema}');
  name int;
  writes boolean;
begin
  if cardinality(read_keys) + cardinality(written_keys) > ${manyKeys} then
    perform pg_advisory_xact_lock(hashtext('${schema} as a whole'), 0);
    return;
  end if;
  perform pg_advisory_xact_lock_shared(hashtext('${schema} as a whole'), 0);
  -- In one order for all, so that nobody waits in a circle.
  for name, writes in
    select hashtext(encode(key, 'hex')), bool_or(written)
    from (select unnest(read_keys), false union all select unnest(written_keys), true) as named (key, written)
    group by 1 order by 1
  loop
    if writes then perform pg_advisory_xact_lock(space, name);
    else perform pg_advisory_xact_lock_shared(space, name);
    end if;
  end loop;
end $$;

-- False when a check fails; then nothing is changed.
create function ${schema}.commit(
  check_keys bytea[], check_versions bigint[],
  put_keys bytea[], put_values bytea[],
  delete_keys bytea[],
  add_keys bytea[], add_amounts bigint[]
) returns boolean language plpgsql as $$
declare
  this_version bigint;
begin
  -- The statements below must see what was committed while the locks were waited for.
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'commits need the isolation level read committed';
  end if;
  if cardinality(check_keys) + cardinality(put_keys) + cardinality(delete_keys) > 0 then
    perform ${schema}.lock_keys(check_keys, put_keys || delete_keys);
  end if;
  if exists (
    select from unnest(check_keys, check_versions) as expected (key, version)
    left join ${schema}.entries as entry on entry.key = expected.key
    where entry.version is distinct from expected.version
  ) then return false;
  end if;
  if cardinality(put_keys) > 0 then
    this_version := nextval('${schema}.versions');
    insert into ${schema}.entries (key, value, version)
    select key, value, this_version from unnest(put_keys, put_values) as put (key, value)
    on conflict (key) do update set value = excluded.value, version = excluded.version;
  end if;
  if cardinality(delete_keys) > 0 then
    delete from ${schema}.entries where key = any(delete_keys);
    delete from ${schema}.counters where key = any(delete_keys);
  end if;
  if cardinality(add_keys) > 0 then
    insert into ${schema}.counters as counter (key, shard, amount)
    select key, pg_backend_pid() % ${shards}, amount
    from unnest(add_keys, add_amounts) as addend (key, amount) order by key
    on conflict (key, shard) do update set amount = counter.amount + excluded.amount;
  end if;
  return true;
end $$;
`;

/**
 * Makes the schema when it is not there; several processes may do so at the same time.
 * @throws Unavailable when the server or the schema cannot serve this engine; the server's own errors as they are.
 */
export async function prepareSchema(client: ClientBase, schema: string): Promise<void> {
  await assertServer(client);
  if (await isPrepared(client, schema)) return;
  await client.query('begin');
  try {
    await client.query('select pg_advisory_xact_lock(hashtext($1), 1)', [`${schema} as a whole`]);
    if (!(await isPrepared(client, schema))) await client.query(definition(schema));
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

async function assertServer(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{
    product: string;
    number: string;
    synchronous: string;
    standby: boolean;
  }>(
    `select version() as product, current_setting('server_version_num') as number,
       current_setting('synchronous_commit') as synchronous, pg_is_in_recovery() as standby`,
  );
  const [server] = rows;
  if (server === undefined || Number(server.number) < 130_000)
    throw new Unavailable('PostgreSQL 13 or later is needed');
  // Its advisory locks do nothing, and commits rest on them.
  if (server.product.includes('Cockroach'))
    throw new Unavailable('CockroachDB has no advisory locks; PostgreSQL is needed');
  if (server.synchronous === 'off')
    throw new Unavailable('synchronous_commit is off: acknowledged writes could be lost');
  if (server.standby) throw new Unavailable('this PostgreSQL server is a standby; the primary is needed');
}

async function isPrepared(client: ClientBase, schema: string): Promise<boolean> {
  // Not to_regclass: a session remembers its answer even after it has waited for the lock.
  const tables = await client.query('select from pg_tables where schemaname = $1 and tablename = $2', [
    schema,
    'format',
  ]);
  if (tables.rowCount === 0) return false;
  const { rows } = await client.query<{ number: number }>(`select number from ${schema}.format`);
  if (rows[0]?.number !== format)
    throw new Unavailable(`schema ${schema} has format ${rows[0]?.number}, not ${format}`);
  return true;
}
