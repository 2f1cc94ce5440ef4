/** Reading tar: names of every form, bodies whole, and an error, never anything else, for what is damaged. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { paxRecords, type TarFile, tarEntry, tarHeader, tarOf } from '../../../test/support/tar.ts';
import { collect } from '../streams/collect.ts';
import { readTar, TarError } from './tar.ts';

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield Buffer.from(bytes.subarray(at, at + size));
}

async function read(bytes: Buffer, size = 700): Promise<[name: string, kind: string, body: string][]> {
  const entries: [string, string, string][] = [];
  for await (const { path, kind, body } of readTar(cut(bytes, size))) {
    entries.push([path.toString(), kind, (await collect(body, 1 << 20)).toString()]);
  }
  return entries;
}

const refuses = (bytes: Buffer, message: RegExp) =>
  assert.rejects(read(bytes), (error) => error instanceof TarError && message.test(error.message));

describe('reading tar', () => {
  it('gives what was put in, however it is cut, whether bodies are read or not', async () => {
    const file = fc.record({
      name: fc.stringMatching(/^[a-z/가-힣]{1,30}[a-z]$/),
      body: fc.uint8Array({ maxLength: 2000 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(file, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 3000 }),
        async (files, size) => {
          const archive = tarOf(...files);
          const read: [string, Buffer][] = [];
          const unread: string[] = [];
          for await (const { path, body } of readTar(cut(archive, size))) {
            read.push([path.toString(), await collect(body, 4000)]);
          }
          for await (const { path } of readTar(cut(archive, size))) unread.push(path.toString());
          assert.deepEqual(
            read,
            files.map(({ name, body }) => [name, Buffer.from(body)]),
          );
          assert.deepEqual(
            unread,
            files.map(({ name }) => name),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('puts names together: prefix, long name, pax path', async () => {
    const long = 'n'.repeat(300);
    const archive = Buffer.concat([
      tarEntry({ name: 'file', prefix: 'some/folder', body: '1' }),
      tarEntry({ name: '././@LongLink', type: 'L', body: `${long}\0` }),
      tarEntry({ name: 'short', body: '2' }),
      tarEntry({ name: 'short', body: '3', records: { path: '한글/경로', comment: 'a=b\nc' } }),
      tarEntry({ name: 'g', type: 'g', body: paxRecords({ path: 'shared' }) }),
      tarEntry({ name: 'x', body: '4' }),
      tarEntry({ name: 'x', body: '5', records: { path: 'own' } }),
      Buffer.alloc(1024),
    ]);
    assert.deepEqual(await read(archive), [
      ['some/folder/file', 'file', '1'],
      [long, 'file', '2'],
      ['한글/경로', 'file', '3'],
      ['shared', 'file', '4'],
      ['own', 'file', '5'],
    ]);
  });

  it('tells files from all else, and believes no size of what has no data', async () => {
    const others = ['1', '2', '3', '4', '5', '6'].map((type) => tarHeader({ name: 'x', type, size: 4096 }));
    const archive = Buffer.concat([
      ...others,
      tarEntry({ name: 'unknown', type: 'Z', body: 'data' }),
      tarEntry({ name: 'old-directory/', type: '\0' }),
      tarEntry({ name: 'old-file', type: '\0', body: 'x' }),
      tarEntry({ name: 'holes', type: 'S', body: 'x' }),
      tarEntry({ name: 'holes', body: 'x', records: { 'GNU.sparse.major': '1' } }),
      tarEntry({ name: 'last', body: 'x' }),
    ]);
    const kinds = (await read(archive)).map(([name, kind]) => `${name} ${kind}`);
    assert.deepEqual(kinds, [
      ...Array(6).fill('x other'),
      'unknown other',
      'old-directory/ other',
      'old-file file',
      'holes sparse',
      'holes sparse',
      'last file',
    ]);
  });

  it('refuses what is no archive, damaged, or ends early', async () => {
    const whole = tarOf({ name: 'a', body: 'x'.repeat(2000) });
    await refuses(Buffer.alloc(0), /empty file/);
    await refuses(Buffer.from('x'), /truncated header/);
    await refuses(Buffer.alloc(512, 'x'), /invalid header/);
    const changed = Buffer.from(whole);
    changed[0] = 0x62;
    await refuses(changed, /bad checksum/);
    await refuses(whole.subarray(0, 1500), /unexpected end/);
    await refuses(tarEntry({ name: 'x', type: 'x', body: '99 path=a\n' }), /invalid header/);
    await refuses(tarEntry({ name: 'x', type: 'x', body: 'path=a\n' }), /invalid header/);
    await refuses(tarHeader({ name: 'x', type: 'L', size: 1 << 30 }), /invalid header/);
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`k${at}`, 'v']));
    await refuses(tarEntry({ name: 'a', body: 'x', records: many }), /invalid header/);
    await refuses(tarEntry({ name: 'a', body: 'x', records: { size: '-1' } }), /invalid header/);
    assert.deepEqual(await read(Buffer.alloc(10_240)), []);
  });

  it('answers any bytes with entries or a TarError', async () => {
    const base = tarOf(
      { name: 'a', body: 'abc', records: { path: 'p/q', mtime: '1' } },
      { name: 'b', body: 'x' },
    );
    const damage = fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { maxLength: 12 });
    /** Headers whose checksum is right again, so that more than the checksum is looked at. */
    const mended = (file: TarFile, at: number, byte: number) => {
      const header = tarHeader(file);
      header[at] = byte;
      header.write('        ', 148);
      const sum = header.reduce((all, one) => all + one, 0);
      header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
      return header;
    };
    const outcome = async (bytes: Buffer) => {
      try {
        await read(bytes, 300);
      } catch (error) {
        assert.ok(error instanceof TarError, String(error));
      }
    };
    await fc.assert(
      fc.asyncProperty(
        damage,
        fc.nat(base.length),
        fc.nat(147),
        fc.nat(255),
        async (changes, end, at, byte) => {
          const bytes = Buffer.from(base);
          for (const [where, value] of changes) bytes[where] = value;
          await outcome(bytes.subarray(0, end));
          await outcome(Buffer.concat([mended({ name: 'a', body: '' }, at, byte), bytes]));
        },
      ),
      { numRuns: 150 },
    );
  });
});
