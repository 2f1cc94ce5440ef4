/** Calls of Krutrim's lifecycle rules (reference 10.4), and what rules look like. */
import assert from 'node:assert/strict';
import { fieldsOf, type KosAnswer, kos, makeKosBucket } from './kos.ts';
import type { TestServer } from './start-server.ts';

export type Fields = Record<string, unknown>;

/** What a rule says that says nothing else. */
export const bare = {
  status: 'Enabled',
  enabled: true,
  expiration_days: null,
  noncurrent_days: null,
  newer_noncurrent_versions: null,
  delete_incomplete_mpu: null,
  expired_obj_delete_marker: null,
  attribute: 'M_TIME',
};

/** The sample of the documentation. */
export const sample = {
  delete_incomplete_mpu: 2,
  name: 'name',
  attribute: 'M_TIME',
  enabled: true,
  newer_noncurrent_versions: 5,
  noncurrent_days: 5,
  expiration_days: 1,
  expired_obj_delete_marker: true,
};

export function assertChanged(answer: KosAnswer, rule: Fields): void {
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.json, rule);
}

/** The calls to a server, by `alice`. */
export function ruleCalls(server: () => TestServer) {
  const rulesOf = (bucket: string) => `/kos/v1/buckets/${encodeURIComponent(bucket)}/lifecycle-rules`;
  const ruleOf = (bucket: string, id: string) => `${rulesOf(bucket)}/${encodeURIComponent(id)}`;
  const post = (bucket: string, body: unknown) => kos(server(), rulesOf(bucket), { method: 'POST', body });
  const put = (bucket: string, id: string, body: unknown) =>
    kos(server(), ruleOf(bucket, id), { method: 'PUT', body });
  const remove = (bucket: string, id: string) => kos(server(), ruleOf(bucket, id), { method: 'DELETE' });

  async function list(bucket: string): Promise<Fields[]> {
    const answer = await kos(server(), rulesOf(bucket));
    assert.equal(answer.status, 200, answer.text);
    return answer.json as Fields[];
  }

  async function show(bucket: string, id: string): Promise<Fields> {
    const answer = await kos(server(), ruleOf(bucket, id));
    assert.equal(answer.status, 200, answer.text);
    return fieldsOf(answer);
  }

  async function made(bucket: string, body: Fields): Promise<Fields & { id: string }> {
    const answer = await post(bucket, body);
    assert.equal(answer.status, 201, answer.text);
    return fieldsOf(answer) as Fields & { id: string };
  }

  async function newBucket(name: string): Promise<string> {
    await makeKosBucket(server(), name);
    return name;
  }

  return { rulesOf, ruleOf, post, put, remove, list, show, made, newBucket };
}
