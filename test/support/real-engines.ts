/** Owns unit tests of the core on the metadata engines that are no toys: a store of each, opened as several processes would where that can be. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { openLmdb } from '../../src/engines/meta/lmdb/open.ts';
import type { MetaStore } from '../../src/engines/meta/meta-store.ts';
import { openPostgres } from '../../src/engines/meta/postgres/open.ts';
import { postgresMissing, startPostgres, type TestPostgres } from './postgres.ts';
import { tempDirectory } from './temp.ts';

/** Opens a new, empty store: all that are answered are views of it, each with connections of its own. To be closed by the caller. */
export type OpenStores = () => Promise<readonly MetaStore[]>;

/** Defines the tests of `suite` once for each engine. */
export function onRealEngines(suite: (open: OpenStores) => void): void {
  describe('on LMDB', () => {
    // One process has one view of an LMDB directory.
    suite(async () => [await openLmdb({ path: join(tempDirectory('engine'), 'meta') })]);
  });

  const missing = postgresMissing();
  describe('on PostgreSQL', { skip: missing }, () => {
    let server: TestPostgres | undefined;
    before(async () => {
      server = await startPostgres();
    });
    after(() => server?.stop());
    suite(async () => {
      const url = `${server?.url}?schema=test_${randomBytes(8).toString('hex')}`;
      return [await openPostgres({ url }), await openPostgres({ url })];
    });
  });
}
