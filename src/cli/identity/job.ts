/** What an action is given and what it answers; arguments and flags taken out of it. */
import type { Flags } from './flags.ts';
import { type Document, type IdentityClient, textOf } from './identity-client.ts';
import { UsageError } from './usage-error.ts';

/** What an action is given: its arguments and flags, and the service. */
export interface Job {
  readonly client: IdentityClient;
  readonly words: readonly string[];
  readonly flags: Flags;
}

/** What it prints: rows, one document, or nothing. */
export type Outcome =
  | { readonly columns: readonly string[]; readonly rows: readonly Document[] }
  | { readonly names: readonly string[]; readonly document: Document; readonly note?: string }
  | undefined;

export type Action = (job: Job) => Promise<Outcome>;

export function word(words: readonly string[], at: number): string {
  return words[at] ?? '';
}

/** The id of what a flag or argument names. */
export async function idOf(
  client: IdentityClient,
  kind: 'projects' | 'users' | 'groups',
  idOrName: string,
): Promise<string> {
  return String((await client.find(kind, idOrName)).id);
}

/** @throws UsageError */
export function needed(flags: Flags, name: string): string {
  const value = textOf(flags[name]);
  if (value === undefined) throw new UsageError(`--${name} is needed`);
  return value;
}
