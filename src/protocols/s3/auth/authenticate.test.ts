/** What is refused, and what a body must keep to. Requests are signed with our own arithmetic; other files prove that. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { crc32 } from 'node:zlib';
import { Query } from '../../../base/http/query.ts';
import type { Core } from '../../../core/core.ts';
import { isCoreError } from '../../../core/errors.ts';
import type { S3ErrorCode } from '../errors.ts';
import { formatAmzDate } from './amz-date.ts';
import {
  authenticate,
  emptySha256,
  example,
  exampleCore,
  isS3Error,
  pieces,
  readAll,
  type TestRequest,
} from './signing.test-support.ts';
import {
  type Claim,
  canonicalRequest,
  deriveSigningKey,
  type Folding,
  joinHeaders,
  sign,
  stringToSign,
} from './sigv4.ts';

interface Signing {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: readonly string[];
  readonly payload?: string;
  readonly access?: string;
  readonly secret?: string;
  readonly service?: string;
  /** Seconds between signing and arrival. */
  readonly age?: number;
  /** Names signed beside host, x-amz-content-sha256 and x-amz-date. */
  readonly also?: readonly string[];
  readonly without?: string;
  readonly folding?: Folding;
}

function credentialOf({ access, scope }: Claim): string {
  return `${access}/${scope.date}/${scope.region}/${scope.service}/aws4_request`;
}

/** A request signed by header, in the form `TestRequest` wants. */
function signedRequest(signing: Signing = {}): TestRequest {
  const { method = 'GET', target = '/b/k', payload = emptySha256, also = [], age = 0 } = signing;
  const timestamp = formatAmzDate(example.time - age * 1000);
  const headers = [
    ...['Host', 'localhost', 'X-Amz-Date', timestamp, 'X-Amz-Content-Sha256', payload],
    ...(signing.headers ?? []),
  ];
  const names = ['host', 'x-amz-content-sha256', 'x-amz-date', ...also].sort();
  const claim: Claim = {
    access: signing.access ?? example.access,
    scope: { date: timestamp.slice(0, 8), region: 'kr-central-2', service: signing.service ?? 's3' },
    timestamp,
    signedHeaders: names.filter((name) => name !== signing.without),
    signature: '',
    payload,
  };
  const [path = '', query = ''] = target.split('?');
  const parts = { method, path, query: new Query(query), headers: joinHeaders(headers) };
  const key = deriveSigningKey(signing.secret ?? example.secret, claim.scope);
  const signature = sign(key, stringToSign(claim, canonicalRequest(parts, claim, signing.folding ?? 'fold')));
  const authorization =
    `AWS4-HMAC-SHA256 Credential=${credentialOf(claim)}, ` +
    `SignedHeaders=${claim.signedHeaders.join(';')}, Signature=${signature}`;
  return { method, target, headers: [...headers, 'Authorization', authorization] };
}

function withHeader(request: TestRequest, name: string, change: (value: string) => string | undefined) {
  const headers: string[] = [];
  const old = request.headers ?? [];
  for (let i = 0; i < old.length; i += 2) {
    const header = old[i] ?? '';
    const value = header.toLowerCase() === name ? change(old[i + 1] ?? '') : old[i + 1];
    if (value !== undefined) headers.push(header, value);
  }
  return { ...request, headers };
}

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

/** A URL presigned with our own arithmetic, its parameters changed before signing. */
function presigned(
  changes: Record<string, string | undefined> = {},
  headers: readonly string[] = [],
): TestRequest {
  const parameters: Record<string, string | undefined> = {
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${example.access}/20130524/kr-central-2/s3/aws4_request`,
    'X-Amz-Date': example.timestamp,
    'X-Amz-Expires': '60',
    'X-Amz-SignedHeaders': 'host',
    ...changes,
  };
  const query = Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`)
    .join('&');
  const scope = { date: '20130524', region: 'kr-central-2', service: 's3' };
  const claim: Claim = {
    access: example.access,
    scope,
    timestamp: example.timestamp,
    signedHeaders: ['host'],
    signature: '',
    payload: changes['X-Amz-Content-Sha256'] ?? 'UNSIGNED-PAYLOAD',
  };
  const all = ['Host', 'localhost', ...headers];
  const parts = { method: 'PUT', path: '/b/k', query: new Query(query), headers: joinHeaders(all) };
  const text = stringToSign(claim, canonicalRequest(parts, claim, 'fold'));
  const signature = sign(deriveSigningKey(example.secret, scope), text);
  return { method: 'PUT', target: `/b/k?${query}&X-Amz-Signature=${signature}`, headers: all };
}

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

