import assert from 'node:assert/strict';
import { it } from 'node:test';
import { beforeCommit, bucketName, memoryCore, testActor } from '../../../test/support/memory-core.ts';
import { auditNothingLeft } from '../../../test/support/store-audit.ts';
import { isCoreError } from '../errors.ts';
import { recordFormat, text } from '../model/record-format.ts';
import { createBucket } from './create.ts';
import { deleteBucket } from './delete.ts';
import { type BucketDocument, readDocument, updateDocument, writeDocument } from './documents.ts';

const name = bucketName('photos');
const note: BucketDocument<{ readonly note: string }> = {
  kind: 'cors',
  format: recordFormat('note', 1, { note: text }),
};

it('documents are read as written, replaced whole, and gone with their bucket', async () => {
  const core = await memoryCore();
  await createBucket(core, testActor, { name });
  assert.equal(await readDocument(core, name, note), undefined);
  await writeDocument(core, name, note, { note: 'one' });
  await writeDocument(core, name, note, { note: 'two' });
  assert.deepEqual(await readDocument(core, name, note), { note: 'two' });
  await writeDocument(core, name, note, undefined);
  assert.equal(await readDocument(core, name, note), undefined);
  await writeDocument(core, name, note, { note: 'three' });
  await deleteBucket(core, name);
  await auditNothingLeft(core);
  await createBucket(core, testActor, { name });
  assert.equal(await readDocument(core, name, note), undefined);
});

it('there are none without a bucket', async () => {
  const core = await memoryCore();
  const absent = (error: unknown) => isCoreError(error, 'NoSuchBucket');
  await assert.rejects(readDocument(core, name, note), absent);
  await assert.rejects(writeDocument(core, name, note, { note: 'x' }), absent);
});

it('what one makes of a document stands on what another made of it meanwhile', async () => {
  const core = await memoryCore();
  await createBucket(core, testActor, { name });
  const append = (word: string) =>
    updateDocument(core, name, note, (before) => ({ note: `${before?.note ?? ''}${word}` }));
  for (const [other, mine] of ['ab', 'cd']) {
    beforeCommit(
      core,
      () => true,
      () => append(other ?? ''),
    );
    await append(mine ?? '');
  }
  assert.deepEqual(await readDocument(core, name, note), { note: 'abcd' });
  beforeCommit(
    core,
    () => true,
    () => assert.fail('there is nothing to commit'),
  );
  await updateDocument(core, name, note, (before) => before);
});
