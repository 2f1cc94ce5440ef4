/** The AWS SDK for JavaScript with today's defaults: checksums on every upload, in the trailer of a chunked body. */
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { paginateListObjectsV2, S3 } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { type Client, type Listed, moveEach } from './client.ts';

const partBytes = 8 * 1024 * 1024;

export const awsSdk: Client = {
  name: 'aws-sdk',
  missing: () => undefined,
  limits: [],
  keepsOrder: true,

  async connect({ url, user }) {
    const s3 = new S3({
      endpoint: url,
      region: 'kr-central-2',
      forcePathStyle: true,
      credentials: { accessKeyId: user.s3Key.access, secretAccessKey: user.s3Key.secret },
    });
    return {
      makeBucket: async (Bucket) => {
        await s3.createBucket({ Bucket });
      },
      put: (Bucket, transfers) =>
        moveEach(transfers, 4, async ({ key, file }) => {
          const { size } = await stat(file);
          const target = { Bucket, Key: key, Body: createReadStream(file) };
          if (size <= partBytes) await s3.putObject({ ...target, ContentLength: size });
          else await new Upload({ client: s3, params: target, partSize: partBytes }).done();
        }),
      get: (Bucket, transfers) =>
        moveEach(transfers, 4, async ({ key, file }) => {
          const { Body } = await s3.getObject({ Bucket, Key: key });
          if (Body === undefined) throw new Error('an answer without a body');
          await pipeline(Body as Readable, createWriteStream(file));
        }),
      async list(Bucket) {
        const listed: Listed[] = [];
        for await (const page of paginateListObjectsV2({ client: s3, pageSize: 7 }, { Bucket })) {
          for (const { Key = '', Size = -1 } of page.Contents ?? []) listed.push({ key: Key, size: Size });
        }
        return listed;
      },
      async empty(Bucket, keys) {
        const { Errors = [] } = await s3.deleteObjects({
          Bucket,
          Delete: { Objects: keys.map((Key) => ({ Key })) },
        });
        if (Errors.length > 0) throw new Error(`not deleted: ${JSON.stringify(Errors)}`);
      },
      close: async () => s3.destroy(),
    };
  },
};