describe('the form of a body', () => {
  const put = (payload: string, headers: readonly string[] = []): TestRequest =>
    signedRequest({
      method: 'PUT',
      payload,
      headers,
      also: headers.filter((name, at) => at % 2 === 0 && name.startsWith('x-amz-')),
    });
  const unsignedTrailer = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
  const chunkHeaders = [
    ...['Content-Encoding', 'aws-chunked', 'x-amz-decoded-content-length', '3'],
    ...['x-amz-trailer', 'x-amz-checksum-crc32'],
  ];
  const crcOfAbc = Buffer.from(crc32('abc').toString(16).padStart(8, '0'), 'hex').toString('base64');
  const chunked = `3\r\nabc\r\n0\r\nx-amz-checksum-crc32:${crcOfAbc}\r\n\r\n`;

  it('has the length that was announced', async () => {
    const lengthOf = async (...headers: string[]) =>
      (await authenticate(core, put('UNSIGNED-PAYLOAD', headers))).decodeBody(pieces(Buffer.alloc(0))).length;
    assert.equal(await lengthOf('Content-Length', '7'), 7);
    assert.equal(await lengthOf('Transfer-Encoding', 'chunked'), undefined);
    assert.equal(await lengthOf(), 0);
  });

  it('may be unsigned chunks with a trailer', async () => {
    const { decodeBody } = await authenticate(core, put(unsignedTrailer, chunkHeaders));
    const body = decodeBody(pieces(Buffer.from(chunked), 4, 9));
    assert.equal(body.length, 3);
    assert.equal((await readAll(body)).toString(), 'abc');
    assert.equal(body.trailers.get('x-amz-checksum-crc32'), crcOfAbc);
  });

  it('may be unsigned chunks without saying so, when nobody signed the body', async () => {
    const anonymous = { method: 'PUT', target: '/b/k', headers: ['Host', 'localhost', ...chunkHeaders] };
    const { decodeBody } = await authenticate(core, anonymous);
    assert.equal((await readAll(decodeBody(pieces(Buffer.from(chunked))))).toString(), 'abc');
  });

  it('is checked for anonymous writers too', async () => {
    const headers = ['Host', 'localhost', 'x-amz-content-sha256', emptySha256];
    const { decodeBody } = await authenticate(core, { method: 'PUT', target: '/b/k', headers });
    await assert.rejects(
      readAll(decodeBody(pieces(Buffer.from('abc')))),
      isS3Error('XAmzContentSHA256Mismatch'),
    );
  });

  const refusals: [name: string, request: TestRequest, code: S3ErrorCode][] = [
    ['nonsense', put('nonsense'), 'InvalidArgument'],
    ['a digest that is cut', put(emptySha256.slice(1)), 'InvalidArgument'],
    ['asymmetric signatures', put('STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD'), 'NotImplemented'],
    [
      'asymmetric signatures and trailers',
      put('STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER'),
      'NotImplemented',
    ],
    ['chunks without their length', put(unsignedTrailer), 'MissingContentLength'],
    [
      'chunks whose length is no number',
      put(unsignedTrailer, ['x-amz-decoded-content-length', '-3']),
      'InvalidArgument',
    ],
    [
      'signed chunks of an anonymous writer',
      {
        method: 'PUT',
        target: '/b/k',
        headers: [
          ...['x-amz-content-sha256', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'],
          ...['x-amz-decoded-content-length', '3'],
        ],
      },
      'InvalidRequest',
    ],
  ];
  for (const [name, request, code] of refusals) {
    it(`is refused before it is read: ${name}`, async () => {
      await assert.rejects(authenticate(core, request), isS3Error(code));
    });
  }

  it('does not matter to operations without a body', async () => {
    assert.ok(await authenticate(core, put(unsignedTrailer), 'none'));
  });
});

describe('the digests of a document', () => {
  const document = (headers: readonly string[], name = 'DeleteObjects') =>
    authenticate(
      core,
      { method: 'POST', target: '/b?delete', headers: ['Host', 'x', ...headers] },
      'document',
      name,
    );
  const read = async (headers: readonly string[], text: string, name?: string) =>
    (await readAll((await document(headers, name)).decodeBody(pieces(Buffer.from(text), 1)))).toString();
  const md5OfAbc = createHash('md5').update('abc').digest('base64');
  const sha1OfAbc = createHash('sha1').update('abc').digest('base64');

  it('are checked at its end', async () => {
    const headers = ['Content-MD5', md5OfAbc, 'x-amz-checksum-sha1', sha1OfAbc];
    assert.equal(await read(headers, 'abc'), 'abc');
    await assert.rejects(read(['Content-MD5', md5OfAbc], 'abd'), (error) => isCoreError(error, 'BadDigest'));
    await assert.rejects(
      read(['x-amz-checksum-sha1', sha1OfAbc], 'abd'),
      (error) => isCoreError(error, 'BadDigest') && error.details.digest === 'sha1',
    );
  });

  it('may come in a trailer', async () => {
    const headers = [
      ...['x-amz-content-sha256', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'x-amz-decoded-content-length', '3'],
      ...['x-amz-trailer', 'x-amz-checksum-sha1'],
    ];
    const chunked = (value: string) => `3\r\nabc\r\n0\r\nx-amz-checksum-sha1:${value}\r\n\r\n`;
    assert.equal(await read(headers, chunked(sha1OfAbc)), 'abc');
    await assert.rejects(read(headers, chunked(Buffer.alloc(20).toString('base64'))), (error) =>
      isCoreError(error, 'BadDigest'),
    );
  });

  it('are refused early when they are none', async () => {
    await assert.rejects(document(['Content-MD5', 'x']), isS3Error('InvalidDigest'));
    await assert.rejects(document(['x-amz-checksum-sha1', 'x']), isS3Error('InvalidRequest'));
  });

  it('are not the checksum of the object that a completed upload names', async () => {
    const headers = ['x-amz-checksum-crc32', 'AAAAAA==-2', 'Content-MD5', md5OfAbc];
    assert.equal(await read(headers, 'abc', 'CompleteMultipartUpload'), 'abc');
    await assert.rejects(read(headers, 'abd', 'CompleteMultipartUpload'), (error) =>
      isCoreError(error, 'BadDigest'),
    );
  });
});
