/**
 * Owns what a put and a deletion do to the versions of a key, in each state of a bucket (S3 user guide, "How S3 Versioning works" and
 * "Adding objects to versioning-suspended buckets"). Pure: it answers what is to be done, `core/objects/change.ts` does it.
 *
 * A key has at most one current object, and any number of objects and delete markers behind it. Where there is no current object, the
 * newest behind is a delete marker. At most one of all is the null version.
 */

import type { Versioning } from '../model/bucket-records.ts';
import type { VersionHead } from '../model/object-records.ts';
import { nullVersion, sequenceAt } from './ids.ts';

/** An object or marker at its place. */
export interface Standing {
  readonly versionId: string;
  readonly sequence: number;
}

export interface KeyState {
  readonly current: Standing | undefined;
  readonly head: VersionHead | undefined;
}

export interface Addition {
  readonly kind: 'object' | 'marker';
  /** Absent while versioning is off. */
  readonly sequence?: number;
  /** Whether it is the null version; else it gets an id of its own. */
  readonly isNull: boolean;
}

export interface Transition {
  /** What becomes of the current object: nothing; it is gone for ever; or it is kept behind. */
  readonly current: 'stays' | 'goes' | 'behind';
  /** The sequence behind that is gone for ever. */
  readonly drops?: number;
  /** The sequence behind that is current from now on. */
  readonly rises?: number;
  /** A new object becomes current, a new marker the newest behind. */
  readonly adds?: Addition;
  /** What is behind afterwards. */
  readonly head: VersionHead | undefined;
}

/** A new object. `now` in milliseconds since the epoch. */
export function putting(versioning: Versioning | undefined, state: KeyState, now: number): Transition {
  return adding('object', versioning, state, now);
}

/** A deletion that names no version. */
export function deleting(versioning: Versioning | undefined, state: KeyState, now: number): Transition {
  if (versioning === undefined) return { current: 'goes', head: undefined };
  return adding('marker', versioning, state, now);
}

function adding(
  kind: Addition['kind'],
  versioning: Versioning | undefined,
  { current, head }: KeyState,
  now: number,
): Transition {
  if (versioning === undefined) return { current: 'goes', adds: { kind, isNull: true }, head: undefined };
  const sequence = Math.max(sequenceAt(now), (current?.sequence ?? 0) + 1, (head?.newest ?? 0) + 1);
  const isNull = versioning === 'suspended';
  const replaced = isNull && current?.versionId === nullVersion;
  const drops = isNull ? head?.nullAt : undefined;
  const added: Standing[] = current === undefined || replaced ? [] : [current];
  if (kind === 'marker') added.push({ versionId: isNull ? nullVersion : '', sequence });
  return {
    current: replaced ? 'goes' : 'behind',
    ...(drops !== undefined && { drops }),
    adds: { kind, sequence, isNull },
    head: headAfter(head, drops === undefined ? [] : [drops], added),
  };
}

/** An entry behind, as far as it matters here. */
export interface BehindAt {
  readonly kind: 'object' | 'marker';
  readonly sequence: number;
}

/**
 * The deletion of one version for ever, the current one or one behind. `newest` are the newest entries behind: two of them, or all
 * there are. What then is newest, when it is an object, becomes current.
 */
export function deletingVersion(
  { current, head }: KeyState,
  target: 'current' | number,
  newest: readonly BehindAt[],
): Transition {
  const gone = target === 'current' ? [] : [target];
  const next = newest.find(({ sequence }) => sequence !== target);
  const bare = target === 'current' || (current === undefined && newest[0]?.sequence === target);
  const rises = bare && next?.kind === 'object' ? next.sequence : undefined;
  return {
    current: target === 'current' ? 'goes' : 'stays',
    ...(target !== 'current' && { drops: target }),
    ...(rises !== undefined && { rises }),
    head: headAfter(head, rises === undefined ? gone : [...gone, rises], []),
  };
}

function headAfter(
  head: VersionHead | undefined,
  gone: readonly number[],
  added: readonly Standing[],
): VersionHead | undefined {
  const count = (head?.count ?? 0) + added.length - gone.length;
  if (count === 0) return undefined;
  const kept = head?.nullAt !== undefined && !gone.includes(head.nullAt) ? head.nullAt : undefined;
  const nullAt = added.find(({ versionId }) => versionId === nullVersion)?.sequence ?? kept;
  return {
    count,
    newest: Math.max(head?.newest ?? 0, ...added.map(({ sequence }) => sequence)),
    ...(nullAt !== undefined && { nullAt }),
  };
}

export function sameHead(a: VersionHead | undefined, b: VersionHead | undefined): boolean {
  return a?.count === b?.count && a?.newest === b?.newest && a?.nullAt === b?.nullAt;
}
