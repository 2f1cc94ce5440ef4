/**
 * Owns groups of names in the crash tests of moves: a group is one register, because a move changes two names in one moment. Its state is
 * every version of every name, so that each answer is judged against all of them. Also owns the operations on a group, and its inspection.
 */
import assert from 'node:assert/strict';
import { assemble } from '../support/parts-by-copy.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import {
  afterDeletion,
  afterMove,
  afterPut,
  afterVersionRemoval,
  currentText,
  type Standing,
  type VersioningState,
  type Versions,
} from '../support/version-model.ts';
import { type Content, md5 } from './contents.ts';
import { type Answer, targetOf, type Verdict } from './doors.ts';
import { bareEtag, isSilence } from './objects.ts';
import { absent } from './recorder.ts';
import type { Scene } from './scene.ts';

export interface MovingBucket {
  readonly name: string;
  readonly state: VersioningState;
}

export interface Group {
  readonly bucket: MovingBucket;
  /** No other group's names of the bucket begin with it. */
  readonly id: string;
  readonly names: readonly string[];
  /** It has one object, which is moved and nothing else: so at every moment exactly one name has it. */
  readonly lonely: boolean;
}

/** Names in several folders, and beside them; `id` has a fixed length. */
export function groupOf(bucket: MovingBucket, id: string, lonely: boolean): Group {
  const names = ['/a', '/b', '/deep/er/a', '/ㄱ 1/b+c', ' beside'].map((rest) => `${id}${rest}`);
  return { bucket, id, names, lonely };
}

/** What is known of a group, as a recorder keeps it. */
function toState(versions: Versions): string {
  const entries = Object.entries(versions).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? absent : JSON.stringify(entries);
}

function fromState(state: string): Versions {
  return state === absent ? {} : (Object.fromEntries(JSON.parse(state)) as Versions);
}

/** An effect on the versions of a group; undefined where the answer would have been another one. */
const changing =
  (change: (versions: Versions) => Versions | undefined) =>
  (now: string): string[] => {
    const next = change(fromState(now));
    return next === undefined ? [] : [toState(next)];
  };

const holding = (holds: (versions: Versions) => boolean) => (now: string) =>
  holds(fromState(now)) ? [now] : [];

const registerOf = ({ bucket, id }: Group): string => `${bucket.name}/${id}`;

/** PUT by S3. `state`: the bucket's, where it is another one at the moment. */
export async function putInto(
  scene: Scene,
  group: Group,
  name: string,
  content: Content,
  state = group.bucket.state,
): Promise<void> {
  const called = scene.recorder.moment();
  const target = targetOf({ bucket: group.bucket.name, key: name });
  const answer = await scene.ask('S3', { method: 'PUT', target, body: content.bytes });
  const apply = changing((versions) => afterPut(versions, state, name, content.etag));
  if (!scene.change(registerOf(group), answer, called, `put ${content.etag}`, apply)) {
    scene.unexpected(answer);
  }
}

/** Makes an object of two parts at `name`, while nothing is killed. */
export async function assembleIn(
  scene: Scene,
  group: Group,
  name: string,
  base: { readonly content: Content; readonly target: string },
): Promise<void> {
  const { recorder, contents, user } = scene;
  const { content, target: source } = base;
  const called = recorder.moment();
  const target = targetOf({ bucket: group.bucket.name, key: name });
  const builder = { server: await scene.address, user };
  const etag = await assemble(builder, target, { source, md5: content.etag, count: 2 });
  assert.equal(etag, contents.join([content, content]));
  const apply = changing((versions) => afterPut(versions, group.bucket.state, name, etag));
  recorder.record(registerOf(group), { label: `assemble ${etag}`, called, apply });
}

/** DELETE by S3, without a version. */
export async function removeFrom(scene: Scene, group: Group, name: string): Promise<void> {
  const called = scene.recorder.moment();
  const target = targetOf({ bucket: group.bucket.name, key: name });
  const answer = await scene.ask('S3', { method: 'DELETE', target });
  const apply = changing((versions) => afterDeletion(versions, group.bucket.state, name));
  if (!scene.change(registerOf(group), answer, called, 'delete', apply)) scene.unexpected(answer);
}

/** DELETE by S3 of some version of a name, or of a delete marker. */
export async function removeVersionFrom(
  scene: Scene,
  group: Group,
  name: string,
  random: SeededRandom,
): Promise<void> {
  const { name: bucket } = group.bucket;
  const listing = { method: 'GET', target: `/${bucket}?versions&prefix=${encodeURIComponent(name)}` };
  const listed = await scene.ask('S3', listing);
  const found = listed.verdict === 'done' ? listedVersions(listed).filter((one) => one.name === name) : [];
  if (found.length === 0) return;
  const { version, standing } = random.pick(found);
  const called = scene.recorder.moment();
  const target = `${targetOf({ bucket, key: name })}?versionId=${version}`;
  const answer = await scene.ask('S3', { method: 'DELETE', target });
  const apply = (now: string): string[] => {
    const versions = fromState(now);
    const all = versions[name] ?? [];
    // The null version is whichever has no id then; of others that look alike it is not known which it was, and it may have gone before.
    const fits = (one: Standing) =>
      one.isNull === standing.isNull && (one.isNull || one.text === standing.text);
    const places = all.flatMap((one, at) => (fits(one) ? [at] : []));
    const removed = places.map((at) => toState(afterVersionRemoval(versions, name, at)));
    return standing.isNull && removed.length > 0 ? removed : [now, ...removed];
  };
  const what = `delete version ${standing.text ?? 'marker'} of ${name}`;
  if (!scene.change(registerOf(group), answer, called, what, apply)) scene.unexpected(answer);
}

