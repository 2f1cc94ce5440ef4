import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryCore } from '../../../test/support/memory-core.ts';
import { dashed } from '../../base/uuid.ts';
import { accountNumberOf, newAccountNumber, projectOfAccount } from './accounts.ts';
import { projectFormat } from './codecs.ts';
import { accountNumberKey, projectKey } from './keys.ts';
import { createProject } from './projects.ts';

test('a new project has a number of its own, by which it is found, as by its id', async () => {
  const core = await memoryCore();
  const { id, accountNumber = '' } = await createProject(core, { name: 'numbered' });
  assert.match(accountNumber, /^[1-9]\d{9}$/);
  assert.equal(await accountNumberOf(core, id), accountNumber);
  for (const name of [accountNumber, id, dashed(id)]) assert.equal(await projectOfAccount(core, name), id);
  for (const name of ['', '0000000000', 'numbered', 'f'.repeat(32)]) {
    assert.equal(await projectOfAccount(core, name), undefined);
  }
});

test('a project from before there were numbers gets one, the same for all who ask at once', async () => {
  const core = await memoryCore();
  const project = await createProject(core, { name: 'old' });
  const { accountNumber: first = '', ...rest } = project;
  await core.meta.commit({
    puts: [[projectKey(project.id), projectFormat.encode(rest)]],
    deletes: [accountNumberKey(first)],
  });
  assert.equal(await projectOfAccount(core, first), undefined);
  const numbers = await Promise.all(Array.from({ length: 8 }, () => accountNumberOf(core, project.id)));
  assert.equal(new Set(numbers).size, 1);
  assert.equal(await projectOfAccount(core, numbers[0] ?? ''), project.id);
});

test('a number that was made up and is taken is made up again', async () => {
  const core = await memoryCore();
  const first = await createProject(core, { name: 'first' });
  const number = first.accountNumber ?? '';
  const taken = Buffer.alloc(8);
  taken.writeBigUInt64BE(BigInt(number) - 1_000_000_000n);
  let turn = 0;
  const random = (bytes: number) => {
    turn += 1;
    return bytes === 8 && turn < 3 ? taken : core.random(bytes);
  };
  assert.equal(newAccountNumber(random), number);
  const second = await createProject({ ...core, random }, { name: 'second' });
  assert.notEqual(second.accountNumber, number);
  assert.equal(await projectOfAccount(core, number), first.id);
});
