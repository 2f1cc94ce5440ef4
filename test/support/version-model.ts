/**
 * Owns what the versions of keys must be after puts, deletions and moves, as plain lists: what tests hold the product against. Written
 * from S3's documentation and not from the product's own code. Pure.
 */

export type VersioningState = 'off' | 'enabled' | 'suspended';

/** An object or delete marker at its place among the versions of a key. */
export interface Standing {
  /** Undefined for a delete marker. */
  readonly text?: string;
  readonly isNull: boolean;
}

/** The versions of each key, newest first. A key without any is not there. */
export type Versions = Readonly<Record<string, readonly Standing[]>>;

/** What a reader of `key` gets. */
export function currentText(versions: Versions, key: string): string | undefined {
  return versions[key]?.[0]?.text;
}

export function afterPut(versions: Versions, state: VersioningState, key: string, text: string): Versions {
  return afterAddition(versions, state, key, { text });
}

/** A deletion that names no version: where versioning is on, a marker comes, whatever is there. */
export function afterDeletion(versions: Versions, state: VersioningState, key: string): Versions {
  if (state !== 'off') return afterAddition(versions, state, key, {});
  const { [key]: _, ...others } = versions;
  return others;
}

/** One version goes for ever, and what is under it rises. `at`: its place, 0 being the newest. */
export function afterVersionRemoval(versions: Versions, key: string, at: number): Versions {
  const { [key]: standing = [], ...others } = versions;
  const left = standing.toSpliced(at, 1);
  return left.length === 0 ? others : { ...others, [key]: left };
}

/** `from` has an object, and is not `to`. */
export function afterMove(
  versions: Versions,
  state: VersioningState,
  { from, to }: { readonly from: string; readonly to: string },
): Versions {
  const arrived = afterPut(versions, state, to, currentText(versions, from) ?? '');
  return afterDeletion(arrived, state, from);
}

function afterAddition(
  versions: Versions,
  state: VersioningState,
  key: string,
  added: Pick<Standing, 'text'>,
): Versions {
  const isNull = state !== 'enabled';
  const others = (versions[key] ?? []).filter((one) => !(isNull && one.isNull));
  return { ...versions, [key]: [{ isNull, ...added }, ...others] };
}
