/** Requests signed by the AWS SDK's own signer, which shares no code with ours. */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { SignatureV4 } from '@smithy/signature-v4';
import {
  authenticate,
  example,
  exampleCore,
  isS3Error,
  pieces,
  readAll,
  type TestRequest,
} from '../../../../test/support/s3-signing.ts';
import type { Core } from '../../../core/core.ts';

const credentials = { accessKeyId: example.access, secretAccessKey: example.secret };

/** The SDK wants a hash it can construct; this is Node's. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    const key = typeof secret === 'object' && 'buffer' in secret ? new Uint8Array(secret.buffer) : secret;
    this.#hash =
      key === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof key === 'string' ? key : new Uint8Array(key));
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

function signerIn(region: string): SignatureV4 {
  return new SignatureV4({
    service: 's3',
    region,
    credentials,
    sha256: Sha256 as never,
    uriEscapePath: false,
    applyChecksum: true,
  });
}

interface Unsigned {
  readonly method: string;
  readonly path: string;
  readonly query?: Record<string, string | string[]>;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly region?: string;
}

const host = 'localhost:9000';

function encodeQuery(query: Readonly<Record<string, string | string[] | null>>): string {
  const pairs = Object.entries(query).flatMap(([name, values]) =>
    [values ?? ''].flat().map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

async function signed({ region = 'kr-central-2', ...request }: Unsigned): Promise<TestRequest> {
  const { headers, query } = await signerIn(region).sign(
    {
      protocol: 'http:',
      hostname: 'localhost',
      query: {},
      ...request,
      headers: { host, ...request.headers },
    },
    { signingDate: new Date(example.time) },
  );
  return {
    method: request.method,
    target: `${request.path}${encodeQuery(query ?? {})}`,
    headers: Object.entries(headers).flat(),
  };
}

const keys = [
  'plain',
  'a b',
  'a+b',
  '100%',
  "!'()*~",
  '//a/../b/./',
  '한글/🏺',
  'a=b&c?d#e',
  '\u0001',
  'ünï/',
];

describe('requests signed by the SDK', () => {
  let core: Core;
  before(async () => {
    core = await exampleCore();
  });

  for (const key of keys) {
    const path = `/photos/${key.split('/').map(encode).join('/')}`;

    it(`verify for the key ${JSON.stringify(key)}`, async () => {
      const request = await signed({ method: 'GET', path });
      assert.equal((await authenticate(core, request)).actor.kind, 'user');
      await assert.rejects(
        authenticate(core, { ...request, target: `${request.target}x` }),
        isS3Error('SignatureDoesNotMatch'),
      );
    });

    it(`verify as a query value: ${JSON.stringify(key)}`, async () => {
      const query = { prefix: key, 'list-type': '2', delimiter: '', 'a-b': '1', a: ['2', '1'] };
      const request = await signed({ method: 'GET', path: '/photos', query });
      assert.equal((await authenticate(core, request)).actor.kind, 'user');
    });
  }

  for (const region of ['us-east-1', 'kr-central-2', 'anywhere']) {
    it(`verify in the region ${region}`, async () => {
      assert.ok(await authenticate(core, await signed({ method: 'GET', path: '/', region })));
    });
  }

  it('verify with any white space in headers', async () => {
    const headers = { 'x-amz-meta-a': '  one   two\tthree  ', 'x-amz-meta-empty': '' };
    assert.ok(await authenticate(core, await signed({ method: 'PUT', path: '/b/k', headers })));
  });

  it('verify a blank written as + in the query', async () => {
    const request = await signed({ method: 'GET', path: '/b', query: { prefix: 'a b' } });
    assert.ok(await authenticate(core, { ...request, target: request.target.replace('%20', '+') }));
  });

  it('verify their payload', async () => {
    const request = await signed({ method: 'PUT', path: '/b/k', body: 'abc' });
    const { decodeBody } = await authenticate(core, {
      ...request,
      headers: [...(request.headers ?? []), 'Content-Length', '3'],
    });
    const body = decodeBody(pieces(Buffer.from('abc'), 1));
    assert.equal(body.length, 3);
    assert.equal((await readAll(body)).toString(), 'abc');
    await assert.rejects(
      readAll(decodeBody(pieces(Buffer.from('abd')))),
      isS3Error('XAmzContentSHA256Mismatch'),
    );
  });
});

describe('URLs presigned by the SDK', () => {
  let core: Core;
  before(async () => {
    core = await exampleCore();
  });
  const client = new S3Client({
    region: 'kr-central-2',
    endpoint: `http://${host}`,
    forcePathStyle: true,
    credentials,
  });
  const options = { signingDate: new Date(example.time), expiresIn: 60 };

  async function presigned(
    command: GetObjectCommand | PutObjectCommand,
    method: string,
  ): Promise<TestRequest> {
    const url = await getSignedUrl(client, command as GetObjectCommand, options);
    const origin = `http://${host}`;
    assert.ok(url.startsWith(`${origin}/`), url);
    return { method, target: url.slice(origin.length), headers: ['Host', host] };
  }

  for (const key of keys) {
    it(`verify for the key ${JSON.stringify(key)}`, async () => {
      const request = await presigned(new GetObjectCommand({ Bucket: 'photos', Key: key }), 'GET');
      assert.equal((await authenticate(core, request)).actor.kind, 'user');
    });
  }

  it('verify for a PUT whose checksum the SDK wrote into the URL, and take any body', async () => {
    const request = await presigned(new PutObjectCommand({ Bucket: 'photos', Key: 'k' }), 'PUT');
    const { decodeBody } = await authenticate(core, request);
    assert.equal((await readAll(decodeBody(pieces(Buffer.from('abc'))))).toString(), 'abc');
  });

  it('end with their time', async () => {
    const request = await presigned(new GetObjectCommand({ Bucket: 'photos', Key: 'k' }), 'GET');
    assert.ok(await authenticate(core, { ...request, at: example.time + 60_000 }));
    await assert.rejects(
      authenticate(core, { ...request, at: example.time + 61_000 }),
      isS3Error('AccessDenied', 'Request has expired'),
    );
    assert.ok(await authenticate(core, { ...request, at: example.time - 15 * 60_000 }));
    await assert.rejects(
      authenticate(core, { ...request, at: example.time - 16 * 60_000 }),
      isS3Error('AccessDenied', 'not valid yet'),
    );
  });
});

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
