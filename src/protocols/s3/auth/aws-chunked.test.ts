import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { emptySha256, example, isS3Error, pieces, readAll } from '../../../../test/support/s3-signing.ts';
import { type Claim, deriveSigningKey, sha256Hex, sign } from '../../../base/wire/sigv4.ts';
import { ChunkedDecoder } from './aws-chunked.ts';
import { ChunkSignatures } from './chunk-signatures.ts';

const scope = { date: '20130524', region: 'kr-central-2', service: 's3' };
const signingKey = deriveSigningKey(example.secret, scope);
const claim: Claim = {
  access: example.access,
  scope,
  timestamp: example.timestamp,
  signedHeaders: ['host'],
  signature: '5'.repeat(64),
  payload: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
};
const context = `${example.timestamp}\n20130524/kr-central-2/s3/aws4_request`;

interface Encoding {
  readonly signed: boolean;
  /** Absent: the form of the body has no trailers. */
  readonly trailers?: Readonly<Record<string, string>>;
  readonly lineEnd?: string;
}

/** An encoder of its own, so that the decoder is not compared with itself. */
function encode(chunks: readonly Uint8Array[], { signed, trailers, lineEnd = '\r\n' }: Encoding): Buffer {
  let previous = claim.signature;
  const parts: Uint8Array[] = [];
  for (const chunk of [...chunks, new Uint8Array(0)]) {
    const digest = createHash('sha256').update(chunk).digest('hex');
    previous = sign(
      signingKey,
      `AWS4-HMAC-SHA256-PAYLOAD\n${context}\n${previous}\n${emptySha256}\n${digest}`,
    );
    const extension = signed ? `;chunk-signature=${previous}` : '';
    parts.push(Buffer.from(`${chunk.length.toString(16)}${extension}\r\n`), chunk);
    if (chunk.length > 0) parts.push(Buffer.from('\r\n'));
  }
  const lines = Object.entries(trailers ?? {}).map(([name, value]) => `${name}:${value}`);
  if (signed && trailers !== undefined) {
    const digest = sha256Hex(lines.map((line) => `${line}\n`).join(''));
    const signature = sign(signingKey, `AWS4-HMAC-SHA256-TRAILER\n${context}\n${previous}\n${digest}`);
    lines.push(`x-amz-trailer-signature:${signature}`);
  }
  for (const line of lines) parts.push(Buffer.from(`${line}${lineEnd}`));
  return Buffer.concat([...parts, Buffer.from('\r\n')]);
}

function decoderFor(length: number, { signed, trailers }: Encoding): ChunkedDecoder {
  return new ChunkedDecoder({
    length,
    signatures: signed ? new ChunkSignatures(claim, signingKey) : undefined,
    announced: trailers === undefined ? undefined : Object.keys(trailers),
  });
}

function decode(decoder: ChunkedDecoder, encoded: Uint8Array, ...borders: number[]): Promise<Buffer> {
  return readAll(
    (async function* () {
      for await (const piece of pieces(encoded, ...borders)) yield* decoder.push(piece);
      decoder.end();
    })(),
  );
}

const text = [Buffer.from('every acknowledged write'), Buffer.from(' '), Buffer.from('reads back')];
const whole = Buffer.concat(text);
const crc = { 'x-amz-checksum-crc32': 'AAAAAA==' };
const encodings: Record<string, Encoding> = {
  'signed chunks': { signed: true },
  'signed chunks with trailers': { signed: true, trailers: crc },
  'unsigned chunks with trailers': { signed: false, trailers: crc },
  'unsigned chunks without a trailer': { signed: false, trailers: {} },
};

