/** Reading identity records with the version a commit checks, and joining the commits of several changes into one. */
import { afterKey } from '../../base/bytes.ts';
import type { Commit, Entry, Key, MetaStore, Version } from '../../engines/meta/meta-store.ts';
import type { RecordFormat } from '../model/record-format.ts';

export interface Stored<T> {
  readonly key: Key;
  readonly record: T;
  readonly version: Version;
}

export function storedAs<T>(format: RecordFormat<T>, entry: Entry | undefined): Stored<T> | undefined {
  if (entry === undefined) return undefined;
  return { key: entry.key, record: format.decode(entry.value), version: entry.version };
}

export async function readStored<T>(
  meta: MetaStore,
  format: RecordFormat<T>,
  key: Key,
): Promise<Stored<T> | undefined> {
  const [entry] = await meta.get([key]);
  return storedAs(format, entry);
}

/** The text an index entry holds (an id); undefined when there is none. */
export async function readIndex(meta: MetaStore, key: Key): Promise<string | undefined> {
  const [entry] = await meta.get([key]);
  return entry === undefined ? undefined : indexText(entry);
}

export function indexText(entry: Entry): string {
  return Buffer.from(entry.value).toString();
}

/** The check that a key read before is still as it was. */
export function unchanged(
  key: Key,
  stored: { readonly version: Version } | undefined,
): readonly [Key, Version | null] {
  return [key, stored?.version ?? null];
}

const pageSize = 500;

/** Every entry of a span, ascending. Read page by page: what is written meanwhile may or may not be seen. */
export async function entriesOf(meta: MetaStore, span: { start: Key; end: Key }): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let { start } = span; ; ) {
    const page = await meta.range({ start, end: span.end, limit: pageSize });
    entries.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return entries;
    start = afterKey(last.key);
  }
}

/** One commit that does what all of `commits` do; they must not touch the same keys. */
export function joinCommits(...commits: readonly Commit[]): Commit {
  return {
    checks: commits.flatMap((commit) => commit.checks ?? []),
    puts: commits.flatMap((commit) => commit.puts ?? []),
    deletes: commits.flatMap((commit) => commit.deletes ?? []),
    adds: commits.flatMap((commit) => commit.adds ?? []),
  };
}

/** The part of a commit that has another name lead to `id`. @throws what `taken` makes */
export async function renamingCommit(
  meta: MetaStore,
  id: string,
  name: Key,
  { old, taken }: { readonly old: Key; readonly taken: () => Error },
): Promise<Commit> {
  const [found] = await meta.get([name]);
  if (found !== undefined) throw taken();
  return { checks: [[name, null]], puts: [[name, Buffer.from(id)]], deletes: [old] };
}
