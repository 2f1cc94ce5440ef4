/** Ids of 16 bytes in two spellings: 32 hex characters, as kept and as most doors print them, and the dashed form of a UUID. */

/** 32 hex characters in the form of a UUID. */
export function dashed(id: string): string {
  return id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The 32 lower-case hex characters of an id in either spelling, in any case; undefined when `text` is none. */
export function undashed(text: string): string | undefined {
  const lower = text.toLowerCase();
  if (/^[0-9a-f]{32}$/.test(lower)) return lower;
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(lower) ? lower.replaceAll('-', '') : undefined;
}
