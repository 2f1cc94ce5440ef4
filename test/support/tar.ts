/** Makes tar archives for tests, well-formed or damaged on purpose. Knows ustar headers and pax records; nothing reads with it. */

export interface TarFile {
  readonly name: string | Buffer;
  readonly body?: string | Uint8Array;
  /** `0`: a file. */
  readonly type?: string;
  /** Before a slash and the name; at most 155 bytes. */
  readonly prefix?: string;
  /** Written before the file as an extended header. */
  readonly records?: Readonly<Record<string, string>>;
  /** Stated in place of the body's true size. */
  readonly size?: number;
}

/** Zeros up to a whole block. */
function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

export function tarHeader({ name, body = '', type = '0', prefix = '', size }: TarFile): Buffer {
  const header = Buffer.alloc(512);
  Buffer.from(name).copy(header, 0, 0, 100);
  header.write('0000644\0', 100);
  header.write(`${(size ?? Buffer.from(body).length).toString(8).padStart(11, '0')}\0`, 124);
  header.write('        ', 148);
  header.write(type, 156);
  header.write('ustar\x0000', 257, 'latin1');
  header.write(prefix, 345);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

export function paxRecords(records: Readonly<Record<string, string>>): Buffer {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = Buffer.byteLength(` ${key}=${value}\n`);
    let length = rest + 1;
    while (length !== rest + String(length).length) length = rest + String(length).length;
    return `${length} ${key}=${value}\n`;
  });
  return Buffer.from(lines.join(''));
}

/** One file with what goes before it. */
export function tarEntry(file: TarFile): Buffer {
  const extended =
    file.records === undefined
      ? []
      : [tarEntry({ name: 'PaxHeader', type: 'x', body: paxRecords(file.records) })];
  return Buffer.concat([...extended, tarHeader(file), padded(Buffer.from(file.body ?? ''))]);
}

/** The whole archive with its end. */
export function tarOf(...files: readonly TarFile[]): Buffer {
  return Buffer.concat([...files.map(tarEntry), Buffer.alloc(1024)]);
}