export interface Move {
  readonly from: string;
  readonly to: string;
  /** A move takes a name that is taken, a rename does not. */
  readonly how: 'move' | 'rename';
}

/** MoveObject or RenameObject by Krutrim's API. */
export async function moveWithin(scene: Scene, group: Group, { from, to, how }: Move): Promise<Verdict> {
  const { recorder } = scene;
  const { name: bucket, state } = group.bucket;
  const called = recorder.moment();
  const fields = how === 'move' ? { sourceKey: from, destinationKey: to } : { oldKey: from, newKey: to };
  const answer = await scene.ask('KOS', {
    method: 'POST',
    target: `/kos/v1/buckets/${bucket}/objects/${how}`,
    body: JSON.stringify(fields),
  });
  const { verdict } = answer;
  const label = `${how} ${from} to ${to}`;
  const register = registerOf(group);
  const isFree = (versions: Versions, name: string) => currentText(versions, name) === undefined;
  const apply = changing((versions) => {
    if (isFree(versions, from) || (how === 'rename' && !isFree(versions, to))) return undefined;
    return afterMove(versions, state, { from, to });
  });
  if (scene.change(register, answer, called, label, apply)) return verdict;
  const refusals: Partial<Record<Verdict, (versions: Versions) => boolean>> = {
    absent: (versions) => isFree(versions, from),
    ...(how === 'rename' && {
      exists: (versions: Versions) => !isFree(versions, from) && !isFree(versions, to),
    }),
  };
  const why = refusals[verdict];
  if (why === undefined) scene.unexpected(answer);
  else recorder.record(register, { label: `${label}: ${answer.told}`, called, apply: holding(why) });
  return verdict;
}

/** GET by S3, of one version where it is named: the bytes must be those of the entity tag. */
export async function readFrom(scene: Scene, group: Group, name: string, version?: string): Promise<void> {
  const { recorder } = scene;
  const called = recorder.moment();
  const query = version === undefined ? '' : `?versionId=${version}`;
  const target = `${targetOf({ bucket: group.bucket.name, key: name })}${query}`;
  const answer = await scene.ask('S3', { method: 'GET', target });
  if (answer.verdict !== 'done' && answer.verdict !== 'absent') {
    if (!isSilence(answer)) scene.unexpected(answer);
    return;
  }
  const etag = answer.verdict === 'done' ? bareEtag(answer) : undefined;
  if (etag !== undefined && scene.contents.find(etag)?.md5 !== md5(answer.bytes)) {
    recorder.wrong(`${answer.told}: the bytes are not those of ${etag}`);
  }
  if (version !== undefined) {
    if (etag === undefined) recorder.wrong(`${answer.told}: a version that was listed is absent`);
    return;
  }
  const apply = holding((versions) => currentText(versions, name) === etag);
  recorder.record(registerOf(group), { label: `read ${etag}: ${answer.told}`, called, apply });
}

interface ListedVersion {
  readonly name: string;
  readonly version: string;
  readonly standing: Standing;
}

/** What is there once it is quiet, and whether it is whole. Answers the names that have an object. */
export async function inspect(scene: Scene, group: Group): Promise<readonly string[]> {
  const { recorder } = scene;
  const called = recorder.moment();
  const { name: bucket } = group.bucket;
  const target = `/${bucket}?versions&prefix=${encodeURIComponent(group.id)}`;
  const answer = await scene.ask('S3', { method: 'GET', target });
  assert.equal(answer.verdict, 'done', answer.told);
  assert.match(answer.bytes.toString(), /<IsTruncated>false</);
  const listed = listedVersions(answer);
  const versions: Record<string, Standing[]> = {};
  for (const { name, standing } of listed) versions[name] = [...(versions[name] ?? []), standing];
  const state = toState(versions);
  const apply = (now: string) => (now === state ? [now] : []);
  recorder.record(registerOf(group), { label: `found ${state}`, called, apply });
  const current = group.names.filter((name) => currentText(versions, name) !== undefined);
  for (const name of group.names) {
    await readFrom(scene, group, name);
    const told = await scene.ask('KOS', {
      method: 'POST',
      target: `/kos/v1/buckets/${bucket}/objects/metadata`,
      body: JSON.stringify({ objectkey: name }),
    });
    const expected = current.includes(name) ? 'done' : 'absent';
    if (told.verdict !== expected) recorder.wrong(`${told.told} of ${name}, which is ${expected}`);
  }
  // Of bytes that several versions have, one is read.
  const behind = new Map<string, ListedVersion>();
  for (const one of listed) if (one.standing.text !== undefined) behind.set(one.standing.text, one);
  for (const { name, version } of behind.values()) await readFrom(scene, group, name, version);
  if (group.lonely && current.length !== 1) {
    recorder.wrong(`the object of ${registerOf(group)} is under ${current.length} names: ${state}`);
  }
  return current;
}

/** In the answer's order: by name, and the newest first. */
function listedVersions({ bytes }: Answer): ListedVersion[] {
  const texts = bytes.toString().matchAll(/<(Version|DeleteMarker)>(.*?)<\/\1>/gs);
  return [...texts].map(([, kind, text = '']) => {
    const field = (name: string) => new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(text)?.[1] ?? '';
    const version = field('VersionId');
    const etag = field('ETag').replaceAll('&quot;', '').replaceAll('"', '');
    const isNull = version === 'null';
    return {
      name: field('Key'),
      version,
      standing: { isNull, ...(kind === 'Version' && { text: etag }) },
    };
  });
}
