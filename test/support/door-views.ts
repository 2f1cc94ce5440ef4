/** Owns what each door says of a bucket's objects and of how many there are, in one form, so that doors can be held against each other. */
import assert from 'node:assert/strict';
import { ext } from './ext.ts';
import { fieldsOf, kos } from './kos.ts';
import { kosObjects, type ListedObject } from './kos-objects.ts';
import { rawS3 } from './s3.ts';
import { alice, demo } from './seed.ts';
import type { TestServer } from './start-server.ts';
import { swiftRequest } from './swift.ts';

type Place = Pick<TestServer, 'url'>;

/** `key size` of each object, sorted. */
export type Listing = readonly string[];

/** One entry of S3's list of versions, of one key newest first: `key size`, or `key marker`; with `null` and `latest` where it is so. */
export type VersionListing = readonly string[];

export interface Usage {
  readonly objects: number;
  /** Of all versions. */
  readonly bytes: number;
}

const lines = (entries: readonly (readonly [key: string, size: number])[]): Listing =>
  entries.map(([key, size]) => `${key} ${size}`).sort();

const unescaped = (text: string) =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

const field = (name: string, text: string) =>
  unescaped(new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(text)?.[1] ?? '');

/** By S3, Swift and Krutrim, each under its name. `token`: of the bucket's project. */
export async function listings(
  server: Place,
  bucket: string,
  token: string,
): Promise<Record<string, Listing>> {
  const [s3, swift, top] = await Promise.all([
    rawS3(server, { target: `/${bucket}?list-type=2`, user: alice }),
    swiftRequest(server, 'GET', `/v1/${demo.id}/${bucket}?format=json`, {
      headers: { 'X-Auth-Token': token },
    }),
    kosObjects(server, bucket).list(),
  ]);
  assert.equal(s3.status, 200, s3.text);
  const found = (swift.text === '' ? [] : JSON.parse(swift.text)) as { name: string; bytes: number }[];
  const below = await Promise.all(
    top.filter(({ isFolder }) => isFolder).map(({ key }) => kosObjects(server, bucket).list(key)),
  );
  const own = ([] as ListedObject[]).concat(top, ...below).filter(({ isFolder }) => !isFolder);
  return {
    S3: lines(s3.elements('Contents').map((one) => [field('Key', one), Number(field('Size', one))])),
    Swift: lines(found.map(({ name, bytes }) => [name, bytes])),
    KOS: lines(own.map(({ key, size }) => [key, size])),
  };
}

export async function versionListing(server: Place, bucket: string): Promise<VersionListing> {
  const answer = await rawS3(server, { target: `/${bucket}?versions`, user: alice });
  assert.equal(answer.status, 200, answer.text);
  return [...answer.text.matchAll(/<(Version|DeleteMarker)>(.*?)<\/\1>/gs)].map(([, kind, text = '']) => {
    const what = kind === 'Version' ? field('Size', text) : 'marker';
    const isNull = field('VersionId', text) === 'null' ? ' null' : '';
    return `${field('Key', text)} ${what}${isNull}${field('IsLatest', text) === 'true' ? ' latest' : ''}`;
  });
}

/** The ids of a key's versions, newest first. */
export async function versionIds(server: Place, bucket: string, key: string): Promise<string[]> {
  const answer = await rawS3(server, {
    target: `/${bucket}?prefix=${encodeURIComponent(key)}&versions`,
    user: alice,
  });
  assert.equal(answer.status, 200, answer.text);
  return answer.elements('VersionId');
}

/** By Swift, the Extension and Krutrim, each under its name; Krutrim counts bytes alone. */
export async function usages(
  server: Place,
  bucket: string,
  token: string,
): Promise<{ Swift: Usage; Extension: Usage; KOS: Pick<Usage, 'bytes'> }> {
  const headers = { 'X-Auth-Token': token };
  const [swift, extension, krutrim] = await Promise.all([
    swiftRequest(server, 'HEAD', `/v1/${demo.id}/${bucket}`, { headers }),
    ext(server, token, `/bucket/${bucket}`),
    kos(server, `/kos/v1/buckets/${bucket}`),
  ]);
  const said = extension.json as { bytes: number; objectCount: number };
  return {
    Swift: {
      objects: Number(swift.headers['x-container-object-count']),
      bytes: Number(swift.headers['x-container-bytes-used']),
    },
    Extension: { objects: said.objectCount, bytes: said.bytes },
    KOS: { bytes: Number(fieldsOf(krutrim).usedCapacity) },
  };
}

/** Of the whole account, by Swift. */
export async function accountUsage(server: Place, token: string): Promise<Usage> {
  const { headers } = await swiftRequest(server, 'HEAD', `/v1/${demo.id}`, {
    headers: { 'X-Auth-Token': token },
  });
  return {
    objects: Number(headers['x-account-object-count']),
    bytes: Number(headers['x-account-bytes-used']),
  };
}
