import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RequestView } from '../../base/http/request-view.ts';
import type { BodyStream } from '../operation.ts';
import {
  bindIntegrity,
  checksumAlgorithms,
  checksumNames,
  checksumReplyHeaders,
  parseIntegrity,
  parseIntegrityHeaders,
} from './checksum-headers.ts';
import { S3Error, type S3ErrorCode } from './errors.ts';
import type { S3View } from './request.ts';

function viewOf(...headers: string[]): S3View {
  const request = new RequestView(
    { method: 'PUT', url: '/b/k', rawHeaders: headers },
    { address: '127.0.0.1', secure: false, requestId: '0'.repeat(32), receivedAt: 0 },
  );
  return { request, style: 'path', bucket: 'b', key: 'k' };
}

function bodyWith(trailers: Record<string, string>): BodyStream {
  return { length: 0, trailers: new Map(Object.entries(trailers)), async *[Symbol.asyncIterator]() {} };
}

function refused(code: S3ErrorCode, ...headers: string[]) {
  assert.throws(
    () => parseIntegrityHeaders(viewOf(...headers)),
    (error) => error instanceof S3Error && error.code === code,
    `${headers.join(' ')} should be ${code}`,
  );
}

const md5OfNothing = '1B2M2Y8AsgTpgAmY7PhCfg==';

describe('announced digests', () => {
  it('are none without headers', () => {
    assert.deepEqual(parseIntegrity(viewOf(), bodyWith({})), { expected: [] });
  });

  it('take Content-MD5', () => {
    const { expected, checksum } = parseIntegrity(viewOf('Content-MD5', md5OfNothing), bodyWith({}));
    assert.equal(checksum, undefined);
    assert.deepEqual(expected, [{ algorithm: 'md5', value: Buffer.from(md5OfNothing, 'base64') }]);
  });

  for (const bad of [
    '',
    'x',
    '1B2M2Y8AsgTpgAmY7PhCfg',
    'AAAA',
    '1B2M2Y8AsgTpgAmY7PhCfg== ',
    'd41d8cd98f00b204e9800998ecf8427e',
  ]) {
    it(`refuse the Content-MD5 "${bad}"`, () => refused('InvalidDigest', 'Content-MD5', bad));
  }

  for (const algorithm of checksumAlgorithms) {
    const { header, bytes, digest } = checksumNames[algorithm];
    const value = Buffer.alloc(bytes, 0xa7);

    it(`take ${header}, in a header and in a trailer`, () => {
      const text = value.toString('base64');
      const direct = parseIntegrity(viewOf(header, text), bodyWith({}));
      assert.deepEqual(direct, { expected: [{ algorithm: digest, value }], checksum: algorithm });

      const plan = parseIntegrityHeaders(
        viewOf('x-amz-trailer', header, 'x-amz-sdk-checksum-algorithm', algorithm),
      );
      const { expected, checksum } = bindIntegrity(plan, bodyWith({ [header]: text }));
      assert.equal(checksum, algorithm);
      const [late] = expected;
      assert.ok(late !== undefined && typeof late.value === 'function');
      assert.equal(late.algorithm, digest);
      assert.deepEqual(late.value(), value);
    });

    it(`refuse a ${header} that is no digest`, () => {
      refused('InvalidRequest', header, 'nonsense!');
      refused('InvalidRequest', header, Buffer.alloc(bytes + 1).toString('base64'));
      refused('InvalidRequest', header, '');
    });
  }

  it('refuse several checksums', () => {
    refused('InvalidRequest', 'x-amz-checksum-crc32', 'AAAAAA==', 'x-amz-checksum-crc32c', 'AAAAAA==');
    refused('InvalidRequest', 'x-amz-checksum-crc32', 'AAAAAA==', 'x-amz-trailer', 'x-amz-checksum-sha1');
    refused('InvalidRequest', 'x-amz-trailer', 'x-amz-checksum-crc32, x-amz-checksum-sha1');
    refused('InvalidRequest', 'x-amz-checksum-crc32', 'AAAAAA==', 'x-amz-checksum-crc32', 'AAAAAA==');
  });

  it('refuse an algorithm that does not go with the value', () => {
    refused('InvalidRequest', 'x-amz-sdk-checksum-algorithm', 'CRC32');
    refused('InvalidRequest', 'x-amz-sdk-checksum-algorithm', 'SHA1', 'x-amz-checksum-crc32', 'AAAAAA==');
    refused(
      'InvalidRequest',
      'x-amz-sdk-checksum-algorithm',
      'SHA1',
      'x-amz-trailer',
      'x-amz-checksum-crc32',
    );
    refused('InvalidRequest', 'x-amz-sdk-checksum-algorithm', 'ROT13');
    refused('InvalidRequest', 'x-amz-checksum-algorithm', 'ROT13');
  });

  it('refuse a checksum nobody here can check', () => {
    refused('NotImplemented', 'x-amz-checksum-xxhash64', 'AAAAAAAAAAA=');
    refused('NotImplemented', 'x-amz-trailer', 'x-amz-checksum-xxhash64');
  });

  it('leave the headers about checksums alone', () => {
    const headers = ['x-amz-checksum-type', 'FULL_OBJECT', 'x-amz-checksum-mode', 'ENABLED'];
    assert.deepEqual(parseIntegrity(viewOf(...headers), bodyWith({})), { expected: [] });
    assert.deepEqual(parseIntegrityHeaders(viewOf('x-amz-checksum-algorithm', 'crc64nvme')), {
      known: [],
      checksum: 'CRC64NVME',
    });
  });

  it('fail late when the trailer is missing or wrong', () => {
    const view = viewOf('x-amz-trailer', 'x-amz-checksum-crc32');
    const valueFrom = (trailers: Record<string, string>) => {
      const [late] = parseIntegrity(view, bodyWith(trailers)).expected;
      assert.ok(late !== undefined && typeof late.value === 'function');
      return late.value;
    };
    const withCode = (code: S3ErrorCode) => (error: unknown) =>
      error instanceof S3Error && error.code === code;
    assert.throws(valueFrom({}), withCode('MalformedTrailerError'));
    assert.throws(valueFrom({ 'x-amz-checksum-crc32': 'AAAA' }), withCode('InvalidRequest'));
  });

  it('go back as headers', () => {
    assert.deepEqual(checksumReplyHeaders({ algorithm: 'CRC32', type: 'COMPOSITE', value: 'AAAAAA==-2' }), {
      'x-amz-checksum-crc32': 'AAAAAA==-2',
      'x-amz-checksum-type': 'COMPOSITE',
    });
    assert.deepEqual(checksumReplyHeaders(), {});
  });
});
