/** Builds large objects out of a small one, which is copied as each of their parts: no bytes of them are sent. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { rawS3 } from './s3.ts';
import type { TestUser } from './seed.ts';
import type { TestServer } from './start-server.ts';

/** Copies of parts at once. */
const copiers = 4;

/** Where the server is, and who asks. */
export interface Builder {
  readonly server: Pick<TestServer, 'url'>;
  readonly user: TestUser;
}

/** What the parts are: `source` as a request target, its MD5 in hex, and how many of it make the object. */
export interface Parts {
  readonly source: string;
  readonly md5: string;
  readonly count: number;
}

/** Begins an upload of the object at `target`; answers the upload's own target. */
export async function beginUpload({ server, user }: Builder, target: string): Promise<string> {
  const begun = await rawS3(server, { method: 'POST', target: `${target}?uploads`, user });
  const id = begun.element('UploadId');
  assert.ok(id !== undefined, begun.text);
  return `${target}?uploadId=${id}`;
}

export async function copyParts(
  { server, user }: Builder,
  upload: string,
  { source, md5, count }: Parts,
): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => index + 1).values();
  const headers = { 'x-amz-copy-source': source };
  const copy = async () => {
    for (const number of numbers) {
      const target = `${upload}&partNumber=${number}`;
      const copied = await rawS3(server, { method: 'PUT', target, headers, user });
      assert.ok(copied.element('ETag')?.includes(md5), copied.text);
    }
  };
  await Promise.all(Array.from({ length: copiers }, copy));
}

/** The document that completes the upload. */
export function completionOf({ md5, count }: Parts): string {
  const list = Array.from(
    { length: count },
    (_, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${md5}</ETag></Part>`,
  );
  return `<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`;
}

/** The entity tag of the whole, without quotes. */
export function etagOfParts({ md5, count }: Parts): string {
  const digests = Buffer.from(md5.repeat(count), 'hex');
  return `${createHash('md5').update(digests).digest('hex')}-${count}`;
}

/** The whole way: after it the object is at `target`. Answers its entity tag. */
export async function assemble(builder: Builder, target: string, parts: Parts): Promise<string> {
  const { server, user } = builder;
  const upload = await beginUpload(builder, target);
  await copyParts(builder, upload, parts);
  const body = completionOf(parts);
  const completed = await rawS3(server, { method: 'POST', target: upload, body, user });
  const etag = etagOfParts(parts);
  assert.ok(completed.element('ETag')?.includes(etag), completed.text);
  return etag;
}
