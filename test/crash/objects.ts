/** Owns the operations on one object in the crash rounds: each sends one request and records what its answer proves. */
import { createHash } from 'node:crypto';
import { type Content, md5 } from './contents.ts';
import { type Answer, type Call, type DoorName, type Place, targetOf } from './doors.ts';
import { absent, etagOf, present } from './recorder.ts';
import { bucketRegister, isPassing, registerOf, type Scene } from './scene.ts';

export type Condition =
  | { readonly kind: 'none' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'etag'; readonly etag: string };
export const always: Condition = { kind: 'none' };

const markHeader: Readonly<Record<DoorName, string>> = {
  S3: 'x-amz-meta-mark',
  Swift: 'X-Object-Meta-Mark',
};

/** PUT, conditional or not. Swift knows no If-Match here. */
export async function putObject(
  scene: Scene,
  door: DoorName,
  place: Place,
  content: Content,
  condition: Condition = always,
): Promise<void> {
  const { recorder } = scene;
  const mark = scene.newMark();
  const register = registerOf(place);
  const called = recorder.moment();
  const answer = await scene.ask(door, {
    method: 'PUT',
    target: targetOf(place),
    headers: { [markHeader[door]]: mark, ...conditionHeaders(condition) },
    body: content.bytes,
  });
  const state = present(content.etag, mark);
  if (answer.verdict === 'done' && bareEtag(answer) !== content.etag) {
    recorder.wrong(`${answer.told}: ETag ${bareEtag(answer)} for ${content.etag}`);
  }
  const what = `put ${state}${condition.kind === 'none' ? '' : ` if ${condition.kind}`}`;
  if (scene.change(register, answer, called, what, (now) => (allows(condition, now) ? [state] : []))) return;
  if (answer.verdict === 'precondition' && condition.kind !== 'none') {
    const apply = (now: string) => (now !== absent && !allows(condition, now) ? [now] : []);
    recorder.record(register, { label: `${what}: ${answer.told}`, called, apply });
  } else if (answer.verdict === 'absent' && condition.kind === 'etag') {
    scene.sawAbsence(place, called, answer);
  } else if (answer.verdict === 'absent' && isPassing(place.bucket)) {
    recorder.saw(register, called, `no bucket: ${answer.told}`, absent);
    recorder.saw(bucketRegister(place.bucket), called, `no bucket: ${answer.told}`, absent);
  } else scene.unexpected(answer);
}

function conditionHeaders(condition: Condition): Record<string, string> {
  if (condition.kind === 'absent') return { 'If-None-Match': '*' };
  return condition.kind === 'etag' ? { 'If-Match': `"${condition.etag}"` } : {};
}

function allows(condition: Condition, now: string): boolean {
  if (condition.kind === 'none') return true;
  return condition.kind === 'absent' ? now === absent : etagOf(now) === condition.etag;
}

/** What was read, as far as it was. */
export interface Seen {
  /** Undefined when no answer came. */
  readonly state: string | undefined;
  readonly size: number;
}

/** GET or HEAD of the whole object. Everything the answer says must fit together. */
export async function readObject(
  scene: Scene,
  door: DoorName,
  place: Place,
  method: 'GET' | 'HEAD' = 'GET',
): Promise<Seen> {
  const { recorder } = scene;
  const called = recorder.moment();
  const answer = await scene.ask(door, { method, target: targetOf(place) });
  if (answer.verdict === 'absent') {
    scene.sawAbsence(place, called, answer);
    return { state: absent, size: 0 };
  }
  if (answer.verdict !== 'done') {
    if (!isSilence(answer)) scene.unexpected(answer);
    return { state: undefined, size: 0 };
  }
  const etag = bareEtag(answer);
  const state = present(etag, answer.header(markHeader[door].toLowerCase()) ?? 'none');
  recorder.saw(registerOf(place), called, `read ${state}: ${door} ${answer.told}`, state);
  const size = Number(answer.header('content-length'));
  const known = scene.contents.find(etag);
  if (known?.size !== size) recorder.wrong(`${door} ${answer.told}: ${size} bytes under the ETag ${etag}`);
  if (method === 'GET' && known !== undefined && md5(answer.bytes) !== known.md5) {
    recorder.wrong(`${door} ${answer.told}: the bytes are not those of ${etag}`);
  }
  return { state, size };
}

/** GET of a range; its bytes must be those of the object whose tag the answer carries. */
export async function readRange(
  scene: Scene,
  door: DoorName,
  place: Place,
  start: number,
  length: number,
): Promise<void> {
  const { recorder } = scene;
  const called = recorder.moment();
  const headers = { Range: `bytes=${start}-${start + length - 1}` };
  const answer = await scene.ask(door, { method: 'GET', target: targetOf(place), headers });
  if (answer.verdict === 'absent') return scene.sawAbsence(place, called, answer);
  if (answer.verdict !== 'done') {
    if (!isSilence(answer) && answer.verdict !== 'beyond') scene.unexpected(answer);
    return;
  }
  const etag = bareEtag(answer);
  recorder.sawEtag(registerOf(place), called, `read a range of ${etag}: ${door} ${answer.told}`, etag);
  const expected = scene.contents.find(etag)?.slice(start, start + length);
  if (expected?.equals(answer.bytes) !== true) {
    recorder.wrong(`${door} ${answer.told}: the bytes from ${start} are not those of ${etag}`);
  }
}

