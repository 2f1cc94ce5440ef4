import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dashed, undashed } from '../../base/uuid.ts';
import { formatKrn, isOfAccount, looksLikeKrn, parseKrn } from './krn.ts';

const hexId = fc.uuid().map((id) => id.replaceAll('-', ''));
const region = fc.stringMatching(/^[A-Za-z0-9-]{1,64}$/);
const accountNumber = fc.integer({ min: 1_000_000_000, max: 9_999_999_999 }).map(String);
const parts = fc.record({ region, accountNumber, project: hexId, id: hexId });

test('a KRN that was printed is read back, and is of its account', () => {
  fc.assert(
    fc.property(parts, ({ project, id, ...rest }) => {
      const text = formatKrn({ ...rest, project, type: 'bucket', id });
      assert.ok(looksLikeKrn(text));
      const krn = parseKrn(text);
      assert.ok(krn);
      assert.equal(krn.region, rest.region);
      assert.equal(krn.type, 'bucket');
      assert.equal(undashed(krn.id), id);
      assert.ok(isOfAccount(krn, { number: rest.accountNumber, project }));
    }),
  );
});

test('a KRN is of one account alone', () => {
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      const krn = parseKrn(formatKrn({ ...one, type: 'bucket' }));
      assert.ok(krn);
      const same = one.accountNumber === other.accountNumber && one.project === other.project;
      assert.equal(isOfAccount(krn, { number: other.accountNumber, project: other.project }), same);
    }),
  );
});

test('no text makes the parser throw, and what it takes has six parts behind krn', () => {
  const text = fc.oneof(
    fc.string(),
    fc.array(fc.string()).map((some) => ['krn', ...some].join(':')),
  );
  fc.assert(
    fc.property(text, (any) => {
      const krn = parseKrn(any);
      if (krn !== undefined) assert.equal(any.split(':').length, 7);
    }),
  );
});

const uuid = '0bc7a4c4-a8fb-4fee-98dc-f1936d8ed8eb';
for (const [why, text] of [
  ['a part is missing', `krn:kos:In-Bangalore-1:1234567890:${uuid}:bucket`],
  ['a part is too many', `krn:kos:In-Bangalore-1:1234567890:${uuid}:bucket:photos:more`],
  ['a part is empty', `krn:kos::1234567890:${uuid}:bucket:photos`],
  ['the account has nine digits', `krn:kos:In-Bangalore-1:123456789:${uuid}:bucket:photos`],
  ['the tenant is no UUID', 'krn:kos:In-Bangalore-1:1234567890:somebody:bucket:photos'],
  ['it is a name', 'photos'],
] as const) {
  test(`no KRN: ${why}`, () => assert.equal(parseKrn(text), undefined));
}

test('default stands for the account and the tenant of whoever asks', () => {
  const krn = parseKrn('krn:kos:In-Bangalore-1:default:default:bucket:photos');
  assert.ok(krn && isOfAccount(krn, { number: '1234567890', project: undashed(uuid) ?? '' }));
});

test('another service is nobody of ours', () => {
  const krn = parseKrn(`krn:vpc:In-Bangalore-1:1234567890:${uuid}:bucket:photos`);
  assert.ok(krn);
  assert.ok(!isOfAccount(krn, { number: '1234567890', project: undashed(uuid) ?? '' }));
});

test('ids in both spellings', () => {
  fc.assert(fc.property(hexId, (id) => assert.equal(undashed(dashed(id).toUpperCase()), id)));
  assert.equal(undashed('0bc7a4c4a8fb-4fee98dcf1936d8ed8eb'), undefined);
});
