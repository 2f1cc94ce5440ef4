/**
 * Owns the body of a bulk deletion: percent-encoded `container/object` or `container`, one a line (reference 6.1; wire page, "Bulk").
 * Refuses too many lines and lines longer than any name.
 */
import type { ByteStream } from '../../base/streams/byte-stream.ts';
import { defaultNameLimits } from '../../core/model/names.ts';

/** Most lines of one request, shown by `/info`. */
export const maxBulkDeletes = 10_000;

/** A container and an object of the longest names, every byte of them percent-encoded. */
const longestLine = 3 * (defaultNameLimits.keyBytes + defaultNameLimits.bucketNameMax + 2);

export interface BulkItem {
  /** As it is repeated in the answer: percent-encoded but for slashes. */
  readonly shown: string;
  /** Undefined when the line is not UTF-8 or has a NUL. */
  readonly name: { readonly container: string; readonly object: string } | undefined;
}

/** A list that is not taken at all; `status` and `reason` stand in the answer's body. */
export class BadBulkList extends Error {
  readonly status: string;
  readonly reason: string;
  constructor(status: string, reason: string) {
    super(`${status}: ${reason}`);
    this.name = 'BadBulkList';
    this.status = status;
    this.reason = reason;
  }
}

/** Reads no further than a list may go. @throws BadBulkList */
export async function readBulkLines(body: ByteStream): Promise<BulkItem[]> {
  const items: BulkItem[] = [];
  const add = (line: string) => {
    const trimmed = line.trim();
    if (trimmed === '') return;
    if (items.length >= maxBulkDeletes) {
      throw new BadBulkList(
        '413 Request Entity Too Large',
        `Maximum Bulk Deletes: ${maxBulkDeletes} per request`,
      );
    }
    items.push(itemOf(trimmed));
  };
  let rest = '';
  for await (const chunk of body) {
    const lines = `${rest}${Buffer.from(chunk).toString('latin1')}`.split('\n');
    rest = lines.pop() ?? '';
    if ([...lines, rest].some(({ length }) => length > longestLine)) {
      throw new BadBulkList('400 Bad Request', 'Invalid File Name');
    }
    for (const line of lines) add(line);
  }
  add(rest);
  return items;
}

/** `line` holds a byte in each character; a `%` that begins no escape stands for itself. */
function itemOf(line: string): BulkItem {
  const bytes = Buffer.from(
    line.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
  const text = utf8(bytes);
  return { shown: quoted(bytes), name: text === undefined ? undefined : nameOf(text) };
}

/** Undefined for bytes that are not UTF-8, or have a NUL. */
export function utf8(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

/** A slash alone does not make an object: `box/` is the container. */
function nameOf(text: string): { container: string; object: string } {
  const path = text.replace(/^\/+/, '');
  const slash = path.replace(/\/+$/, '').indexOf('/');
  if (slash < 0) return { container: path.replace(/\/+$/, ''), object: '' };
  return { container: path.slice(0, slash), object: path.slice(slash + 1) };
}

/** Percent-encoded but for slashes and RFC 3986's unreserved characters: nothing is left that any of the answer's forms must escape. */
export function quoted(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9_.~/-]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}
