/** Owns the proof that the memory engine keeps the interface's promises. */
import { metaStoreContract } from '../contract.test-suite.ts';
import { openMemory } from './meta-store.ts';

metaStoreContract('memory', async () => {
  const store = await openMemory();
  return { store, close: () => store.close() };
});
