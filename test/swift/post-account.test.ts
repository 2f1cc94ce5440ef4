// POST /v1/{account}
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alice, bob, eve } from '../support/seed.ts';
import { assertEmpty, assertPage, assertSentence, useSwift } from '../support/swift.ts';

const swift = useSwift();

test('sets, keeps and removes metadata name by name', async () => {
  const account = await swift.account(alice);
  const shown = async () => {
    const { rawHeaders } = await account.head('');
    return Object.fromEntries(
      rawHeaders.flatMap((name, i) => (/^X-Account-Meta-/.test(name) ? [[name, rawHeaders[i + 1]]] : [])),
    );
  };
  assertEmpty(await account.post('', { 'X-Account-Meta-Foo': 'bar', 'x-account-meta-baz-QUX': '1' }), 204);
  assert.deepEqual(await shown(), { 'X-Account-Meta-Foo': 'bar', 'X-Account-Meta-Baz-Qux': '1' });
  await account.post('', { 'X-Account-Meta-More': 'yes' });
  await account.post('', { 'X-Remove-Account-Meta-Foo': 'x', 'X-Account-Meta-Baz-Qux': '' });
  assert.deepEqual(await shown(), { 'X-Account-Meta-More': 'yes' });
});

test('keeps the limits in Swift’s words', async () => {
  const account = await swift.account(alice);
  const refused = async (headers: Record<string, string>, text: string) =>
    assertSentence(await account.post('', headers), 400, text);
  const long = `A${'a'.repeat(128)}`;
  await refused({ [`X-Account-Meta-${long}`]: 'x' }, `Metadata name too long: x-account-meta-${long}`);
  await refused({ 'X-Account-Meta-B': 'v'.repeat(257) }, 'Metadata value longer than 256: x-account-meta-B');
  await refused({ 'X-Account-Meta-': 'v' }, 'Metadata name cannot be empty');
});

test('counts what is there already towards the limits', async () => {
  const account = await swift.account(eve);
  const some = (from: number, to: number) =>
    Object.fromEntries(Array.from({ length: to - from }, (_, i) => [`X-Account-Meta-K${from + i}`, 'v']));
  assert.equal((await account.post('', some(0, 60))).status, 204);
  assertSentence(await account.post('', some(60, 91)), 400, 'Too many metadata items; max 90');
  assert.equal((await account.post('', some(60, 90))).status, 204);
});

test('is for administrators of the project', async () => {
  const member = await swift.account(bob);
  assertPage(await member.post('', { 'X-Account-Meta-A': 'b' }), 403);
});
