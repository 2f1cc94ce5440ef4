// Terraform keeps its state in a bucket (its S3 backend): locks by conditional puts, workspaces, and old states as versions.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { skipUnless } from '../support/clients.ts';
import { newBucket, s3Client } from '../support/s3.ts';
import { alice } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { tempDirectory } from '../support/temp.ts';
import { awsEnvironment } from './adapters/aws.ts';
import { commandOf } from './adapters/client.ts';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

/** No provider: `terraform_data` is built in, so nothing is downloaded. */
const configuration = (bucket: string) => `
terraform {
  backend "s3" {
    bucket                      = "${bucket}"
    key                         = "app/terraform.tfstate"
    region                      = "kr-central-2"
    endpoints                   = { s3 = "${server.url}" }
    use_path_style              = true
    use_lockfile                = true
    encrypt                     = true
    skip_credentials_validation = true
    skip_metadata_api_check     = true
    skip_requesting_account_id  = true
    skip_region_validation      = true
  }
}
variable "word" { default = "first" }
resource "terraform_data" "word" { input = var.word }
output "word" { value = terraform_data.word.output }
`;

const state = 'app/terraform.tfstate';

async function project() {
  const s3 = s3Client(server, alice);
  const bucket = await newBucket(s3);
  await s3.putBucketVersioning({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } });
  const directory = tempDirectory('terraform');
  writeFileSync(join(directory, 'main.tf'), configuration(bucket));
  const environment = {
    ...awsEnvironment({ url: server.url, user: alice, directory }),
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
  };
  const run = commandOf('terraform', environment);
  const terraform = async (...args: string[]) => (await run(args, { cwd: directory })).stdout.trim();
  await terraform('init', '-input=false');
  const apply = (word: string) => terraform('apply', '-auto-approve', '-input=false', `-var=word=${word}`);
  return { s3, bucket, terraform, apply };
}

test('states are kept, as versions of one object, and none is left behind', {
  skip: skipUnless('terraform'),
}, async () => {
  const { s3, bucket, terraform, apply } = await project();
  await apply('first');
  await apply('second');
  assert.equal(await terraform('output', '-raw', 'word'), 'second');
  const { Versions = [] } = await s3.listObjectVersions({ Bucket: bucket, Prefix: state });
  const states = Versions.filter(({ Key }) => Key === state);
  assert.deepEqual(
    states.map(({ IsLatest }) => IsLatest),
    [true, false],
  );
  const older = await s3.getObject({ Bucket: bucket, Key: state, VersionId: states[1]?.VersionId });
  assert.equal(JSON.parse((await older.Body?.transformToString()) ?? '').outputs.word.value, 'first');
  const { Contents = [] } = await s3.listObjectsV2({ Bucket: bucket });
  assert.deepEqual(
    Contents.map(({ Key }) => Key),
    [state],
    'the lock is gone',
  );
});

test('a lock that another holds is respected until it is broken', {
  skip: skipUnless('terraform'),
}, async () => {
  const { s3, bucket, terraform, apply } = await project();
  const lock = { ID: '11111111-2222-3333-4444-555555555555', Operation: 'apply', Who: 'somebody else' };
  const place = { Bucket: bucket, Key: `${state}.tflock` };
  await s3.putObject({ ...place, Body: JSON.stringify({ ...lock, Info: '', Version: '1', Path: state }) });
  await assert.rejects(apply('first'), /Error acquiring the state lock[\s\S]*PreconditionFailed/);
  await terraform('force-unlock', '-force', lock.ID);
  await apply('first');
});

test('workspaces come and go', { skip: skipUnless('terraform') }, async () => {
  const { s3, bucket, terraform, apply } = await project();
  await terraform('workspace', 'new', 'trial');
  await apply('trial');
  assert.match(await terraform('workspace', 'list'), /default\s+\* trial/);
  await terraform('destroy', '-auto-approve', '-input=false');
  await terraform('workspace', 'select', 'default');
  await terraform('workspace', 'delete', 'trial');
  assert.doesNotMatch(await terraform('workspace', 'list'), /trial/);
  const { Contents = [] } = await s3.listObjectsV2({ Bucket: bucket });
  assert.deepEqual(
    Contents.map(({ Key }) => Key),
    [],
  );
});
