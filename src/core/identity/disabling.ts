/** Owns what being disabled does to the tokens of a user or project: they are dead, and enabling does not revive them, as with Keystone. */
import type { Core } from '../core.ts';

/** Of a user or a project. */
interface Disabling {
  readonly enabled: boolean;
  /** Milliseconds since the epoch. */
  readonly tokensAfter?: number;
}

/** What a change that disables writes beside it. */
export function endOfTokens(
  core: Core,
  record: Disabling,
  change: { readonly enabled?: boolean },
): { readonly tokensAfter?: number } {
  return record.enabled && change.enabled === false ? { tokensAfter: core.clock() } : {};
}

/** Whether a token issued at that moment still speaks for the user or project. */
export function admitsToken({ enabled, tokensAfter }: Disabling, issuedAt: number): boolean {
  return enabled && (tokensAfter === undefined || issuedAt > tokensAfter);
}

/** The end of all that was made before for them together; 0 when they never were disabled. */
export function lastEndOfTokens(...them: readonly Disabling[]): number {
  return Math.max(0, ...them.map(({ tokensAfter = 0 }) => tokensAfter));
}