describe('an aws-chunked body', () => {
  for (const [name, encoding] of Object.entries(encodings)) {
    const encoded = encode(text, encoding);

    it(`is decoded wherever it is cut: ${name}`, async () => {
      for (let first = 0; first <= encoded.length; first++) {
        const decoder = decoderFor(whole.length, encoding);
        assert.ok((await decode(decoder, encoded, first)).equals(whole), `cut at ${first}`);
        assert.deepEqual(Object.fromEntries(decoder.trailers), encoding.trailers ?? {});
      }
      const everyByte = Array.from(encoded.keys());
      assert.ok((await decode(decoderFor(whole.length, encoding), encoded, ...everyByte)).equals(whole));
    });

    it(`is refused when it ends early: ${name}`, async () => {
      // Its last line end alone may be missing: everything that counts has come by then.
      for (let end = 0; end < encoded.length - 2; end++) {
        const cut = encoded.subarray(0, end);
        await assert.rejects(
          decode(decoderFor(whole.length, encoding), cut),
          /S3Error/,
          `ends after ${end} of ${encoded.length}`,
        );
      }
    });

    it(`is refused when it is longer or shorter than announced: ${name}`, async () => {
      for (const length of [whole.length - 1, whole.length + 1, 0]) {
        await assert.rejects(decode(decoderFor(length, encoding), encoded), isS3Error('IncompleteBody'));
      }
    });

    it(`is refused when something follows it: ${name}`, async () => {
      for (const rest of ['x', '\r\nx\r\n', '0\r\n\r\n', 'x-amz-meta-a:b\r\n', ':\r\n']) {
        const longer = Buffer.concat([encoded, Buffer.from(rest)]);
        await assert.rejects(
          decode(decoderFor(whole.length, encoding), longer),
          isS3Error('MalformedTrailerError'),
          rest,
        );
      }
    });
  }

  for (const name of ['signed chunks', 'signed chunks with trailers']) {
    const encoding = encodings[name];
    assert.ok(encoding);

    it(`is refused when any byte of it is changed: ${name}`, async () => {
      const encoded = encode(text, encoding);
      const blank = (byte: number) => byte === 0x0d || byte === 0x0a;
      for (let at = 0; at < encoded.length; at++) {
        const changed = Buffer.from(encoded);
        changed[at] = (changed[at] ?? 0) ^ 1;
        // Line ends after the last chunk mean nothing.
        if (at > encoded.lastIndexOf('0;') + 82 && blank(encoded[at] ?? 0)) continue;
        await assert.rejects(decode(decoderFor(whole.length, encoding), changed), /S3Error/, `byte ${at}`);
      }
    });

    it(`is refused when its chunks are exchanged: ${name}`, async () => {
      const encoded = encode([Buffer.from('aaaa'), Buffer.from('bbbb')], encoding);
      const header = 1 + 17 + 64 + 2;
      const [first, second] = [
        encoded.subarray(0, header + 6),
        encoded.subarray(header + 6, 2 * (header + 6)),
      ];
      const exchanged = Buffer.concat([second, first, encoded.subarray(2 * (header + 6))]);
      await assert.rejects(decode(decoderFor(8, encoding), exchanged), isS3Error('SignatureDoesNotMatch'));
    });
  }

  it('may be empty', async () => {
    for (const encoding of Object.values(encodings)) {
      assert.equal((await decode(decoderFor(0, encoding), encode([], encoding))).length, 0);
    }
  });

  it('may end its trailers as several clients do', async () => {
    const encoding = { signed: true, trailers: crc };
    const encoded = encode(text, encoding).toString('latin1');
    for (const variant of [
      // minio-go: a bare line feed, then an empty line before the signature.
      encoded.replace('AAAAAA==\r\n', 'AAAAAA==\n\r\n'),
      encoded.replace('\r\nx-amz-checksum', '\r\n\r\nx-amz-checksum'),
      encoded.replace('crc32:', 'CRC32: '),
      encoded.slice(0, -2),
    ]) {
      const decoder = decoderFor(whole.length, encoding);
      assert.ok((await decode(decoder, Buffer.from(variant, 'latin1'))).equals(whole));
      assert.equal(decoder.trailers.get('x-amz-checksum-crc32'), 'AAAAAA==');
    }
  });

  it('may hold anything, in chunks of any size, cut anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 8 }),
        fc.constantFrom(...Object.values(encodings)),
        fc.array(fc.nat(4000), { maxLength: 6 }),
        async (chunks, encoding, cuts) => {
          const encoded = encode(chunks, encoding);
          const borders = cuts.map((cut) => Math.min(cut, encoded.length)).sort((a, b) => a - b);
          const bytes = Buffer.concat(chunks);
          const decoded = await decode(decoderFor(bytes.length, encoding), encoded, ...borders);
          assert.ok(decoded.equals(bytes));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('is never taken for whole when it is garbage', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (garbage) => {
        await assert.rejects(decode(decoderFor(5, { signed: true, trailers: crc }), garbage), /S3Error/);
      }),
    );
  });

  const unsigned: Encoding = { signed: false, trailers: crc };
  const broken: [name: string, body: string, code: Parameters<typeof isS3Error>[0]][] = [
    ['a size that is no number', 'xyz\r\nabc\r\n0\r\n\r\n', 'InvalidRequest'],
    ['a negative size', '-1\r\nabc\r\n0\r\n\r\n', 'InvalidRequest'],
    ['a size beyond all bounds', 'ffffffffffffffffff\r\nabc', 'InvalidRequest'],
    ['a size beyond the announced length', 'fffffffffffff\r\nabc', 'IncompleteBody'],
    ['a header without carriage return', '3\nabc\r\n0\r\n\r\n', 'InvalidRequest'],
    ['data without its line end', '3\r\nabcd\r\n0\r\n\r\n', 'InvalidRequest'],
    ['an endless header', `3;${'x'.repeat(2000)}`, 'InvalidRequest'],
    ['endless trailers', `3\r\nabc\r\n0\r\n${'x-a:b\r\n'.repeat(4000)}`, 'MalformedTrailerError'],
    ['no trailer', '3\r\nabc\r\n0\r\n\r\n', 'MalformedTrailerError'],
    ['another trailer', '3\r\nabc\r\n0\r\nx-amz-checksum-sha1:AAAA\r\n\r\n', 'MalformedTrailerError'],
    [
      'a trailer too many',
      '3\r\nabc\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\nx-amz-meta-a:b\r\n\r\n',
      'MalformedTrailerError',
    ],
    [
      'a trailer twice',
      '3\r\nabc\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n',
      'MalformedTrailerError',
    ],
    ['a trailer without a colon', '3\r\nabc\r\n0\r\nx-amz-checksum-crc32\r\n\r\n', 'MalformedTrailerError'],
    [
      'a signature where none was announced',
      `3\r\nabc\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\nx-amz-trailer-signature:${'0'.repeat(64)}\r\n\r\n`,
      'MalformedTrailerError',
    ],
  ];
  for (const [name, body, code] of broken) {
    it(`is refused for ${name}`, async () => {
      await assert.rejects(decode(decoderFor(3, unsigned), Buffer.from(body)), isS3Error(code));
    });
  }

  it('is refused for an unsigned chunk among signed ones, and for a wrong or missing trailer signature', async () => {
    const encoding = { signed: true, trailers: crc };
    const encoded = encode(text, encoding).toString('latin1');
    const signatureLine = /x-amz-trailer-signature:.*\r\n/;
    const cases = [
      [encoded.replace(/;chunk-signature=[0-9a-f]{64}/, ''), 'InvalidRequest'],
      [encoded.replace(signatureLine, ''), 'MalformedTrailerError'],
      [
        encoded.replace(signatureLine, `x-amz-trailer-signature:${'0'.repeat(64)}\r\n`),
        'SignatureDoesNotMatch',
      ],
      [encoded.replace('AAAAAA==', 'AAAAAQ=='), 'SignatureDoesNotMatch'],
    ] as const;
    for (const [body, code] of cases) {
      await assert.rejects(
        decode(decoderFor(whole.length, encoding), Buffer.from(body, 'latin1')),
        isS3Error(code),
      );
    }
  });

  it('gives out views of what came, not copies', () => {
    const encoded = Buffer.from('3\r\nabc\r\n0\r\n\r\n');
    const [data] = [...decoderFor(3, { signed: false, trailers: {} }).push(encoded)];
    assert.equal(data?.buffer, encoded.buffer);
  });
});
