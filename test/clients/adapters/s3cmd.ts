/** s3cmd: an old hand at Signature Version 4, and the only client here that builds its requests without an SDK. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { skipUnless } from '../../support/clients.ts';
import { type Client, type Command, commandOf, type Endpoint, type Listed, moveEach } from './client.ts';

export async function s3cmdCommand({ url, user, directory }: Endpoint): Promise<Command> {
  const file = join(directory, 's3cmd.ini');
  const { host } = new URL(url);
  const settings = {
    access_key: user.s3Key.access,
    secret_key: user.s3Key.secret,
    host_base: host,
    host_bucket: host,
    bucket_location: 'kr-central-2',
    use_https: 'False',
    multipart_chunk_size_mb: '8',
    use_mime_magic: 'False',
    progress_meter: 'False',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  await writeFile(file, `[default]\n${lines.join('')}`, { mode: 0o600 });
  const run = commandOf('s3cmd', {});
  return (args, options) => run(['--config', file, ...args], options);
}

/** `2026-11-21 05:00      5242880  s3://bucket/key`. */
function parseListing(stdout: string, bucket: string): Listed[] {
  const line = /^\d{4}-\d\d-\d\d \d\d:\d\d +(\d+) {2}s3:\/\/(.*)$/;
  return stdout.split('\n').flatMap((text) => {
    const [, size, address] = line.exec(text) ?? [];
    return address === undefined ? [] : [{ key: address.slice(bucket.length + 1), size: Number(size) }];
  });
}

export const s3cmd: Client = {
  name: 's3cmd',
  missing: () => skipUnless('s3cmd') || undefined,
  limits: [
    { verbs: ['put', 'get'], keys: ['trailing slash'], reason: 's3cmd takes a slash at the end as a folder' },
  ],
  keepsOrder: true,

  async connect(endpoint) {
    const run = await s3cmdCommand(endpoint);
    return {
      makeBucket: async (bucket) => {
        await run(['mb', `s3://${bucket}`]);
      },
      put: (bucket, transfers) =>
        moveEach(transfers, 2, ({ key, file }) => run(['put', file, `s3://${bucket}/${key}`])),
      get: (bucket, transfers) =>
        moveEach(transfers, 2, ({ key, file }) => run(['get', '--force', `s3://${bucket}/${key}`, file])),
      list: async (bucket) =>
        parseListing((await run(['ls', '--recursive', `s3://${bucket}`])).stdout, bucket),
      async empty(bucket) {
        await run(['del', '--recursive', '--force', `s3://${bucket}`]);
      },
      close: async () => {},
    };
  },
};