/** DELETE. S3 does not tell whether there was something; Swift does. */
export async function deleteObject(scene: Scene, door: DoorName, place: Place): Promise<void> {
  const called = scene.recorder.moment();
  const answer = await scene.ask(door, { method: 'DELETE', target: targetOf(place) });
  const apply = (now: string) => (door === 'Swift' && now === absent ? [] : [absent]);
  if (scene.change(registerOf(place), answer, called, `delete by ${door}`, apply)) return;
  if (answer.verdict === 'absent' && (door === 'Swift' || isPassing(place.bucket))) {
    scene.sawAbsence(place, called, answer);
  } else scene.unexpected(answer);
}

/** S3's batch: several keys of one bucket, each a deletion of its own. */
export async function deleteObjects(scene: Scene, bucket: string, keys: readonly string[]): Promise<void> {
  const called = scene.recorder.moment();
  const objects = keys.map((key) => `<Object><Key>${key}</Key></Object>`).join('');
  const body = `<Delete>${objects}</Delete>`;
  const headers = { 'Content-MD5': createHash('md5').update(body).digest('base64') };
  const answer = await scene.ask('S3', { method: 'POST', target: `/${bucket}?delete`, headers, body });
  if (answer.verdict === 'done') {
    const deleted = answer.bytes.toString().match(/<Deleted>/g)?.length ?? 0;
    if (deleted !== keys.length) {
      scene.recorder.wrong(`${answer.told}: ${deleted} of ${keys.length} deleted: ${answer.bytes}`);
      return;
    }
  }
  for (const key of keys) {
    const label = 'delete in a batch';
    if (!scene.change(registerOf({ bucket, key }), answer, called, label, () => [absent])) {
      scene.unexpected(answer);
    }
  }
}

/** A copy with a mark of its own, between two different places. */
export async function copyObject(scene: Scene, door: DoorName, from: Place, to: Place): Promise<void> {
  const { recorder } = scene;
  const mark = scene.newMark();
  const called = recorder.moment();
  const answer = await scene.ask(door, copyCall(door, from, to, mark));
  const register = registerOf(to);
  if (answer.verdict === 'done') {
    const etag = door === 'S3' ? (copiedEtag(answer) ?? '') : bareEtag(answer);
    recorder.sawEtag(registerOf(from), called, `source of ${answer.told}`, etag);
    const apply = () => [present(etag, mark)];
    recorder.record(register, { label: `copy ${etag} ${mark}: ${answer.told}`, called, apply });
  } else if (answer.verdict === 'absent') scene.sawAbsence(from, called, answer);
  else {
    // What was copied is known only by whoever sees it.
    const apply = () => [...recorder.etagsSeen(register), 'unseen'].map((etag) => present(etag, mark));
    if (!scene.change(register, answer, called, `copy ${mark} of ${registerOf(from)}`, apply)) {
      scene.unexpected(answer);
    }
  }
}

function copyCall(door: DoorName, from: Place, to: Place, mark: string): Call {
  const headers = { [markHeader[door]]: mark };
  return door === 'S3'
    ? {
        method: 'PUT',
        target: targetOf(to),
        headers: { ...headers, 'x-amz-copy-source': targetOf(from), 'x-amz-metadata-directive': 'REPLACE' },
      }
    : {
        method: 'COPY',
        target: targetOf(from),
        headers: { ...headers, Destination: targetOf(to), 'X-Fresh-Metadata': 'true' },
      };
}

/** Swift's POST: new metadata, the same bytes. */
export async function markObject(scene: Scene, place: Place): Promise<void> {
  const mark = scene.newMark();
  const called = scene.recorder.moment();
  const headers = { [markHeader.Swift]: mark };
  const answer = await scene.ask('Swift', { method: 'POST', target: targetOf(place), headers });
  const apply = (now: string) => (now === absent ? [] : [present(etagOf(now), mark)]);
  if (scene.change(registerOf(place), answer, called, `post ${mark}`, apply)) return;
  if (answer.verdict === 'absent') scene.sawAbsence(place, called, answer);
  else scene.unexpected(answer);
}

/** An answer that says nothing about what is stored. */
export function isSilence({ verdict }: Answer): boolean {
  return ['lost', 'refused', 'busy', 'beaten', 'wrong'].includes(verdict);
}

/** S3 quotes entity tags, Swift does not. */
export function bareEtag(answer: Answer): string {
  return (answer.header('etag') ?? '').replaceAll('"', '');
}

/** The entity tag in the answer of a copy, a part's copy, or a completion. */
export function copiedEtag({ bytes }: Pick<Answer, 'bytes'>): string | undefined {
  return /<ETag>(?:&quot;|"|&#34;)?([0-9a-f]{32}(?:-\d+)?)/.exec(bytes.toString())?.[1];
}
