import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Corrupt } from '../../engines/errors.ts';
import { objectFormat } from './codecs.ts';
import { attachedBytes, list, number, optional, recordFormat, text } from './record-format.ts';
import type { ObjectRecord, Segment } from './records.ts';

const plain = { noNullPrototype: true };
const blobId = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));
const segment: fc.Arbitrary<Segment> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('inline' as const),
      bytes: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    },
    plain,
  ),
  fc.record(
    {
      kind: fc.constant('blob' as const),
      blob: blobId,
      offset: fc.maxSafeNat(),
      length: fc.maxSafeNat(),
    },
    plain,
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
    ),
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
