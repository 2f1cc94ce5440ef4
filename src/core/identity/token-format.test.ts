import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { projectRoles } from '../access/roles.ts';
import type { ProjectId, UserId } from '../model/names.ts';
import { createMasterKey } from './master-key.ts';
import { newAuditId, openToken, sealToken, type TokenClaims, tokenMethods } from './token-format.ts';

const masterKey = createMasterKey(Buffer.alloc(32, 1));
const now = Date.UTC(2026, 10, 21);

const example: TokenClaims = {
  auditId: newAuditId(randomBytes),
  userId: 'f61e7df2a1d349e7b35d62ef9c615853' as UserId,
  methods: ['application_credential'],
  scope: {
    projectId: '0bc7a4c4a8fb4fee98dcf1936d8ed8eb' as ProjectId,
    roles: ['project-admin'],
    memberSince: now - 5000,
  },
  proof: '1'.repeat(32),
  issuedAt: now,
  expiresAt: now + 43_200_000,
};

test('looks like a Fernet token of the usual length', () => {
  const token = sealToken(masterKey, example);
  assert.match(token, /^gAAAAAB[A-Za-z0-9_-]+$/);
  assert.ok(token.length >= 160 && token.length <= 204, String(token.length));
});

test('gives back exactly the claims it was made of', () => {
  const hex = fc
    .uint8Array({ minLength: 16, maxLength: 16 })
    .map((bytes) => Buffer.from(bytes).toString('hex'));
  const time = fc.integer({ min: 1_500_000_000_000, max: 4_000_000_000_000 });
  const claims: fc.Arbitrary<TokenClaims> = fc
    .record({
      auditId: fc
        .uint8Array({ minLength: 16, maxLength: 16 })
        .map((bytes) => Buffer.from(bytes).toString('base64url')),
      userId: hex.map((id) => id as UserId),
      methods: fc.subarray([...tokenMethods]),
      scope: fc.option(
        fc.record(
          {
            projectId: hex.map((id) => id as ProjectId),
            roles: fc.subarray([...projectRoles]),
            memberSince: time,
          },
          { noNullPrototype: true },
        ),
        { nil: undefined },
      ),
      proof: hex,
      issuedAt: time,
      expiresAt: time,
    })
    .map(({ scope, ...rest }) => (scope === undefined ? rest : { ...rest, scope }));
  fc.assert(
    fc.property(claims, (value) => {
      assert.deepEqual(openToken(masterKey, sealToken(masterKey, value)), value);
    }),
  );
});

test('refuses every text but the one issued', () => {
  const token = sealToken(masterKey, example);
  for (let i = 0; i < token.length; i += 1) {
    for (const other of ['A', 'B', '_', '-', 'g', '=', ' ']) {
      if (token[i] === other) continue;
      const changed = token.slice(0, i) + other + token.slice(i + 1);
      assert.equal(openToken(masterKey, changed), undefined, `character ${i}`);
    }
  }
  for (const text of [
    '',
    'gAAAAAB',
    `${token}=`,
    `${token}A`,
    token.slice(0, -1),
    ` ${token}`,
    'x'.repeat(5000),
  ]) {
    assert.equal(openToken(masterKey, text), undefined);
  }
  assert.equal(openToken(createMasterKey(Buffer.alloc(32, 2)), token), undefined);
});
