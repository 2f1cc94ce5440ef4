/** python-openstackclient's `openstack object ...`, with an application credential. */
import { skipUnless } from '../../support/clients.ts';
import { type Client, commandOf, moveEach } from './client.ts';
import { openstackEnvironment } from './swift.ts';

export const openstack: Client = {
  name: 'openstack',
  missing: () => skipUnless('openstack') || undefined,
  limits: [
    {
      verbs: ['put', 'get'],
      keys: ['dot segments'],
      reason: 'the Python HTTP library resolves . and .. before it sends a path',
    },
  ],

  async connect(endpoint) {
    const run = commandOf('openstack', openstackEnvironment(endpoint));
    return {
      makeBucket: async (bucket) => {
        await run(['container', 'create', bucket]);
      },
      put: (bucket, transfers) =>
        moveEach(transfers, 2, ({ key, file }) => run(['object', 'create', '--name', key, bucket, file])),
      get: (bucket, transfers) =>
        moveEach(transfers, 2, ({ key, file }) => run(['object', 'save', '--file', file, bucket, key])),
      async list(bucket) {
        const { stdout } = await run(['object', 'list', '--long', '--all', '-f', 'json', bucket]);
        const objects: { Name: string; Bytes: number }[] = JSON.parse(stdout);
        return objects.map(({ Name, Bytes }) => ({ key: Name, size: Bytes }));
      },
      async empty(bucket, keys) {
        await run(['object', 'delete', bucket, ...keys]);
      },
      close: async () => {},
    };
  },
};
