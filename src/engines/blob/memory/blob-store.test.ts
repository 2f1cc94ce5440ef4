/** The memory engine: the contract, and time and ids from its arguments. */

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { blobStoreContract, inChunks, listOf } from '../contract.test-suite.ts';
import { openMemoryBlobs } from './blob-store.ts';

blobStoreContract('memory', async () => ({ store: openMemoryBlobs() }));

it('takes time and ids from its arguments', async () => {
  const store = openMemoryBlobs({
    clock: () => 1_700_000_000_000,
    random: (count) => Buffer.alloc(count, 0xab),
  });
  const { id } = await store.write(inChunks(Buffer.from('x'), 1));
  assert.equal(id, 'ab'.repeat(16));
  assert.deepEqual(await listOf(store.enumerate()), [{ id, createdAt: 1_700_000_000_000 }]);
});
