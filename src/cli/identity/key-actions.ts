/** What `onggi key` does: IAM access keys (application credentials) and S3 access keys (EC2 credentials) side by side. */
import { type Document, textOf } from './identity-client.ts';
import { type Action, idOf, type Job, needed, word } from './job.ts';
import { UsageError } from './usage-error.ts';

const names = ['kind', 'id', 'name', 'secret', 'project', 'user', 'expires'];

const owner = async ({ client, flags }: Job) => {
  const user = textOf(flags.user);
  return user === undefined ? client.userId : idOf(client, 'users', user);
};

function iamKey(key: Document): Document {
  const { id, name, secret, project_id: project, user_id: user, expires_at: expires } = key;
  return { kind: 'iam', id, name, ...(secret === undefined ? {} : { secret }), project, user, expires };
}

function s3Key({ access, secret, tenant_id: project, user_id: user }: Document): Document {
  return { kind: 's3', id: access, ...(secret === undefined ? {} : { secret }), project, user };
}

async function keysOf(job: Job): Promise<Document[]> {
  const path = `/users/${await owner(job)}`;
  const [iam, s3] = [
    await job.client.list(`${path}/application_credentials`, 'application_credentials'),
    await job.client.list(`${path}/credentials/OS-EC2`, 'credentials'),
  ];
  return [...iam.map(iamKey), ...s3.map(s3Key)];
}

/** By its id, or an IAM access key by its name. */
async function keyOf(job: Job): Promise<Document> {
  const wanted = word(job.words, 0);
  const keys = await keysOf(job);
  const found = keys.find(({ id }) => id === wanted) ?? keys.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`there is no key ${JSON.stringify(wanted)}`);
  return found;
}

export const listKeys: Action = async (job) => ({
  columns: ['kind', 'id', 'name', 'project', 'expires'],
  rows: await keysOf(job),
});

export const createKey: Action = async (job) => {
  const { client, flags, words } = job;
  const wanted = needed(flags, 'project');
  const note = 'The secret is shown this once.';
  const path = `/users/${await owner(job)}`;
  const project = await idOf(client, 'projects', wanted);
  if (flags.s3 === true) {
    const { credential } = await client.call('POST', `${path}/credentials/OS-EC2`, { tenant_id: project });
    return { names, document: s3Key(credential as Document), note };
  }
  const name = word(words, 0);
  if (name === '') throw new UsageError('an IAM access key needs a name');
  const [description, expires] = [textOf(flags.description), textOf(flags.expires)];
  const { application_credential: key } = await client.call('POST', `${path}/application_credentials`, {
    application_credential: {
      name,
      project_id: project,
      ...(description === undefined ? {} : { description }),
      ...(expires === undefined ? {} : { expires_at: expires }),
    },
  });
  return { names, document: iamKey(key as Document), note };
};

export const showKey: Action = async (job) => ({ names, document: await keyOf(job) });

export const deleteKey: Action = async (job) => {
  const { kind, id, user } = await keyOf(job);
  const place = kind === 's3' ? 'credentials/OS-EC2' : 'application_credentials';
  await job.client.call('DELETE', `/users/${String(user)}/${place}/${String(id)}`);
  return undefined;
};
