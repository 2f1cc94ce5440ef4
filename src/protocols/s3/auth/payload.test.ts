/** What a body must keep to, from the headers that announce it to its end. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { crc32 } from 'node:zlib';
import {
  authenticate,
  emptySha256,
  exampleCore,
  isS3Error,
  pieces,
  readAll,
  signedRequest,
  type TestRequest,
} from '../../../../test/support/s3-signing.ts';
import type { Core } from '../../../core/core.ts';
import { isCoreError } from '../../../core/errors.ts';
import type { S3ErrorCode } from '../errors.ts';

let core: Core;
before(async () => {
  core = await exampleCore();
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
