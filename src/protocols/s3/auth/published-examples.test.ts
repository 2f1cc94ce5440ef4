/** The signatures AWS publishes in the S3 API reference, as known answers. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  authenticate,
  emptySha256,
  example,
  exampleCore,
  isS3Error,
  pieces,
  readAll,
  type TestRequest,
} from '../../../../test/support/s3-signing.ts';
import type { Core } from '../../../core/core.ts';

const scope = `${example.access}/20130524/us-east-1/s3/aws4_request`;

function authorization(signedHeaders: string, signature: string): string {
  return `AWS4-HMAC-SHA256 Credential=${scope},SignedHeaders=${signedHeaders},Signature=${signature}`;
}

const emptyBody = ['x-amz-content-sha256', emptySha256, 'x-amz-date', example.timestamp];

/** Pages "Single chunk" and "Using Query Parameters". */
const examples: Record<string, TestRequest> = {
  'GET object with a range': {
    target: '/test.txt',
    headers: [
      ...['Host', example.host, 'Range', 'bytes=0-9', ...emptyBody, 'Authorization'],
      authorization(
        'host;range;x-amz-content-sha256;x-amz-date',
        'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
      ),
    ],
  },
  'PUT object': {
    method: 'PUT',
    target: '/test$file.text',
    headers: [
      ...['Host', example.host, 'Date', 'Fri, 24 May 2013 00:00:00 GMT'],
      ...['x-amz-date', example.timestamp, 'x-amz-storage-class', 'REDUCED_REDUNDANCY'],
      'x-amz-content-sha256',
      '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
      'Authorization',
      authorization(
        'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
        '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
      ),
    ],
  },
  'GET bucket lifecycle': {
    target: '/?lifecycle',
    headers: [
      ...['Host', example.host, ...emptyBody, 'Authorization'],
      authorization(
        'host;x-amz-content-sha256;x-amz-date',
        'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
      ),
    ],
  },
  'GET bucket, listing objects': {
    target: '/?max-keys=2&prefix=J',
    headers: [
      ...['Host', example.host, ...emptyBody, 'Authorization'],
      authorization(
        'host;x-amz-content-sha256;x-amz-date',
        '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
      ),
    ],
  },
  'a presigned GET': {
    target:
      `/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${scope.replaceAll('/', '%2F')}` +
      '&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host' +
      '&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    headers: ['Host', example.host],
  },
};

const kilobytes65 = Buffer.alloc(66_560, 'a');

interface Chunked {
  readonly seed: string;
  readonly chunks: readonly [string, string, string];
  readonly tail: string;
  readonly form: string;
  readonly length: number;
  readonly trailer: readonly string[];
}

function chunkedRequest({ seed, form, length, trailer }: Chunked): TestRequest {
  const encoding = trailer.length === 0 ? ['content-length', String(length)] : [];
  const names = ['host', 'x-amz-content-sha256', 'x-amz-date', 'x-amz-decoded-content-length'];
  const signed = ['content-encoding', ...encoding.slice(0, 1), ...names, 'x-amz-storage-class'];
  if (trailer.length > 0) signed.push('x-amz-trailer');
  return {
    method: 'PUT',
    target: '/examplebucket/chunkObject.txt',
    headers: [
      ...['Host', 's3.amazonaws.com', 'x-amz-date', example.timestamp],
      ...['x-amz-storage-class', 'REDUCED_REDUNDANCY', 'x-amz-content-sha256', form],
      ...['Content-Encoding', 'aws-chunked', 'x-amz-decoded-content-length', '66560'],
      ...['Content-Length', String(length), ...trailer],
      ...['Authorization', authorization(signed.join(';'), seed)],
    ],
  };
}

function chunkedBody({ chunks: [first, second, last], tail }: Chunked): Buffer {
  return Buffer.concat([
    Buffer.from(`10000;chunk-signature=${first}\r\n`),
    kilobytes65.subarray(0, 65_536),
    Buffer.from(`\r\n400;chunk-signature=${second}\r\n`),
    kilobytes65.subarray(65_536),
    Buffer.from(`\r\n0;chunk-signature=${last}\r\n${tail}\r\n`),
  ]);
}

/** Page "Transferring Payload in Multiple Chunks". */
const signedChunks: Chunked = {
  seed: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
  chunks: [
    'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
    '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
    'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
  ],
  tail: '',
  form: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  length: 66_824,
  trailer: [],
};

/** Page "Trailing headers". */
const signedTrailers: Chunked = {
  seed: '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e',
  chunks: [
    'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2',
    '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7',
    '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992',
  ],
  tail:
    'x-amz-checksum-crc32c:sOO8/Q==\r\n' +
    'x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n',
  form: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
  length: 66_946,
  trailer: ['x-amz-trailer', 'x-amz-checksum-crc32c'],
};

describe('the published examples', () => {
  let core: Core;
  before(async () => {
    core = await exampleCore();
  });

  for (const [name, request] of Object.entries(examples)) {
    it(`verify: ${name}`, async () => {
      const { actor } = await authenticate(core, request);
      assert.equal(actor.kind, 'user');
      assert.equal(actor.address, '192.0.2.7');
      assert.equal(actor.kind === 'user' && actor.proof.id, example.access);
    });

    it(`do not verify for another method: ${name}`, async () => {
      await assert.rejects(
        authenticate(core, { ...request, method: 'DELETE' }),
        isS3Error('SignatureDoesNotMatch'),
      );
    });
  }

  it('verify the payload of the PUT', async () => {
    const put = examples['PUT object'];
    assert.ok(put);
    const text = 'Welcome to Amazon S3.';
    const { decodeBody } = await authenticate(core, put);
    assert.equal((await readAll(decodeBody(pieces(Buffer.from(text), 5)))).toString(), text);
    await assert.rejects(
      readAll(decodeBody(pieces(Buffer.from('Welcome to Amazon S4.')))),
      isS3Error('XAmzContentSHA256Mismatch'),
    );
  });

  for (const [name, chunked] of Object.entries({ signedChunks, signedTrailers })) {
    it(`verify a chunked upload: ${name}`, async () => {
      const { decodeBody } = await authenticate(core, chunkedRequest(chunked));
      const encoded = chunkedBody(chunked);
      assert.equal(encoded.length, chunked.length);
      const body = decodeBody(pieces(encoded, 40, 70_000 - 40_000, 65_650));
      assert.equal(body.length, 66_560);
      assert.ok((await readAll(body)).equals(kilobytes65));
      const value = body.trailers.get('x-amz-checksum-crc32c');
      assert.equal(value, chunked.trailer.length > 0 ? 'sOO8/Q==' : undefined);
    });
  }
});
