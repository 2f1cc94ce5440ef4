/**
 * Owns the record of the daily run: which midnight it is for, how far it is, who is at it. Every step of a run is a commit that checks
 * it, so a run is begun once, goes on where a killed one was, and is never at two places.
 */
import { Conflict } from '../../engines/errors.ts';
import type { Version } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import { Draft } from '../model/draft.ts';
import { lifecycleRunKey } from '../model/keys.ts';
import { bytes, flag, id, number, optional, recordFormat } from '../model/record-format.ts';

export interface LifecycleRun {
  /** The beginning of the day it is for, in milliseconds since the epoch. */
  readonly midnight: number;
  readonly done: boolean;
  /** Whoever took the last step. */
  readonly runner: string;
  /** The bucket it is in; the first one when absent. */
  readonly bucket?: string;
  /** The key of that bucket to go on at. */
  readonly from?: Uint8Array;
  /** What went so far. A step that was killed half way is not counted. */
  readonly removed: number;
  readonly aborted: number;
}

const format = recordFormat<LifecycleRun>('lifecycle run', 1, {
  midnight: number,
  done: flag,
  runner: id,
  bucket: optional(id),
  from: optional(bytes),
  removed: number,
  aborted: number,
});

export interface LoadedRun {
  readonly record: LifecycleRun;
  readonly version: Version;
}

export async function readRun(core: Core): Promise<LoadedRun | undefined> {
  const [entry] = await core.meta.get([lifecycleRunKey]);
  return entry && { record: format.decode(entry.value), version: entry.version };
}

/** Puts `next` in the place of what was read; false when somebody else was faster. */
export async function writeRun(core: Core, was: LoadedRun | undefined, next: LifecycleRun): Promise<boolean> {
  try {
    await new Draft(core)
      .check(lifecycleRunKey, was?.version)
      .put(lifecycleRunKey, format.encode(next))
      .commit();
    return true;
  } catch (error) {
    if (error instanceof Conflict) return false;
    throw error;
  }
}
