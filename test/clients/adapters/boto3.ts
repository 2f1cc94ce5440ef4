/** boto3, by a small Python program that stays up for the whole session. */
import { join } from 'node:path';
import { skipUnless } from '../../support/clients.ts';
import { awsEnvironment } from './aws.ts';
import { type Client, type Listed, moveEach } from './client.ts';
import { startPython } from './python-program.ts';

export const boto3: Client = {
  name: 'boto3',
  missing: () => skipUnless('boto3') || undefined,
  limits: [],
  keepsOrder: true,

  async connect(endpoint) {
    const program = startPython(
      'python3',
      join(import.meta.dirname, 'boto3_client.py'),
      awsEnvironment(endpoint),
    );
    return {
      makeBucket: async (bucket) => {
        await program.ask({ verb: 'makeBucket', bucket });
      },
      put: (bucket, transfers) =>
        moveEach(transfers, 1, ({ key, file }) => program.ask({ verb: 'put', bucket, key, file })),
      get: (bucket, transfers) =>
        moveEach(transfers, 1, ({ key, file }) => program.ask({ verb: 'get', bucket, key, file })),
      list: async (bucket) => (await program.ask({ verb: 'list', bucket })) as Listed[],
      empty: async (bucket, keys) => {
        await program.ask({ verb: 'empty', bucket, keys });
      },
      close: () => program.close(),
    };
  },
};
