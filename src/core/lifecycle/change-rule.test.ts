import assert from 'node:assert/strict';
import { beforeEach, it } from 'node:test';
import { Packr } from 'msgpackr';
import {
  beforeCommit,
  bucketName,
  type MemoryCore,
  memoryCore,
  testActor,
} from '../../../test/support/memory-core.ts';
import { createBucket } from '../buckets/create.ts';
import { isCoreError } from '../errors.ts';
import { addRule, changeRule, getRule, removeRule } from './change-rule.ts';
import { deleteLifecycle, getLifecycle, lifecycleDocument, putLifecycle } from './document.ts';
import type { LifecycleRule } from './rules.ts';

const bucket = bucketName('photos');
const days = (count: number) => ({ expiration: { kind: 'days' as const, days: count } });
let core: MemoryCore;
beforeEach(async () => {
  core = await memoryCore();
  await createBucket(core, testActor, { name: bucket });
});

const add = (name: string, more: Partial<LifecycleRule> = {}) =>
  addRule(core, testActor, { bucket, rule: { enabled: true, form: 'filter', ...days(1), ...more, name } });
const change = (id: string, more: Partial<LifecycleRule>) =>
  changeRule(core, testActor, { bucket, id, change: (rule) => ({ ...rule, ...more }) });
const meanwhile = (action: () => Promise<unknown>) => beforeCommit(core, () => true, action);

it('rules are added, changed and removed on what is there at that moment', async () => {
  const first = await add('first');
  meanwhile(() => add('second'));
  const third = await add('third');
  meanwhile(() => change(first.id, { abortAfterDays: 2 }));
  assert.deepEqual(await change(first.id, { noncurrentDays: 3 }), {
    ...first,
    abortAfterDays: 2,
    noncurrentDays: 3,
  });
  meanwhile(() => change(first.id, { enabled: false }));
  assert.equal(await removeRule(core, testActor, { bucket, id: third.id }), true);
  const rules = (await getLifecycle(core, bucket)) ?? [];
  assert.deepEqual(
    rules.map(({ name, enabled }) => [name, enabled]),
    [
      ['first', false],
      ['second', true],
    ],
  );
});

it('what is gone meanwhile is not there, and a name that is taken meanwhile is taken', async () => {
  const { id } = await add('one');
  meanwhile(() => removeRule(core, testActor, { bucket, id }));
  assert.equal(await change(id, { enabled: false }), undefined);
  assert.equal(await getLifecycle(core, bucket), undefined);
  meanwhile(() => add('two'));
  await assert.rejects(add('two'), (error) => isCoreError(error, 'Duplicate'));
  meanwhile(() => deleteLifecycle(core, testActor, bucket));
  const three = await add('three');
  assert.deepEqual(await getLifecycle(core, bucket), [three]);
  assert.equal(await getRule(core, { bucket, id }), undefined);
});

it('a document put as a whole keeps what its door cannot say of rules with the same id', async () => {
  const { id } = await add('named', { attribute: 'C_TIME' });
  const whole = [
    { id, enabled: false, form: 'rule' as const, prefix: 'a', ...days(9) },
    { id: 'other', enabled: true, form: 'filter' as const, ...days(2) },
  ];
  const put = await putLifecycle(core, testActor, { bucket, rules: whole });
  assert.deepEqual(put, [{ ...whole[0], name: 'named', attribute: 'C_TIME' }, whole[1]]);
  assert.deepEqual(await getLifecycle(core, bucket), put);
});

it('documents of earlier versions are read: their rules have no names', () => {
  const rule = ['r', true, 'filter', 'a/', null, null, [0, 3], 2, 4, 5, true];
  for (const [version, length] of [
    [1, 8],
    [2, 11],
  ] as const) {
    const header = new Packr({ useRecords: false }).pack([version, bucket, 7, [rule.slice(0, length)]]);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(header.length);
    const { rules } = lifecycleDocument.format.decode(Buffer.concat([size, header]));
    const ofVersions = { noncurrentDays: 4, newerNoncurrentVersions: 5, expiredDeleteMarker: true };
    assert.deepEqual(rules, [
      {
        id: 'r',
        enabled: true,
        form: 'filter',
        prefix: 'a/',
        ...days(3),
        abortAfterDays: 2,
        ...(version > 1 && ofVersions),
      },
    ]);
  }
});
