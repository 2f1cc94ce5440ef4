/** rclone over any of its backends; rclone-s3.ts and rclone-swift.ts say how each finds the server. */
import { join } from 'node:path';
import { skipUnless } from '../../support/clients.ts';
import { type Client, type Command, commandOf, type Endpoint, type Limit, moveEach } from './client.ts';

/** The settings of one rclone remote, by their names in rclone's configuration. */
export type Remote = (endpoint: Endpoint) => Record<string, string>;

/** `rclone` with one remote called `onggi`. Its answers are final: a retry could hide a fault. */
export function rcloneCommand(endpoint: Endpoint, remote: Remote): Command {
  const env: Record<string, string> = {
    RCLONE_CONFIG: join(endpoint.directory, 'no-rclone.conf'),
    RCLONE_RETRIES: '1',
    RCLONE_LOW_LEVEL_RETRIES: '1',
  };
  for (const [name, value] of Object.entries(remote(endpoint))) {
    env[`RCLONE_CONFIG_ONGGI_${name.toUpperCase()}`] = value;
  }
  return commandOf('rclone', env);
}

/** rclone writes segments that are only dots with full-width ones, which no path resolution touches. */
const dotSegments = new Map([
  ['.', '．'],
  ['..', '．．'],
]);
const fromDotSegments = new Map([...dotSegments].map(([plain, wide]) => [wide, plain]));

function replaceSegments(path: string, replacements: ReadonlyMap<string, string>): string {
  return path
    .split('/')
    .map((segment) => replacements.get(segment) ?? segment)
    .join('/');
}

const pathLimits: readonly Limit[] = [
  {
    verbs: ['put', 'get'],
    keys: ['double slash', 'leading slash', 'trailing slash'],
    reason: 'rclone cleans its paths like file paths, so no segment can be empty',
  },
];

export function rcloneClient(name: string, remote: Remote, limits: readonly Limit[] = []): Client {
  return {
    name,
    missing: () => skipUnless('rclone') || undefined,
    limits: [...pathLimits, ...limits],
    keepsOrder: false,

    async connect(endpoint) {
      const run = rcloneCommand(endpoint, remote);
      const at = (bucket: string, key: string) => `onggi:${bucket}/${replaceSegments(key, dotSegments)}`;
      return {
        makeBucket: async (bucket) => {
          await run(['mkdir', `onggi:${bucket}`]);
        },
        put: (bucket, transfers) =>
          moveEach(transfers, 2, ({ key, file }) => run(['copyto', file, at(bucket, key)])),
        get: (bucket, transfers) =>
          moveEach(transfers, 2, ({ key, file }) => run(['copyto', at(bucket, key), file])),
        async list(bucket) {
          const flags = ['--recursive', '--files-only', '--no-modtime', '--no-mimetype'];
          const { stdout } = await run(['lsjson', ...flags, `onggi:${bucket}`]);
          const files: { Path: string; Size: number }[] = JSON.parse(stdout);
          return files.map(({ Path, Size }) => ({ key: replaceSegments(Path, fromDotSegments), size: Size }));
        },
        async empty(bucket) {
          await run(['delete', `onggi:${bucket}`]);
        },
        close: async () => {},
      };
    },
  };
}
