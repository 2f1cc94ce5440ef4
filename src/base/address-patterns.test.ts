// Addresses, networks and IPv4 addresses with stars: what is a pattern, and what matches it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isAddressPattern, matchesAddress } from './address-patterns.ts';

test('takes addresses, networks and stars for octets, and nothing else', () => {
  const right = [
    '1.2.3.4',
    '10.0.0.0/8',
    '2001:db8::/32',
    '::1',
    '1.2.3.*',
    '*.2.3.4',
    '10.*.0.*',
    '*.*.*.*',
  ];
  assert.deepEqual(right.filter(isAddressPattern), right);
  const wrong = [
    '',
    '*',
    '1.2.*',
    '1.2.3.4.*',
    '1.2.3.1*',
    '1.2.3.**',
    '1.2.3.*/24',
    '01.2.3.*',
    '256.1.1.*',
  ];
  const odd = [
    '2001:db8::*',
    'a.b.c.*',
    ' 1.2.3.*',
    '1.2.3.* ',
    '1.2.3.-',
    '::ffff:1.2.3.*',
    '1..3.*',
    '1.2.3.4/33',
  ];
  assert.deepEqual([...wrong, ...odd].filter(isAddressPattern), []);
});

test('matches by octet, network and address, of both families', () => {
  const list = ['10.1.*.7', '192.0.2.0/24', '203.0.113.9', '2001:db8::/32'];
  for (const address of [
    '10.1.0.7',
    '10.1.255.7',
    '192.0.2.200',
    '203.0.113.9',
    '2001:db8:1::5',
    '::ffff:10.1.2.7',
  ])
    assert.ok(matchesAddress(list, address), address);
  for (const address of [
    '10.1.0.8',
    '10.2.0.7',
    '192.0.3.1',
    '203.0.113.8',
    '2001:db9::1',
    '',
    'nobody',
    '10.1.0.7.',
  ])
    assert.equal(matchesAddress(list, address), false, address);
  assert.equal(matchesAddress([], '1.2.3.4'), false);
  assert.equal(matchesAddress(['*.*.*.*'], '::1'), false);
});

test('a pattern matches exactly the addresses that agree with it where it has no star', () => {
  const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
  const stars = fc
    .tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean())
    .filter((s) => s.includes(true));
  fc.assert(
    fc.property(octets, stars, octets, (own, where, other) => {
      const pattern = own.map((octet, i) => (where[i] ? '*' : octet)).join('.');
      assert.ok(isAddressPattern(pattern));
      assert.ok(matchesAddress([pattern], own.join('.')));
      const agrees = other.every((octet, i) => where[i] || octet === own[i]);
      assert.equal(matchesAddress([pattern], other.join('.')), agrees);
    }),
  );
});
