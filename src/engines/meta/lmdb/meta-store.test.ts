/** Owns the proofs that the LMDB engine keeps the interface's promises, and those it makes beyond it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { metaStoreContract } from '../contract.test-suite.ts';
import { openLmdb } from './open.ts';

metaStoreContract('lmdb', async () => {
  const path = await mkdtemp(join(tmpdir(), 'onggi-lmdb-'));
  let store = await openLmdb({ path });
  return {
    store,
    reopen: async () => {
      await store.close();
      store = await openLmdb({ path });
      return store;
    },
    close: async () => {
      await store.close();
      await rm(path, { recursive: true });
    },
  };
});
