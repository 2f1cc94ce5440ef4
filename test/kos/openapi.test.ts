// The OpenAPI document: open to all, whole, and true (every call of the tests in this folder holds its answer against it)
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { operations } from '../../src/protocols/kos/operations/index.ts';
import { apiKeyOf, makeKosBucket } from '../support/kos.ts';
import {
  assertDescribed,
  describedCall,
  apiDocument as documentOf,
  fetchDescribed,
} from '../support/kos-document.ts';
import { kosObjects } from '../support/kos-objects.ts';
import { alice } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

test('every operation is in it once, under its own method and path', async () => {
  const document = await documentOf(server);
  const ids = Object.values(document.paths).flatMap((item) =>
    Object.values(item).map((one) => one.operationId),
  );
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(ids.sort(), [...operations.map(({ name }) => name), 'GetApiDocument'].sort());
  for (const { name, route } of operations) {
    for (const method of route.methods) {
      assert.equal(describedCall(document, method, route.path.replaceAll(/:\w+/g, 'x'))?.operationId, name);
    }
  }
});

test('it says where it is served, how to prove oneself, and what every path needs', async () => {
  const document = await documentOf(server);
  assert.equal(document.openapi, '3.1.0');
  assert.deepEqual(document.servers, [{ url: server.url }]);
  const { securitySchemes } = document.components as unknown as { securitySchemes: object };
  for (const one of document.security as object[]) {
    for (const name of Object.keys(one)) assert.ok(name in securitySchemes);
  }
  for (const [path, item] of Object.entries(document.paths)) {
    for (const { parameters } of Object.values(item)) {
      const named = (parameters as { in: string; name: string; required: boolean }[])
        .filter((one) => one.in === 'path' && one.required)
        .map(({ name }) => `{${name}}`);
      assert.deepEqual(path.match(/\{\w+\}/g) ?? [], named);
    }
  }
});

test('nothing refers to what is not there', async () => {
  const document = await documentOf(server);
  const references = JSON.stringify(document).match(/"\$ref":"[^"]+"/g) ?? [];
  assert.ok(references.length > 0);
  for (const one of references) {
    const name = /#\/components\/schemas\/(\w+)"$/.exec(one)?.[1] ?? '';
    assert.ok(name in document.components.schemas, one);
  }
});

test('it has the form that stores a file, and the bytes that a download may be', async () => {
  const document = await documentOf(server);
  const upload = describedCall(document, 'PUT', '/kos/v1/buckets/x/objects');
  const forms = upload?.requestBody?.content ?? {};
  assert.deepEqual(Object.keys(forms), ['application/json', 'multipart/form-data']);
  const schema = forms['multipart/form-data']?.schema as { required: string[]; properties: object };
  assert.deepEqual(schema.required, ['file']);
  assert.deepEqual(Object.keys(schema.properties), ['prefix', 'objectkey', 'objectKey', 'file']);
  const download = describedCall(document, 'POST', '/kos/v1/buckets/x/objects/download');
  const types = Object.keys(download?.responses['200']?.content ?? {});
  assert.deepEqual(types, ['application/json', 'application/octet-stream']);
});

test('what it says of the form and of the bytes is what is served', async () => {
  await makeKosBucket(server, 'described-box');
  const { path } = kosObjects(server, 'described-box');
  const form = new FormData();
  form.append('prefix', 'folder');
  form.append('file', new File(['not { JSON'], 'name'));
  const proof = { 'x-account-id': apiKeyOf(alice) };
  const stored = await fetchDescribed(server, 'PUT', path, { headers: proof, body: form });
  assert.equal(stored.status, 201);
  const headers = { ...proof, 'Content-Type': 'application/json', Accept: 'application/octet-stream' };
  const body = JSON.stringify({ objectkey: 'folder/name' });
  const got = await fetchDescribed(server, 'POST', `${path}/download`, { headers, body });
  assert.deepEqual(got, { status: 200, text: 'not { JSON', type: 'application/octet-stream' });
});

test('the check refuses answers that are not as described', async () => {
  const list = { method: 'GET', path: '/kos/v1/access_keys' };
  const wrong = [
    { status: 200, text: '[{"access_key":"x"}]' },
    { status: 200, text: '{}' },
    { status: 202, text: '[]' },
    { status: 400, text: '{"error":{"code":"BadRequest"}}' },
    { status: 400, text: '{"error":{"code":"BadRequest","message":"m","more":1}}' },
    { status: 200, text: '[]', type: 'application/octet-stream' },
    { status: 200, text: '[]', type: null },
  ];
  for (const answer of wrong) await assert.rejects(assertDescribed(server, list, answer));
  await assertDescribed(server, list, { status: 200, text: '[]' });
  const remove = { method: 'DELETE', path: '/kos/v1/access_keys/x' };
  await assert.rejects(assertDescribed(server, remove, { status: 204, text: '{}' }));
});
