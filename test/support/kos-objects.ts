/** Calls about the objects of one bucket through Krutrim's API, as its SDKs make them. */
import assert from 'node:assert/strict';
import { fieldsOf, type KosAnswer, type KosCall, kos } from './kos.ts';
import type { TestServer } from './start-server.ts';

export interface ListedObject {
  readonly isFolder: boolean;
  readonly size: number;
  readonly lastModified: string | null;
  readonly key: string;
}

/** An upload of one byte as curl sends forms. */
export const formOf = (objectkey: string) => ({
  headers: { 'Content-Type': 'multipart/form-data; boundary=edge' },
  body: [
    `--edge\r\nContent-Disposition: form-data; name="objectkey"\r\n\r\n${objectkey}\r\n`,
    '--edge\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nx\r\n--edge--\r\n',
  ].join(''),
});

/** The calls, each with the fields of its body; `bucket` is a name or a KRN. */
export function kosObjects(server: Pick<TestServer, 'url'>, bucket: string) {
  const path = `/kos/v1/buckets/${bucket}/objects`;
  const post =
    (what: string) =>
    (body: unknown, call: KosCall = {}) =>
      kos(server, `${path}/${what}`, { method: 'POST', body, ...call });
  const upload = (body: unknown, call: KosCall = {}) => kos(server, path, { method: 'PUT', body, ...call });
  const download = post('download');
  const listing = async (prefix?: string, call: KosCall = {}) =>
    kos(server, `${path}${prefix === undefined ? '' : `?prefix=${encodeURIComponent(prefix)}`}`, call);
  return {
    path,
    upload,
    download,
    listing,
    metadata: post('metadata'),
    remove: post('delete'),
    move: post('move'),
    rename: post('rename'),
    /** As the SDKs do: asks for an address, and sends the bytes there. */
    async put(objectkey: string, bytes: string | Buffer, call: KosCall = {}): Promise<Response> {
      return fetch(uploadUrlOf(await upload({ objectkey }, call)), {
        method: 'PUT',
        body: Uint8Array.from(Buffer.from(bytes)),
      });
    },
    async get(objectkey: string, call: KosCall = {}): Promise<Response> {
      return fetch(downloadUrlOf(await download({ objectkey }, call)));
    },
    async list(prefix?: string): Promise<ListedObject[]> {
      const answer = await listing(prefix);
      assert.equal(answer.status, 200, answer.text);
      assert.equal(fieldsOf(answer).prefix, prefix ?? '');
      return fieldsOf(answer).objects as ListedObject[];
    },
    async names(prefix?: string): Promise<string[]> {
      return (await this.list(prefix)).map(({ key }) => key);
    },
  };
}

export type KosObjects = ReturnType<typeof kosObjects>;

export function uploadUrlOf(answer: KosAnswer): string {
  assert.equal(answer.status, 201, answer.text);
  return String(fieldsOf(answer).uploadPreSignedUrl);
}

export function downloadUrlOf(answer: KosAnswer): string {
  assert.equal(answer.status, 200, answer.text);
  return String(fieldsOf(answer).preSignedUrl);
}
