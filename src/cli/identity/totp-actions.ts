/** What `onggi user totp` and `onggi project mfa-delete` do: one-time passwords, and where they are asked for. */
import { type Document, textOf } from './identity-client.ts';
import { type Action, idOf, type Job, needed, type Outcome, word } from './job.ts';
import { UsageError } from './usage-error.ts';

const names = ['user_id', 'serial', 'confirmed', 'created_at', 'confirmed_at', 'secret', 'uri'];

const pathOf = async ({ client, words }: Job) => {
  const user = word(words, 0);
  return `/users/${user === '' ? client.userId : await idOf(client, 'users', user)}/totp`;
};
const outcome = ({ totp }: Document, note?: string): Outcome => ({
  names,
  document: totp as Document,
  ...(note === undefined ? {} : { note }),
});

export const enrolTotp: Action = async ({ client }) =>
  outcome(
    await client.call('POST', `/users/${client.userId}/totp`),
    'Keep the secret now, it is not shown again. Then: onggi user totp confirm <code>',
  );

export const confirmTotp: Action = async ({ client, words }) => {
  const body = { totp: { passcode: word(words, 0) } };
  return outcome(await client.call('POST', `/users/${client.userId}/totp/confirm`, body));
};

export const showTotp: Action = async (job) => outcome(await job.client.call('GET', await pathOf(job)));

export const removeTotp: Action = async (job) => {
  const otp = textOf(job.flags.otp);
  const body = otp === undefined ? {} : { totp: { passcode: otp } };
  await job.client.call('DELETE', await pathOf(job), body);
  return undefined;
};

export const mfaDelete: Action = async ({ client, words, flags }) => {
  const { enable = false, disable = false } = flags;
  if (enable && disable) throw new UsageError('--enable and --disable exclude each other');
  const path = `/projects/${await idOf(client, 'projects', word(words, 0))}/mfa_delete`;
  const answer =
    enable || disable
      ? await client.call('PUT', path, { mfa_delete: { enabled: enable, passcode: needed(flags, 'otp') } })
      : await client.call('GET', path);
  return { names: ['enabled'], document: answer.mfa_delete as Document };
};
