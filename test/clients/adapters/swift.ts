/** python-swiftclient's `swift`, with an application credential. */
import { skipUnless } from '../../support/clients.ts';
import { type Client, type Command, commandOf, type Endpoint, getInBulk, moveEach } from './client.ts';

/** What both OpenStack clients read. */
export function openstackEnvironment({ url, user }: Endpoint): Record<string, string> {
  return {
    OS_AUTH_TYPE: 'v3applicationcredential',
    OS_AUTH_URL: `${url}/identity/v3`,
    OS_IDENTITY_API_VERSION: '3',
    OS_APPLICATION_CREDENTIAL_ID: user.iamKey.id,
    OS_APPLICATION_CREDENTIAL_SECRET: user.iamKey.secret,
  };
}

export function swiftCommand(endpoint: Endpoint): Command {
  const run = commandOf('swift', openstackEnvironment(endpoint));
  return (args, options) => run(['--auth-version', '3', '--retries', '0', ...args], options);
}

export const swift: Client = {
  name: 'swift',
  missing: () => skipUnless('swift') || undefined,
  limits: [
    {
      verbs: ['put', 'get'],
      keys: ['dot segments'],
      reason: 'the Python HTTP library resolves . and .. before it sends a path',
    },
    {
      verbs: ['put'],
      keys: ['leading slash'],
      reason: 'swift strips slashes from the front of --object-name',
    },
  ],
  keepsOrder: true,

  async connect(endpoint) {
    const run = swiftCommand(endpoint);
    return {
      makeBucket: async (bucket) => {
        await run(['post', bucket]);
      },
      put: (bucket, transfers) =>
        moveEach(transfers, 2, ({ key, file }) => run(['upload', bucket, file, '--object-name', key])),
      get: (bucket, transfers) =>
        getInBulk(
          endpoint,
          transfers,
          (keys, directory) => run(['download', bucket, '--output-dir', directory, ...keys]),
          ({ key, file }) => run(['download', bucket, key, '--output', file]),
        ),
      async list(bucket) {
        const { stdout } = await run(['list', bucket, '--json']);
        const objects: { name: string; bytes: number }[] = JSON.parse(stdout);
        return objects.map(({ name, bytes }) => ({ key: name, size: bytes }));
      },
      async empty(bucket, keys) {
        await run(['delete', bucket, ...keys]);
      },
      close: async () => {},
    };
  },
};
