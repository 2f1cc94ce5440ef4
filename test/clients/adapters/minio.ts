/** The `minio` package for JavaScript. */
import * as Minio from 'minio';
import { type Client, type Listed, moveEach } from './client.ts';

export const minio: Client = {
  name: 'minio',
  missing: () => undefined,
  limits: [],
  keepsOrder: true,

  async connect({ url, user }) {
    const { hostname, port } = new URL(url);
    const client = new Minio.Client({
      endPoint: hostname,
      port: Number(port),
      useSSL: false,
      region: 'kr-central-2',
      accessKey: user.s3Key.access,
      secretKey: user.s3Key.secret,
      partSize: 8 * 1024 * 1024,
    });
    return {
      makeBucket: (bucket) => client.makeBucket(bucket, 'kr-central-2'),
      put: (bucket, transfers) =>
        moveEach(transfers, 4, ({ key, file }) => client.fPutObject(bucket, key, file)),
      get: (bucket, transfers) =>
        moveEach(transfers, 4, ({ key, file }) => client.fGetObject(bucket, key, file)),
      async list(bucket) {
        const listed: Listed[] = [];
        for await (const item of client.listObjectsV2(bucket, '', true)) {
          listed.push({ key: item.name, size: item.size });
        }
        return listed;
      },
      async empty(bucket, keys) {
        const failed = await client.removeObjects(bucket, [...keys]);
        if (failed.some((one) => one !== undefined && one !== null)) {
          throw new Error(`not deleted: ${JSON.stringify(failed)}`);
        }
      },
      close: async () => {},
    };
  },
};
