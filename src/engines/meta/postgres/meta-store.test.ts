/** Owns the proofs that the PostgreSQL engine keeps the interface's promises, and those it makes beyond it. */
import { randomBytes } from 'node:crypto';
import { after, before } from 'node:test';
import { postgresMissing, startPostgres, type TestPostgres } from '../../../../test/support/postgres.ts';
import { metaStoreContract } from '../contract.test-suite.ts';
import { openPostgres } from './open.ts';

const missing = postgresMissing();
let server: TestPostgres | undefined;

before(async () => {
  if (missing === false) server = await startPostgres();
});
after(() => server?.stop());

/** The URL of a schema of its own. */
function freshUrl(): string {
  return `${server?.url}?schema=test_${randomBytes(8).toString('hex')}`;
}

metaStoreContract(
  'postgres',
  async () => {
    const url = freshUrl();
    let store = await openPostgres({ url });
    return {
      store,
      reopen: async () => {
        await store.close();
        store = await openPostgres({ url });
        return store;
      },
      close: () => store.close(),
    };
  },
  missing,
);
