import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Corrupt } from '../../engines/errors.ts';
import { bucketFormat, objectFormat } from './codecs.ts';
import type { ObjectRecord, Segment } from './object-records.ts';
import { attachedBytes, list, number, optional, recordFormat, text } from './record-format.ts';

const plain = { noNullPrototype: true };
const blobId = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));
const stretchKey = fc.uint8Array({ minLength: 40, maxLength: 40 }).map((bytes) => Buffer.from(bytes));
const sealed = fc.record({ key: stretchKey, size: fc.maxSafeNat() }, plain);
const segment: fc.Arbitrary<Segment> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('inline' as const),
      bytes: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      sealed,
    },
    { ...plain, requiredKeys: ['kind', 'bytes'] },
  ),
  fc.record(
    {
      kind: fc.constant('blob' as const),
      blob: blobId,
      offset: fc.maxSafeNat(),
      length: fc.maxSafeNat(),
      sealed,
    },
    { ...plain, requiredKeys: ['kind', 'blob', 'offset', 'length'] },
  ),
);
const words = fc.string({ unit: 'binary', maxLength: 8 }).filter((word) => word.isWellFormed());
const names = fc.oneof(words, fc.constant('__proto__'));
const object: fc.Arbitrary<ObjectRecord> = fc.record(
  {
    versionId: fc.constant('null'),
    modifiedAt: fc.maxSafeNat(),
    size: fc.maxSafeNat(),
    etag: fc.string(),
    contentType: words,
    headers: fc.record({ cacheControl: words, expires: words }, { ...plain, requiredKeys: [] }),
    metadata: fc
      .array(fc.tuple(names, words), { maxLength: 4 })
      .map((pairs) => Object.fromEntries(pairs) as Record<string, string>),
    deleteAt: fc.maxSafeNat(),
    checksum: fc.record(
      {
        algorithm: fc.constantFrom('CRC32' as const, 'SHA256' as const),
        type: fc.constantFrom('FULL_OBJECT' as const, 'COMPOSITE' as const),
        value: words,
      },
      plain,
    ),
    storageClass: fc.constant('STANDARD'),
    data: fc.oneof(
      fc.record(
        { kind: fc.constant('segments' as const), segments: fc.array(segment, { maxLength: 4 }) },
        plain,
      ),
      fc.record({ kind: fc.constant('manifest' as const), manifest: blobId, partCount: fc.nat() }, plain),
      fc.record(
        {
          kind: fc.constant('static' as const),
          list: fc.array(segment, { maxLength: 2 }),
          listSize: fc.nat(),
          listEtag: fc.string(),
          partCount: fc.nat(),
        },
        plain,
      ),
      fc.record(
        {
          kind: fc.constant('dynamic' as const),
          own: fc.record(
            { kind: fc.constant('manifest' as const), manifest: blobId, partCount: fc.nat() },
            plain,
          ),
          container: fc.string(),
          prefix: fc.string(),
        },
        plain,
      ),
    ),
    encryption: fc.record({ key: stretchKey }, plain),
  },
  {
    ...plain,
    requiredKeys: [
      'versionId',
      'modifiedAt',
      'size',
      'etag',
      'contentType',
      'headers',
      'metadata',
      'storageClass',
      'data',
    ],
  },
);

describe('record formats', () => {
  it('give back what they were given', () => {
    fc.assert(
      fc.property(object, (record) =>
        assert.deepEqual(objectFormat.decode(objectFormat.encode(record)), record),
      ),
    );
  });

  it('do not copy attached bytes', () => {
    const record: ObjectRecord = {
      versionId: 'null',
      modifiedAt: 0,
      size: 3,
      etag: '',
      contentType: '',
      headers: {},
      metadata: {},
      storageClass: '',
      data: { kind: 'segments', segments: [{ kind: 'inline', bytes: Buffer.from('abc') }] },
    };
    const value = objectFormat.encode(record);
    const { data } = objectFormat.decode(value);
    const [only] = data.kind === 'segments' ? data.segments : [];
    assert.equal(only?.kind === 'inline' && only.bytes.buffer, value.buffer);
    assert.equal(value.toString('latin1', value.length - 3), 'abc');
  });

  it('read every earlier version, and refuse later ones', () => {
    interface Old {
      readonly name: string;
    }
    interface New extends Old {
      readonly count?: number;
      readonly tags: readonly string[] | undefined;
    }
    const old = recordFormat<Old>('trial', 1, { name: text });
    const now = recordFormat<New>('trial', 2, {
      name: text,
      count: optional(number),
      tags: optional(list(text)),
    });
    assert.deepEqual(now.decode(old.encode({ name: 'a' })), { name: 'a' });
    assert.throws(() => old.decode(now.encode({ name: 'a', count: 1, tags: ['x'] })), Corrupt);
  });

  it('read objects and buckets as they were written before encryption', () => {
    const object = objectFormat.decode(
      Buffer.from(
        '000000369c01a46e756c6c0104a165a17496c0c0c0c0c0c092a161a162c0c0a1539200920393c4100f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f' +
          '0501616263',
        'hex',
      ),
    );
    assert.deepEqual(object, {
      versionId: 'null',
      modifiedAt: 1,
      size: 4,
      etag: 'e',
      contentType: 't',
      headers: {},
      metadata: { a: 'b' },
      storageClass: 'S',
      data: {
        kind: 'segments',
        segments: [
          { kind: 'inline', bytes: Buffer.from('abc') },
          { kind: 'blob', blob: '0f'.repeat(16), offset: 5, length: 1 },
        ],
      },
    });
    const { name, encryption } = bucketFormat.decode(
      Buffer.from(
        '000000599d02a36f6c64c41001010101010101010101010101010101c41002020202020202020202020202020202c410030303030303030' +
          '30303030303030303' +
          '0102a66163746976659090a153c092a76d616e61676564c40461626364',
        'hex',
      ),
    );
    assert.equal(name, 'old');
    assert.deepEqual(encryption, { type: 'managed', sealedKey: Buffer.from('abcd') });
  });

  it('call damage by its name', () => {
    const format = recordFormat<{ name: string; bytes: Uint8Array }>('trial', 1, {
      name: text,
      bytes: attachedBytes,
    });
    const good = format.encode({ name: 'a', bytes: Buffer.from('abc') });
    const bad = [
      Buffer.alloc(0),
      Buffer.from('garbage that is no record'),
      good.subarray(0, 5),
      good.subarray(0, good.length - 1),
      Buffer.concat([good, Buffer.from('x')]),
      recordFormat<{ name: number }>('other', 1, { name: number }).encode({ name: 1 }),
    ];
    for (const bytes of bad) assert.throws(() => format.decode(bytes), Corrupt);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        assert.throws(() => objectFormat.decode(bytes), Corrupt);
      }),
    );
  });
});
