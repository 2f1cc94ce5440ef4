/**
 * Owns user metadata on the Swift wire: the three header families, their limits with Swift's words, and how a map is printed.
 * Names are kept in lower case; one map serves S3's `x-amz-meta-` as well.
 */
import type { ReplyHeaders } from '../../base/http/reply.ts';
import type { RequestView } from '../../base/http/request-view.ts';
import { isSealedKey, tempUrlKeyNames } from '../../core/buckets/temp-url-keys.ts';
import type { Metadata } from '../../core/model/object-records.ts';
import { refuseText } from './errors.ts';
import type { SwiftView } from './view.ts';

/** Upstream's defaults, shown by `/info`: bytes of UTF-8 and counts. */
export const metadataLimits = { name: 128, value: 256, count: 90, overall: 4096 } as const;

export type MetadataFamily = 'account' | 'container' | 'object';

function prefixOf(family: MetadataFamily): string {
  return `x-${family}-meta-`;
}

/** As HTTP headers are printed by Swift: a letter behind anything but a letter is upper case, all others lower. */
export function titleCase(name: string): string {
  return name
    .toLowerCase()
    .replace(/(^|[^a-z])([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase());
}

/** @throws SwiftError 400 in Swift's words when `metadata` breaks a limit */
export function checkMetadata(family: MetadataFamily, metadata: Iterable<readonly [string, string]>): void {
  let count = 0;
  let overall = 0;
  for (const [name, value] of metadata) {
    const shown = `${prefixOf(family)}${titleCase(name)}`;
    const [nameBytes, valueBytes] = [Buffer.byteLength(name), Buffer.byteLength(value)];
    if (nameBytes === 0) throw refuseText(400, 'Metadata name cannot be empty');
    if (nameBytes > metadataLimits.name) throw refuseText(400, `Metadata name too long: ${shown}`);
    if (valueBytes > metadataLimits.value) {
      throw refuseText(400, `Metadata value longer than ${metadataLimits.value}: ${shown}`);
    }
    if (value.includes('\ufffd')) throw refuseText(400, `Metadata must be valid UTF-8: ${shown}`);
    count += 1;
    overall += nameBytes + valueBytes;
  }
  if (count > metadataLimits.count) {
    throw refuseText(400, `Too many metadata items; max ${metadataLimits.count}`);
  }
  if (overall > metadataLimits.overall) {
    throw refuseText(400, `Total metadata too large; max ${metadataLimits.overall}`);
  }
}

/** An object's metadata: all of it, each time, under the dialect's header names. @throws SwiftError 400 */
export function objectMetadata({ request, dialect }: Pick<SwiftView, 'request' | 'dialect'>): Metadata {
  const given = new Map(
    dialect.objectMetadataPrefixes.flatMap((prefix) => [...request.headersWithPrefix(prefix)]),
  );
  checkMetadata('object', given);
  return Object.fromEntries(given);
}

/** A change of an account's or container's metadata: values by name, '' for a name to be removed. */
export type MetadataChange = ReadonlyMap<string, string>;

/**
 * `X-{family}-Meta-{name}: value`; an empty value, or `X-Remove-{family}-Meta-{name}`, removes. `prefixes`: other spellings
 * of the family. @throws SwiftError 400
 */
export function metadataChange(
  request: RequestView,
  family: 'account' | 'container',
  prefixes: readonly string[] = [prefixOf(family)],
): MetadataChange {
  const change = new Map<string, string>();
  for (const prefix of prefixes) {
    for (const [name, value] of request.headersWithPrefix(prefix)) change.set(name, value);
    for (const name of request.headersWithPrefix(prefix.replace(/^x-/, 'x-remove-')).keys()) {
      change.set(name, '');
    }
  }
  checkMetadata(family, change);
  return change;
}

/** `current` after `change`. @throws SwiftError 400 when the outcome breaks a limit */
export function changedMetadata(
  family: 'account' | 'container',
  current: Metadata,
  change: MetadataChange,
): Metadata {
  const merged = new Map([...Object.entries(current), ...change]);
  const kept = [...merged].filter(([, value]) => value !== '');
  // A sealed key is longer than what the client sent, which was checked by itself.
  if (change.size > 0) {
    checkMetadata(
      family,
      kept.filter(([, value]) => !isSealedKey(value)),
    );
  }
  return Object.fromEntries(kept);
}

/** `X-Object-Meta-Color: blue`. */
export function metadataHeaders(family: MetadataFamily, metadata: Metadata): ReplyHeaders {
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [titleCase(`${prefixOf(family)}${name}`), value]),
  );
}

/** Whether a change sets or removes a key that signs temporary addresses: more than editing metadata, as it opens every object. */
export function changesTempUrlKeys(change: MetadataChange): boolean {
  return tempUrlKeyNames.some((name) => change.has(name));
}
