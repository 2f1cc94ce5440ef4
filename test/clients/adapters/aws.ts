/** awscli: `aws s3` for the work, `aws s3api` for keys that its path arguments cannot name. */
import { join } from 'node:path';
import { skipUnless } from '../../support/clients.ts';
import { type Client, type Command, commandOf, type Endpoint, getInBulk, moveEach } from './client.ts';

/** The environment of awscli and boto3: only what is here configures them. */
export function awsEnvironment({ url, user, directory }: Endpoint): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: user.s3Key.access,
    AWS_SECRET_ACCESS_KEY: user.s3Key.secret,
    AWS_DEFAULT_REGION: 'kr-central-2',
    AWS_ENDPOINT_URL: url,
    AWS_CONFIG_FILE: join(directory, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(directory, 'no-credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
  };
}

/** `aws` with the endpoint as an argument, which older versions need. */
export function awsCommand(endpoint: Endpoint): Command {
  const aws = commandOf('aws', awsEnvironment(endpoint));
  return (args, options) => aws(['--endpoint-url', endpoint.url, ...args], options);
}

const recursively = ['--recursive', '--only-show-errors'];
/** Keys that cannot be files below a directory, of which `aws s3 cp --recursive` complains. */
const noPaths = ['--exclude', '*/', '--exclude', '*/../*'];

export const aws: Client = {
  name: 'aws',
  missing: () => skipUnless('aws') || undefined,
  limits: [],
  keepsOrder: true,

  async connect(endpoint) {
    const run = awsCommand(endpoint);
    return {
      makeBucket: async (bucket) => {
        await run(['s3', 'mb', `s3://${bucket}`]);
      },
      put: (bucket, transfers) =>
        moveEach(transfers, 2, ({ key, file }) =>
          // `aws s3 cp` takes a slash at the end as "into this folder".
          key.endsWith('/')
            ? run(['s3api', 'put-object', '--bucket', bucket, '--key', key, '--body', file])
            : run(['s3', 'cp', '--only-show-errors', file, `s3://${bucket}/${key}`]),
        ),
      get: (bucket, transfers) =>
        getInBulk(
          endpoint,
          transfers,
          (_, directory) => run(['s3', 'cp', ...recursively, ...noPaths, `s3://${bucket}`, directory]),
          ({ key, file }) => run(['s3api', 'get-object', '--bucket', bucket, '--key', key, file]),
        ),
      async list(bucket) {
        const args = ['s3api', 'list-objects-v2', '--bucket', bucket, '--output', 'json'];
        const answer: { Contents?: { Key: string; Size: number }[] } = JSON.parse(
          (await run(args)).stdout || '{}',
        );
        return (answer.Contents ?? []).map(({ Key, Size }) => ({ key: Key, size: Size }));
      },
      async empty(bucket) {
        await run(['s3', 'rm', ...recursively, `s3://${bucket}`]);
      },
      close: async () => {},
    };
  },
};
