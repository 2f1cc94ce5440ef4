/** `onggi trail delivery show|set|remove`: where a running server delivers the audit trail's events every hour. Owns the asking and the printing. */
import type { Command } from 'commander';
import { connectionFlags, type Flags } from './identity/flags.ts';
import { lineOfInput } from './identity/line-of-input.ts';
import { asJson, fields } from './identity/print.ts';
import { UsageError } from './identity/usage-error.ts';

const domain = ['--domain', 'of the events that belong to no project, for service administrators'] as const;
const shown = [
  'bucket',
  'prefix',
  'accessKeyId',
  'state',
  'error',
  'nextHour',
  'lastDelivery',
  'projectId',
] as const;

export function addDeliveryCommand(trail: Command): void {
  const delivery = trail
    .command('delivery')
    .description("hourly delivery of a project's events into a bucket");
  const add = (name: string, doc: string, run: (flags: Flags) => Promise<void>) => {
    const command = delivery
      .command(name)
      .description(doc)
      .option(...domain);
    command.option('--json', 'print JSON');
    for (const [flag, placeholder, text] of connectionFlags) {
      command.option(`--${flag} <${placeholder}>`, text);
    }
    command.action(() => run(command.optsWithGlobals<Flags>()));
    return command;
  };
  add('show', 'where events go, and how that goes', async (flags) => print(flags, await ask(flags, 'GET')));
  add('set', 'have events delivered from this hour on', async (flags) => {
    const { bucket, accessKey, accessSecret } = flags;
    if (typeof bucket !== 'string' || typeof accessKey !== 'string') {
      throw new UsageError('--bucket and --access-key are needed');
    }
    const secret = accessSecret === '-' ? await lineOfInput('--access-secret') : accessSecret;
    const body = { bucket, accessKeyId: accessKey, ...(secret !== undefined && { accessKeySecret: secret }) };
    print(flags, await ask(flags, 'PUT', body));
  })
    .option('--bucket <name>', 'where to')
    .option('--access-key <id>', 'the IAM access key in whose name it is written')
    .option('--access-secret <secret>', "for another user's key; - reads a line from standard input");
  add('remove', 'deliver no more', async (flags) => {
    await ask(flags, 'DELETE');
  });
}

async function ask(flags: Flags, method: string, body?: unknown): Promise<Readonly<Record<string, unknown>>> {
  const { connect } = await import('./identity/identity-client.ts');
  const client = await connect(flags, process.env);
  const path = flags.domain === true ? '/trail/v1/delivery/domain' : '/trail/v1/delivery';
  const { delivery } = await client.ask(path, method, body);
  return (delivery ?? {}) as Readonly<Record<string, unknown>>;
}

function print(flags: Flags, delivery: Readonly<Record<string, unknown>>): void {
  process.stdout.write(flags.json === true ? asJson(delivery) : fields(shown, delivery));
}
