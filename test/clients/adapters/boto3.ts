/** boto3, by a small Python program that stays up for the whole session. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { skipUnless } from '../../support/clients.ts';
import { adopt } from '../../support/temp.ts';
import { awsEnvironment } from './aws.ts';
import { type Client, type Endpoint, type Listed, moveEach, plainEnvironment } from './client.ts';

interface Request {
  readonly verb: 'makeBucket' | 'put' | 'get' | 'list' | 'empty';
  readonly bucket: string;
  readonly key?: string;
  readonly file?: string;
  readonly keys?: readonly string[];
}

interface Driver {
  /** One request at a time. @throws Error in boto3's own words */
  ask(request: Request): Promise<unknown>;
  close(): Promise<void>;
}

export const boto3: Client = {
  name: 'boto3',
  missing: () => skipUnless('boto3') || undefined,
  limits: [],

  async connect(endpoint) {
    const driver = startDriver(endpoint);
    return {
      makeBucket: async (bucket) => {
        await driver.ask({ verb: 'makeBucket', bucket });
      },
      put: (bucket, transfers) =>
        moveEach(transfers, 1, ({ key, file }) => driver.ask({ verb: 'put', bucket, key, file })),
      get: (bucket, transfers) =>
        moveEach(transfers, 1, ({ key, file }) => driver.ask({ verb: 'get', bucket, key, file })),
      list: async (bucket) => (await driver.ask({ verb: 'list', bucket })) as Listed[],
      empty: async (bucket, keys) => {
        await driver.ask({ verb: 'empty', bucket, keys });
      },
      close: () => driver.close(),
    };
  },
};

function startDriver(endpoint: Endpoint): Driver {
  const child = spawn('python3', [join(import.meta.dirname, 'boto3_client.py')], {
    env: { ...process.env, ...plainEnvironment(), ...awsEnvironment(endpoint) },
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  adopt(child);
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const line = await answers.next();
      if (line.done === true) throw new Error('the Python program ended');
      const reply: { answer?: unknown; error?: string } = JSON.parse(line.value);
      if (reply.error !== undefined) throw new Error(reply.error);
      return reply.answer;
    },
    async close() {
      const exited = once(child, 'exit');
      child.stdin.end();
      await exited;
    },
  };
}
