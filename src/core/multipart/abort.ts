/** AbortMultipartUpload for every door. */
import type { Core } from '../core.ts';
import { committing, Draft } from '../model/draft.ts';
import {
  draftUploadRemoval,
  findUpload,
  mostPartsInCommit,
  readParts,
  type UploadAddress,
} from './upload-place.ts';

/** @throws CoreError NoSuchBucket, NoSuchUpload, Busy */
export async function abortUpload(core: Core, address: UploadAddress): Promise<void> {
  await committing('upload', async () => {
    const { bucket, upload } = await findUpload(core, address);
    const parts = await readParts(core, address.upload, 0, mostPartsInCommit + 1);
    await draftUploadRemoval(new Draft(core), bucket.record.id, upload, parts, core.clock()).commit();
  });
}
