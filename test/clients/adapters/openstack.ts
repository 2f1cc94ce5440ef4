/** python-openstackclient's `openstack object ...`, with an application credential. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { skipUnless } from '../../support/clients.ts';
import { type Client, moveEach } from './client.ts';
import { startPython } from './python-program.ts';
import { openstackEnvironment } from './swift.ts';

/** The Python that `openstack` runs on: its first line names it, unless a wrapper stands in front. */
function findPython(): string {
  const { stdout } = spawnSync('which', ['openstack'], { encoding: 'utf8' });
  const [firstLine = ''] = readFileSync(stdout.trim(), 'utf8').split('\n');
  return /^#!\s*(\S*python\S*)/.exec(firstLine)?.[1] ?? 'python3';
}

function missing(): string | undefined {
  const reason = skipUnless('openstack');
  if (reason !== false) return reason;
  const python = findPython();
  const probe = spawnSync(python, ['-c', 'import openstackclient.shell'], { stdio: 'ignore' });
  return probe.status === 0 ? undefined : `${python} has no openstackclient`;
}

export const openstack: Client = {
  name: 'openstack',
  missing,
  limits: [
    {
      verbs: ['put', 'get'],
      keys: ['dot segments'],
      reason: 'the Python HTTP library resolves . and .. before it sends a path',
    },
  ],
  keepsOrder: true,

  async connect(endpoint) {
    const file = join(import.meta.dirname, 'openstack_client.py');
    const program = startPython(findPython(), file, openstackEnvironment(endpoint));
    const run = (...args: readonly string[]) => program.ask({ args });
    return {
      makeBucket: async (bucket) => {
        await run('container', 'create', bucket);
      },
      put: (bucket, transfers) =>
        moveEach(transfers, 1, ({ key, file }) => run('object', 'create', '--name', key, bucket, file)),
      get: (bucket, transfers) =>
        moveEach(transfers, 1, ({ key, file }) => run('object', 'save', '--file', file, bucket, key)),
      async list(bucket) {
        const printed = await run('object', 'list', '--long', '--all', '-f', 'json', bucket);
        const objects: { Name: string; Bytes: number }[] = JSON.parse(String(printed));
        return objects.map(({ Name, Bytes }) => ({ key: Name, size: Bytes }));
      },
      async empty(bucket, keys) {
        await run('object', 'delete', bucket, ...keys);
      },
      close: () => program.close(),
    };
  },
};
