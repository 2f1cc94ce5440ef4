import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isListed, isNetwork, plainAddress } from './addresses.ts';

test('takes addresses and networks of both families, and nothing else', () => {
  for (const text of [
    '1.2.3.4',
    '0.0.0.0/0',
    '10.0.0.0/8',
    '1.2.3.4/32',
    '::1',
    '2001:db8::/32',
    '::/0',
    '::ffff:1.2.3.4',
  ]) {
    assert.ok(isNetwork(text), text);
  }
  const wrong = [
    [
      '',
      ' 1.2.3.4',
      '1.2.3.4 ',
      '1.2.3',
      '1.2.3.256',
      '01.2.3.4',
      '1.2.3.4/33',
      '1.2.3.4/',
      '1.2.3.4/-1',
      '1.2.3.4/08',
    ],
    [
      '1.2.3.4/255.0.0.0',
      '1.2.3.*',
      '1.2.3.4-1.2.3.9',
      'localhost',
      '::1/129',
      'fe80::1%eth0',
      '::ffff:1.2.3.4/120',
      ':::',
    ],
  ].flat();
  for (const text of wrong) assert.ok(!isNetwork(text), JSON.stringify(text));
});

test('finds addresses in lists', () => {
  const list = ['10.1.0.0/16', '192.0.2.7', '2001:db8::/32', '198.51.100.9/24'];
  for (const address of ['10.1.255.1', '::ffff:10.1.2.3', '192.0.2.7', '2001:DB8::5', '198.51.100.1']) {
    assert.ok(isListed(list, address), address);
  }
  for (const address of [
    '10.2.0.1',
    '192.0.2.8',
    '2001:db9::1',
    '::ffff:10.2.0.1',
    '',
    'unknown',
    '10.1.0.0/16',
  ]) {
    assert.ok(!isListed(list, address), address);
  }
  assert.ok(!isListed([], '10.1.0.1'));
  assert.ok(isListed(['0.0.0.0/0'], '203.0.113.1'));
  assert.ok(!isListed(['0.0.0.0/0'], '2001:db8::1'));
});

test('networks of one family hold no addresses of the other', () => {
  for (const network of ['::/0', '::/64', '::ffff:0:0/96']) {
    assert.ok(!isListed([network], '127.0.0.1'), network);
    assert.ok(!isListed([network], '::ffff:127.0.0.1'), network);
  }
  assert.ok(isListed(['::/0'], '2001:db8::1'));
  assert.ok(!isListed(['0.0.0.0/0'], '2001:db8::1'));
  assert.ok(isListed(['::/0', '0.0.0.0/0'], '127.0.0.1'));
});

test('undresses IPv4 addresses', () => {
  assert.equal(plainAddress('::FFFF:127.0.0.1'), '127.0.0.1');
  assert.equal(plainAddress('::1'), '::1');
});
