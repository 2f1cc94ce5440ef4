/** Owns what the parts of `multipart/form-data` (RFC 7578) are called, and where their bytes are from. Refuses to read them. */
import type { ByteStream } from '../streams/byte-stream.ts';
import { MultipartError, readMultipart } from './multipart.ts';

export interface FormPart {
  readonly name: string;
  /** As the client names the file, without folders; absent for a field. */
  readonly filename?: string;
  readonly contentType?: string;
  readonly body: ByteStream;
}

/** As `readMultipart`. @throws MultipartError */
export async function* readFormData(source: ByteStream, boundary: string): AsyncGenerator<FormPart> {
  for await (const { headers, body } of readMultipart(source, boundary)) {
    if (headers.has('content-transfer-encoding')) {
      throw new MultipartError('has a part with Content-Transfer-Encoding, which is not for HTTP');
    }
    const contentType = headers.get('content-type');
    const named = dispositionOf(headers.get('content-disposition') ?? '');
    yield { ...named, ...(contentType && { contentType }), body };
  }
}

const parameter = /;\s*([\w!#$&+\-.^`|~*]+)=("(?:[^"\\]|\\.)*"|[^\s;"]*)\s*/gy;

/** @throws MultipartError */
function dispositionOf(header: string): Pick<FormPart, 'name' | 'filename'> {
  const [start = ''] = /^form-data\s*/i.exec(header) ?? [];
  const parameters = new Map<string, string>();
  parameter.lastIndex = start.length;
  let end = start.length;
  for (let match = parameter.exec(header); match !== null; match = parameter.exec(header)) {
    const [, name = '', value = ''] = match;
    if (parameters.has(name.toLowerCase())) throw new MultipartError(`has a part with two ${name}`);
    parameters.set(name.toLowerCase(), textOf(value));
    end = parameter.lastIndex;
  }
  const name = parameters.get('name');
  if (start === '' || end !== header.length || name === undefined) {
    throw new MultipartError('has a part whose Content-Disposition is not form-data with a name');
  }
  const filename = parameters.get('filename');
  return { name, ...(filename !== undefined && { filename: withoutFolders(filename) }) };
}

/** Quotes inside a text come as `\"` (RFC 2046) or `%22` (browsers), line ends as `%0D` and `%0A`; other backslashes are themselves. */
function textOf(value: string): string {
  const text = value.startsWith('"') ? value.slice(1, -1).replace(/\\(["\\])/g, '$1') : value;
  return text.replace(/%(22|0A|0D)/gi, (coded) => decodeURIComponent(coded));
}

/** Where the file was on the client's disk says nothing here (RFC 7578 4.2). */
function withoutFolders(filename: string): string {
  return filename.slice(Math.max(filename.lastIndexOf('/'), filename.lastIndexOf('\\')) + 1);
}
