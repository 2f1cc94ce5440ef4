/** Which signatures are believed and which are refused. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, it } from 'node:test';
import {
  authenticate,
  example,
  exampleCore,
  isS3Error,
  pieces,
  presigned,
  readAll,
  signedRequest,
  type TestRequest,
  withHeader,
} from '../../../../test/support/s3-signing.ts';
import type { Core } from '../../../core/core.ts';
import type { S3ErrorCode } from '../errors.ts';

function withAuthorization(change: (value: string) => string | undefined): TestRequest {
  return withHeader(signedRequest(), 'authorization', change);
}

let core: Core;
before(async () => {
  core = await exampleCore();
});

describe('a request without a signature', () => {
  it('is anonymous, whatever other tokens it has', async () => {
    for (const headers of [[], ['X-Auth-Token', 'gAAAA'], ['x-amz-date', 'nonsense']]) {
      assert.deepEqual((await authenticate(core, { target: '/b/k?versions', headers })).actor, {
        kind: 'anonymous',
        address: '192.0.2.7',
      });
    }
  });
});

describe('a signature by header', () => {
  it('verifies', async () => {
    assert.equal((await authenticate(core, signedRequest())).actor.kind, 'user');
    const compact = withAuthorization((value) => value.replaceAll(', ', ','));
    assert.equal((await authenticate(core, compact)).actor.kind, 'user');
  });

  it('holds for 15 minutes in both directions', async () => {
    for (const age of [0, 15 * 60, -15 * 60]) assert.ok(await authenticate(core, signedRequest({ age })));
    for (const age of [15 * 60 + 1, -15 * 60 - 1, 86_400 * 365]) {
      await assert.rejects(authenticate(core, signedRequest({ age })), isS3Error('RequestTimeTooSkewed'));
    }
  });

  it('takes the time of the Date header when there is no other', async () => {
    const request = withHeader(signedRequest({ without: 'x-amz-date' }), 'x-amz-date', () => undefined);
    const dated = (date: string) => ({ ...request, headers: [...request.headers, 'Date', date] });
    assert.ok(await authenticate(core, dated('Fri, 24 May 2013 00:00:00 GMT')));
    assert.ok(await authenticate(core, dated(example.timestamp)));
    await assert.rejects(authenticate(core, dated('yesterday')), isS3Error('AccessDenied', 'valid Date'));
    await assert.rejects(authenticate(core, request), isS3Error('AccessDenied', 'valid Date'));
  });

  const refusals: [name: string, request: () => TestRequest, code: S3ErrorCode, text?: string][] = [
    ['of an unknown key', () => signedRequest({ access: 'AKIANOBODY' }), 'InvalidAccessKeyId'],
    ['made with another secret', () => signedRequest({ secret: 'guess' }), 'SignatureDoesNotMatch'],
    ['for another path', () => ({ ...signedRequest(), target: '/b/other' }), 'SignatureDoesNotMatch'],
    ['for another query', () => ({ ...signedRequest(), target: '/b/k?acl' }), 'SignatureDoesNotMatch'],
    [
      'for another host',
      () => withHeader(signedRequest(), 'host', () => 'evil.example'),
      'SignatureDoesNotMatch',
    ],
    [
      'for another payload',
      () => withHeader(signedRequest(), 'x-amz-content-sha256', () => 'UNSIGNED-PAYLOAD'),
      'SignatureDoesNotMatch',
    ],
    [
      'for another time of the day',
      () => withHeader(signedRequest(), 'x-amz-date', () => '20130524T000001Z'),
      'SignatureDoesNotMatch',
    ],
    [
      'without the digest of the payload',
      () => withHeader(signedRequest(), 'x-amz-content-sha256', () => undefined),
      'InvalidRequest',
      'x-amz-content-sha256',
    ],
    ['of another service', () => signedRequest({ service: 'ec2' }), 'AuthorizationHeaderMalformed', '"s3"'],
    [
      'of another day',
      () => withHeader(signedRequest(), 'x-amz-date', () => '20130525T000000Z'),
      'AuthorizationHeaderMalformed',
      'day',
    ],
    ['without host', () => signedRequest({ without: 'host' }), 'AccessDenied', 'not signed'],
    [
      'with an x-amz header it does not cover',
      () => signedRequest({ headers: ['x-amz-acl', 'public-read'] }),
      'AccessDenied',
      'not signed',
    ],
    [
      'with a session token',
      () => signedRequest({ headers: ['x-amz-security-token', 't'], also: ['x-amz-security-token'] }),
      'InvalidToken',
    ],
    [
      'beside one in the query',
      () => signedRequest({ target: '/b/k?X-Amz-Signature=0' }),
      'InvalidArgument',
      'Only one auth mechanism allowed',
    ],
    ['of version 2', () => withAuthorization(() => `AWS ${example.access}:c2ln`), 'InvalidRequest', 'AWS4'],
    [
      'of version 4A',
      () => withAuthorization((value) => value.replace('HMAC-SHA256', 'ECDSA-P256-SHA256')),
      'NotImplemented',
    ],
    ['of another kind', () => withAuthorization(() => 'Bearer abc'), 'InvalidArgument', 'Authorization Type'],
    ['that is nothing', () => withAuthorization(() => ''), 'InvalidArgument'],
    ['without fields', () => withAuthorization(() => 'AWS4-HMAC-SHA256'), 'AuthorizationHeaderMalformed'],
    [
      'without a credential',
      () => withAuthorization((value) => value.replace(/Credential=[^,]*,/, '')),
      'AuthorizationHeaderMalformed',
      'Credential',
    ],
    [
      'without signed headers',
      () => withAuthorization((value) => value.replace(/SignedHeaders=[^,]*,/, '')),
      'AuthorizationHeaderMalformed',
      'SignedHeaders',
    ],
    [
      'without a signature',
      () => withAuthorization((value) => value.replace(/, Signature=.*/, '')),
      'AuthorizationHeaderMalformed',
      'Signature',
    ],
    [
      'with a short credential',
      () => withAuthorization((value) => value.replace('/kr-central-2', '')),
      'AuthorizationHeaderMalformed',
    ],
    [
      'with another end of the credential',
      () => withAuthorization((value) => value.replace('aws4_request', 'aws5_request')),
      'AuthorizationHeaderMalformed',
    ],
    [
      'with a list of signed headers that is none',
      () => withAuthorization((value) => value.replace('host;', 'host;;')),
      'AuthorizationHeaderMalformed',
    ],
    [
      'with a signature that is cut',
      () => withAuthorization((value) => value.slice(0, -1)),
      'SignatureDoesNotMatch',
    ],
  ];
  for (const [name, request, code, text] of refusals) {
    it(`is refused ${name}`, async () => {
      await assert.rejects(authenticate(core, request()), isS3Error(code, text));
    });
  }

  it('covers x-amz headers and repeated ones', async () => {
    const request = signedRequest({
      headers: ['x-amz-meta-a', 'one', 'X-Amz-Meta-A', 'two', 'Content-Type', 'text/plain'],
      also: ['x-amz-meta-a', 'content-type'],
    });
    assert.ok(await authenticate(core, request));
    for (const name of ['x-amz-meta-a', 'content-type']) {
      const changed = withHeader(request, name, (value) => `${value}!`);
      await assert.rejects(authenticate(core, changed), isS3Error('SignatureDoesNotMatch'), name);
    }
  });

  it('may keep the blanks inside header values, as s3cmd does', async () => {
    const headers = ['x-amz-meta-a', 'two  blanks'];
    for (const folding of ['fold', 'keep'] as const) {
      const request = signedRequest({ headers, also: ['x-amz-meta-a'], folding });
      assert.ok(await authenticate(core, request), folding);
      const changed = withHeader(request, 'x-amz-meta-a', () => 'twoblanks');
      await assert.rejects(authenticate(core, changed), isS3Error('SignatureDoesNotMatch'));
    }
  });

  it('tells nothing secret when it does not match', async () => {
    const request = signedRequest({ secret: 'guess' });
    await assert.rejects(authenticate(core, request), (error: unknown) => {
      const told = JSON.stringify(error);
      assert.ok(!told.includes(example.secret));
      assert.ok(!told.includes(/Signature=([0-9a-f]+)/.exec(String(request.headers))?.[1] ?? '?'));
      return true;
    });
  });
});

