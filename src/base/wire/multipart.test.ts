/** Reading multipart bodies: what was put in, however it is cut; and an error, never anything else, for what is damaged. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { collect } from '../streams/collect.ts';
import { readFormData } from './form-data.ts';
import { boundaryOf, MultipartError, readMultipart } from './multipart.ts';

/** Every chunk's memory is overwritten when the next one is asked for, as lenders may. */
async function* cut(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = Buffer.from(bytes.subarray(at, at + size));
    yield chunk;
    chunk.fill(0x21);
  }
}

interface Piece {
  readonly name: string;
  readonly filename?: string;
  readonly bytes: Uint8Array;
}

function formOf(boundary: string, pieces: readonly Piece[]): Buffer {
  const parts = pieces.flatMap(({ name, filename, bytes }) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}\r\n\r\n`,
    ),
    Buffer.from(bytes),
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
}

async function read(bytes: Buffer, boundary: string, size = 7): Promise<Piece[]> {
  const found: Piece[] = [];
  for await (const { name, filename, body } of readFormData(cut(bytes, size), boundary)) {
    const all = new Uint8Array(await collect(body, 1 << 20));
    found.push({ name, ...(filename !== undefined && { filename }), bytes: all });
  }
  return found;
}

const refuses = (text: string | Buffer, message: RegExp, size = 7) =>
  assert.rejects(
    read(Buffer.from(text), 'b', size),
    (error) => error instanceof MultipartError && message.test(error.message),
  );

const disposition = 'Content-Disposition: form-data; name="x"';
const whole = `--b\r\n${disposition}\r\n\r\nbody\r\n--b--\r\n`;

/** Bytes in which beginnings of boundaries are frequent. */
const bytes = fc
  .array(fc.constantFrom('\r', '\n', '-', '--b', '\r\n', '\r\n-', '\r\n--', '\r\n--a', 'x', '\0'), {
    maxLength: 40,
  })
  .map((pieces) => Uint8Array.from(Buffer.from(pieces.join(''))));

describe('reading multipart bodies', () => {
  it('gives what was put in, however it is cut', async () => {
    const piece = fc.record(
      { name: fc.stringMatching(/^[a-z가-힣]{1,9}$/), bytes },
      { noNullPrototype: true },
    );
    const parts = fc.array(piece, { maxLength: 5 }).filter((pieces) => pieces.length > 0);
    await fc.assert(
      fc.asyncProperty(parts, fc.integer({ min: 1, max: 120 }), async (pieces, size) => {
        assert.deepEqual(await read(formOf('bb', pieces), 'bb', size), pieces);
      }),
      { numRuns: 300 },
    );
  });

  it('passes over bodies that nobody reads, and those left in the middle', async () => {
    const pieces = ['one', 'two', 'three'].map((name) => ({ name, bytes: Buffer.alloc(50, 'x') }));
    const names: string[] = [];
    for await (const { name, body } of readFormData(cut(formOf('b', pieces), 9), 'b')) {
      names.push(name);
      if (name === 'two') for await (const _ of body) break;
    }
    assert.deepEqual(names, ['one', 'two', 'three']);
  });

  it('keeps no more of a large part than a chunk', async () => {
    const size = 64 * 1024;
    let lent = 0;
    async function* large(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`--b\r\n${disposition}\r\n\r\n`);
      for (let turn = 0; turn < 100; turn += 1) {
        lent += size;
        yield Buffer.alloc(size, '\r');
      }
      yield Buffer.from('\r\n--b--');
    }
    let taken = 0;
    for await (const { body } of readFormData(large(), 'b')) {
      for await (const chunk of body) {
        taken += chunk.length;
        assert.ok(lent - taken < size);
      }
    }
    assert.equal(taken, 100 * size);
  });

  it('closes its source when it is left early, and when it fails', async () => {
    for (const fails of [false, true]) {
      let closed = false;
      async function* source(): AsyncGenerator<Uint8Array> {
        try {
          yield Buffer.from(fails ? 'no boundary at all' : whole);
          yield Buffer.from('more');
        } finally {
          closed = true;
        }
      }
      const reading = (async () => {
        for await (const _ of readMultipart(source(), 'b')) break;
      })();
      await (fails ? assert.rejects(reading, MultipartError) : reading);
      assert.ok(closed);
    }
  });

  it('takes quotes, line ends and folders out of names', async () => {
    const filenames: [string, string][] = [
      ['"a.txt"', 'a.txt'],
      ['plain.txt', 'plain.txt'],
      ['"say \\"hi\\".txt"', 'say "hi".txt'],
      ['"say %22hi%22%0D%0a.txt"', 'say "hi"\r\n.txt'],
      ['"100%.txt"', '100%.txt'],
      ['"C:\\dir\\a.txt"', 'a.txt'],
      ['"../../etc/passwd"', 'passwd'],
      ['"고양이 🏺.txt"', '고양이 🏺.txt'],
      ['"a;b=c.txt"', 'a;b=c.txt'],
      ['""', ''],
    ];
    for (const [written, meant] of filenames) {
      const form = `--b\r\n${disposition}; filename=${written}\r\n\r\n\r\n--b--`;
      assert.deepEqual(await read(Buffer.from(form), 'b'), [
        { name: 'x', filename: meant, bytes: new Uint8Array() },
      ]);
    }
  });

  it('takes a body with and without a last line end, and in one byte pieces', async () => {
    for (const text of [whole, whole.slice(0, -2)]) {
      for (const size of [1, 3, 1000]) {
        assert.equal((await read(Buffer.from(text), 'b', size)).length, 1);
      }
    }
    assert.deepEqual(await read(Buffer.from('--b--'), 'b'), []);
  });

  it('is the same or refused when it is damaged', async () => {
    const form = formOf('b', [
      { name: 'prefix', bytes: Buffer.from('a/b') },
      { name: 'file', filename: 'f', bytes: Buffer.from('some bytes\r\nand more') },
    ]);
    const damage = fc.tuple(fc.nat(form.length - 1), fc.nat(255), fc.integer({ min: 0, max: 3 }));
    await fc.assert(
      fc.asyncProperty(damage, fc.integer({ min: 1, max: 40 }), async ([at, byte, gone], size) => {
        const broken = Buffer.concat([form.subarray(0, at), Buffer.from([byte]), form.subarray(at + gone)]);
        try {
          assert.ok((await read(broken, 'b', size)).length <= 3);
        } catch (error) {
          assert.ok(error instanceof MultipartError, `${error}`);
        }
      }),
      { numRuns: 1000 },
    );
    for (let end = 0; end < form.length - 2; end += 1) {
      await assert.rejects(read(form.subarray(0, end), 'b'), MultipartError, `cut at ${end}`);
    }
  });

  it('refuses what is not as it should be, saying what', async () => {
    await refuses('', /ends before/);
    await refuses(`preamble\r\n${whole}`, /does not begin/);
    await refuses(`\r\n${whole}`, /does not begin/);
    await refuses(whole.replace('--b\r\n', '--b \r\n'), /boundary that goes on/);
    await refuses(whole.replace('--b--', '--bc--'), /boundary that goes on/);
    await refuses(`${whole}x`, /behind its last boundary/);
    await refuses(`${whole}\r\n`, /behind its last boundary/, 1000);
    await refuses(whole.replace(disposition, `${disposition}\r\n folded`), /header that is none/);
    await refuses(whole.replace(disposition, 'nothing'), /header that is none/);
    await refuses(whole.replace(disposition, `${disposition}\r\n${disposition}`), /two headers/);
    await refuses(whole.replace(disposition, 'A: b'), /Content-Disposition/);
    await refuses(whole.replace('form-data', 'attachment'), /Content-Disposition/);
    await refuses(whole.replace('; name="x"', ''), /Content-Disposition/);
    await refuses(whole.replace('name="x"', 'name="x'), /Content-Disposition/);
    await refuses(whole.replace('name="x"', 'name="x" and more'), /Content-Disposition/);
    await refuses(whole.replace('name="x"', 'name="x"; NAME="y"'), /two NAME/);
    await refuses(
      whole.replace(disposition, `${disposition}\r\nContent-Transfer-Encoding: base64`),
      /Encoding/,
    );
    await refuses(whole.replace(disposition, `${disposition}\r\nA: ${'x'.repeat(9000)}`), /8192 bytes/);
    await refuses(whole.replace(disposition, `${disposition}\r\nA: ${'x'.repeat(9000)}`), /8192 bytes/, 1e5);
    await refuses(`--b\r\n${'x'.repeat(9000)}`, /8192 bytes/);
    await refuses(Buffer.from(whole.replace('name="x"', 'name="\xff"'), 'latin1'), /UTF-8/);
  });
});

describe('the boundary in a content type', () => {
  it('is read plain and quoted, and refused when it could be none', () => {
    const types: [string, string | undefined][] = [
      ['multipart/form-data; boundary=abc', 'abc'],
      ['Multipart/Form-Data;charset=utf-8; BOUNDARY="a b:c"', 'a b:c'],
      [
        'multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW',
        '----WebKitFormBoundary7MA4YWxkTrZu0gW',
      ],
      ['multipart/form-data', undefined],
      ['multipart/form-data; boundary=', undefined],
      ['multipart/form-data; boundary=""', undefined],
      ['multipart/form-data; boundary="ends "', undefined],
      [`multipart/form-data; boundary=${'x'.repeat(70)}`, 'x'.repeat(70)],
      [`multipart/form-data; boundary=${'x'.repeat(71)}`, undefined],
      ['multipart/form-data; boundary=a\r\nb', undefined],
      ['application/json; boundary=abc', undefined],
    ];
    for (const [type, boundary] of types) assert.equal(boundaryOf(type), boundary, type);
  });
});
