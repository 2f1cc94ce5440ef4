/** Owns the operations on buckets in the crash rounds, and their listings. */
import type { DoorName } from './doors.ts';
import { copiedEtag, isSilence } from './objects.ts';
import { absent } from './recorder.ts';
import { bucketRegister, registerOf, type Scene, there } from './scene.ts';

/** Creates a passing bucket. */
export async function createBucket(scene: Scene, door: DoorName, bucket: string): Promise<void> {
  const called = scene.recorder.moment();
  const answer = await scene.ask(door, { method: 'PUT', target: `/${bucket}` });
  const register = bucketRegister(bucket);
  const apply = (now: string) => (now === absent ? [there] : []);
  if (scene.change(register, answer, called, `create by ${door}`, apply)) return;
  if (answer.verdict === 'exists') scene.recorder.saw(register, called, `exists: ${answer.told}`, there);
  else scene.unexpected(answer);
}

/** Deletes a passing bucket; that it could be deleted proves that none of `keys` was in it. */
export async function deleteBucket(
  scene: Scene,
  door: DoorName,
  bucket: string,
  keys: readonly string[],
): Promise<void> {
  const { recorder } = scene;
  const called = recorder.moment();
  const answer = await scene.ask(door, { method: 'DELETE', target: `/${bucket}` });
  const register = bucketRegister(bucket);
  const apply = (now: string) => (now === there ? [absent] : []);
  if (answer.verdict === 'done') {
    for (const key of keys)
      recorder.saw(registerOf({ bucket, key }), called, `empty: ${answer.told}`, absent);
  }
  if (scene.change(register, answer, called, `delete by ${door}`, apply)) return;
  if (answer.verdict === 'absent') recorder.saw(register, called, `absent: ${answer.told}`, absent);
  else if (answer.verdict === 'not empty') recorder.saw(register, called, `not empty: ${answer.told}`, there);
  else scene.unexpected(answer);
}

/** One object as a listing shows it. */
export interface Listed {
  readonly key: string;
  readonly etag: string;
  readonly size: number;
}

/**
 * A whole listing (one page, one moment), in the protocol's order. Says of each of `keys` that it was there, or was not. Undefined
 * when no answer came; 'absent' when there is no such bucket.
 */
export async function listBucket(
  scene: Scene,
  door: DoorName,
  bucket: string,
  keys: readonly string[],
): Promise<readonly Listed[] | 'absent' | undefined> {
  const { recorder } = scene;
  const called = recorder.moment();
  const query = door === 'S3' ? '?list-type=2' : '?format=json';
  const answer = await scene.ask(door, { method: 'GET', target: `/${bucket}${query}` });
  if (answer.verdict === 'absent') {
    recorder.saw(bucketRegister(bucket), called, `no bucket: ${answer.told}`, absent);
    return 'absent';
  }
  if (answer.verdict !== 'done') {
    if (!isSilence(answer)) scene.unexpected(answer);
    return undefined;
  }
  const listed = door === 'S3' ? listedByS3(answer.bytes) : listedBySwift(answer.bytes);
  const sorted = listed.toSorted((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  if (listed.some((one, index) => one !== sorted[index])) recorder.wrong(`${answer.told}: not in order`);
  const found = new Map(listed.map((one) => [one.key, one]));
  for (const key of keys) {
    const register = registerOf({ bucket, key });
    const one = found.get(key);
    if (one === undefined) recorder.saw(register, called, `not in ${door} ${answer.told}`, absent);
    else recorder.sawEtag(register, called, `${one.etag} in ${door} ${answer.told}`, one.etag);
  }
  for (const { key, etag, size } of listed) {
    if (scene.contents.find(etag)?.size !== size) {
      recorder.wrong(`${door} ${answer.told}: ${key} has ${size} bytes under ${etag}`);
    }
  }
  return listed;
}

function listedByS3(bytes: Buffer): Listed[] {
  const texts = bytes.toString().match(/<Contents>.*?<\/Contents>/gs) ?? [];
  return texts.map((text) => ({
    key: unescaped(/<Key>(.*?)<\/Key>/s.exec(text)?.[1] ?? ''),
    etag: copiedEtag({ bytes: Buffer.from(text) }) ?? '',
    size: Number(/<Size>(\d+)<\/Size>/.exec(text)?.[1]),
  }));
}

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function listedBySwift(bytes: Buffer): Listed[] {
  const rows = JSON.parse(bytes.toString()) as { name: string; hash: string; bytes: number }[];
  return rows.map(({ name, hash, bytes: size }) => ({ key: name, etag: hash, size }));
}

/** The names of the project's buckets, as `door` lists them; undefined when no answer came. */
export async function listBuckets(scene: Scene, door: DoorName): Promise<readonly string[] | undefined> {
  const target = door === 'S3' ? '/' : '?format=json';
  const answer = await scene.ask(door, { method: 'GET', target });
  if (answer.verdict !== 'done') {
    if (!isSilence(answer)) scene.unexpected(answer);
    return undefined;
  }
  const text = answer.bytes.toString();
  if (door === 'S3') return [...text.matchAll(/<Name>(.*?)<\/Name>/g)].map((match) => match[1] ?? '');
  return (JSON.parse(text) as { name: string }[]).map(({ name }) => name);
}

/** Objects and bytes that the counters of a bucket, or of the project, claim. */
export interface Usage {
  readonly objects: number;
  readonly bytes: number;
  /** Of the project only. */
  readonly buckets: number | undefined;
}

/** By Swift's HEAD; of the project when `bucket` is absent. */
export async function usageOf(scene: Scene, bucket?: string): Promise<Usage | undefined> {
  const target = bucket === undefined ? '' : `/${bucket}`;
  const answer = await scene.ask('Swift', { method: 'HEAD', target });
  if (answer.verdict !== 'done') return undefined;
  const prefix = bucket === undefined ? 'x-account' : 'x-container';
  const number = (name: string) => Number(answer.header(`${prefix}-${name}`));
  return {
    objects: number('object-count'),
    bytes: number('bytes-used'),
    buckets: bucket === undefined ? number('container-count') : undefined,
  };
}
