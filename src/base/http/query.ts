/**
 * Request targets taken apart without losing anything: signatures need the raw text, operations the decoded values.
 * Refuses broken percent-encoding and text that is not UTF-8.
 */

/** A request target or query that cannot be decoded; each protocol answers it in its own words. */
export class MalformedTarget extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MalformedTarget';
  }
}

/**
 * Decodes percent-encoded UTF-8. Raw non-ASCII characters (the HTTP parser gives one per byte) count as the bytes they are.
 * @throws MalformedTarget for a broken escape or bytes that are not UTF-8.
 */
export function percentDecode(raw: string): string {
  if (!/[%\x80-\xff]/.test(raw)) return raw;
  try {
    return decodeURIComponent(raw.replace(/[\x80-\xff]/g, (c) => `%${c.charCodeAt(0).toString(16)}`));
  } catch {
    throw new MalformedTarget('the request target is not percent-encoded UTF-8');
  }
}

/** Percent-encodes everything but RFC 3986's unreserved characters, as signatures and URLs in listings want it. */
export function percentEncode(text: string): string {
  if (/^[A-Za-z0-9\-._~]*$/.test(text)) return text;
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The decoded parameters of a query string, in the order received; `+` is a blank, a name without `=` has the value ''. */
export class Query {
  readonly entries: readonly (readonly [name: string, value: string])[];

  constructor(raw: string) {
    const entries: [string, string][] = [];
    for (const pair of raw.split('&')) {
      if (pair === '') continue;
      const at = pair.indexOf('=');
      entries.push(at < 0 ? [decode(pair), ''] : [decode(pair.slice(0, at)), decode(pair.slice(at + 1))]);
    }
    this.entries = entries;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** The first value of `name`. */
  get(name: string): string | undefined {
    for (const entry of this.entries) if (entry[0] === name) return entry[1];
    return undefined;
  }
}

function decode(text: string): string {
  return percentDecode(text.includes('+') ? text.replaceAll('+', ' ') : text);
}
