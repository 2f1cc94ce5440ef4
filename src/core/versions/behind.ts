/** Owns reading what stands behind the current object of a key. Refuses to decide what it means. */
import type { Entry } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import { versionFormat } from '../model/codecs.ts';
import type { Loaded } from '../model/draft.ts';
import { versionKey, versionSequence, versionsOfKeySpan } from '../model/keys.ts';
import type { ObjectKey } from '../model/names.ts';
import type { Behind } from '../model/object-records.ts';

export interface LoadedBehind extends Loaded<Behind> {
  readonly sequence: number;
}

export function loadedBehind({ key, value, version }: Entry): LoadedBehind {
  return { record: versionFormat.decode(value).behind, version, sequence: versionSequence(key) };
}

export function versionIdOf(behind: Behind): string {
  return behind.kind === 'object' ? behind.object.versionId : behind.versionId;
}

/** The `limit` newest, newest first. */
export async function newestBehind(
  core: Core,
  bucketId: string,
  key: ObjectKey,
  limit: number,
): Promise<LoadedBehind[]> {
  const entries = await core.meta.range({ ...versionsOfKeySpan(bucketId, key), limit });
  return entries.map(loadedBehind);
}

export async function readBehind(
  core: Core,
  bucketId: string,
  key: ObjectKey,
  sequence: number,
): Promise<LoadedBehind | undefined> {
  const [entry] = await core.meta.get([versionKey(bucketId, key, sequence)]);
  return entry && loadedBehind(entry);
}