describe('a signature in the query', () => {
  it('verifies, and leaves the payload open', async () => {
    const { actor, decodeBody } = await authenticate(core, presigned({}, ['Content-Length', '3']));
    assert.equal(actor.kind, 'user');
    assert.equal((await readAll(decodeBody(pieces(Buffer.from('abc'))))).toString(), 'abc');
  });

  it('fixes the payload when it names its digest', async () => {
    const digest = createHash('sha256').update('abc').digest('hex');
    const { decodeBody } = await authenticate(core, presigned({ 'X-Amz-Content-Sha256': digest }));
    assert.equal((await readAll(decodeBody(pieces(Buffer.from('abc'))))).toString(), 'abc');
    await assert.rejects(
      readAll(decodeBody(pieces(Buffer.from('abd')))),
      isS3Error('XAmzContentSHA256Mismatch'),
    );
  });

  const malformed: Record<string, string | undefined>[] = [
    { 'X-Amz-Algorithm': undefined },
    { 'X-Amz-Algorithm': 'MD5' },
    { 'X-Amz-Credential': undefined },
    { 'X-Amz-Credential': 'nobody' },
    { 'X-Amz-Credential': `${example.access}/20130525/kr-central-2/s3/aws4_request` },
    { 'X-Amz-Credential': `${example.access}/20130524/kr-central-2/sts/aws4_request` },
    { 'X-Amz-Date': undefined },
    { 'X-Amz-Date': '2013-05-24' },
    { 'X-Amz-Date': '20130532T000000Z' },
    { 'X-Amz-Expires': undefined },
    { 'X-Amz-Expires': 'soon' },
    { 'X-Amz-Expires': '-1' },
    { 'X-Amz-Expires': '0' },
    { 'X-Amz-Expires': '604801' },
    { 'X-Amz-SignedHeaders': undefined },
    { 'X-Amz-SignedHeaders': ';' },
  ];
  for (const changes of malformed) {
    it(`is refused with ${JSON.stringify(changes)}${Object.keys(changes)}`, async () => {
      await assert.rejects(
        authenticate(core, presigned(changes)),
        isS3Error('AuthorizationQueryParametersError'),
      );
    });
  }

  it('is refused without the signature, changed, or with headers it does not cover', async () => {
    const request = presigned();
    const target = (change: (target: string) => string) => ({ ...request, target: change(request.target) });
    await assert.rejects(
      authenticate(
        core,
        target((text) => text.replace(/&X-Amz-Signature=.*/, '')),
      ),
      isS3Error('AuthorizationQueryParametersError', 'X-Amz-Signature'),
    );
    await assert.rejects(
      authenticate(
        core,
        target((text) => text.replace('Expires=60', 'Expires=6000')),
      ),
      isS3Error('SignatureDoesNotMatch'),
    );
    await assert.rejects(
      authenticate(
        core,
        target((text) => `${text}&acl`),
      ),
      isS3Error('SignatureDoesNotMatch'),
    );
    await assert.rejects(
      authenticate(core, presigned({}, ['x-amz-acl', 'public-read'])),
      isS3Error('AccessDenied', 'not signed'),
    );
    await assert.rejects(
      authenticate(core, presigned({ 'X-Amz-Security-Token': 't' })),
      isS3Error('InvalidToken'),
    );
    await assert.rejects(
      authenticate(core, { target: '/b/k?AWSAccessKeyId=a&Expires=1&Signature=b', headers: ['Host', 'x'] }),
      isS3Error('InvalidRequest', 'AWS4-HMAC-SHA256'),
    );
    await assert.rejects(
      authenticate(core, presigned({ 'X-Amz-Algorithm': 'AWS4-ECDSA-P256-SHA256' })),
      isS3Error('NotImplemented'),
    );
  });
});
