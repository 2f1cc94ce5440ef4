/** Runs short Python scripts with boto3 against a server. */
import assert from 'node:assert/strict';
import { runClient } from './clients.ts';
import { alice } from './seed.ts';
import type { TestServer } from './start-server.ts';

/** A script with `s3`, a client, `resource`, the resource API, and `data`, the input; its standard output is parsed as JSON. */
export async function boto3Script(
  server: Pick<TestServer, 'url'>,
  script: string,
  data: unknown = null,
): Promise<unknown> {
  const prelude = [
    'import json, sys, boto3',
    'from botocore.config import Config',
    `options = dict(endpoint_url='${server.url}', region_name='kr-central-2',`,
    `  aws_access_key_id='${alice.s3Key.access}', aws_secret_access_key='${alice.s3Key.secret}',`,
    `  config=Config(retries={'total_max_attempts': 1}, s3={'addressing_style': 'path'}))`,
    `s3 = boto3.client('s3', **options)`,
    `resource = boto3.resource('s3', **options)`,
    'data = json.load(sys.stdin)',
  ];
  const run = await runClient('python3', ['-c', [...prelude, script].join('\n')], {
    input: JSON.stringify(data),
  });
  assert.equal(run.code, 0, run.stderr);
  return JSON.parse(run.stdout);
}
