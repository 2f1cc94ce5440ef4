/**
 * Owns one page of a run: a stretch of a bucket's objects and unfinished uploads is judged by the bucket's rules as of midnight, and
 * what is due goes. The same page again finds nothing more: what was written after midnight is none of this run's business.
 */
import { afterKey, afterPrefix, compareBytes } from '../../base/bytes.ts';
import { Unavailable } from '../../engines/errors.ts';
import type { Entry, Key } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import { objectFormat, uploadFormat } from '../model/codecs.ts';
import {
  canPrefixKeys,
  type KeySpan,
  objectsPrefix,
  tags,
  uploadsPrefix,
  versionsPrefix,
} from '../model/keys.ts';
import type { ObjectKey } from '../model/names.ts';
import { isPastDue } from '../objects/past-due.ts';
import type { LifecycleDocument } from './document.ts';
import { lifecycleActor as actor, eachOf, removeObject, removeUpload } from './remove.ts';
import { abortionAt, expiryOf, type LifecycleRule } from './rules.ts';
import { type VersionSweep, versionSweep } from './sweep-versions.ts';

/** Entries of a page. They come with their inline bytes. */
const pageSize = 200;

export interface PageInput {
  readonly bucketId: string;
  readonly document: LifecycleDocument;
  readonly midnight: number;
  /** Goes on at this key. */
  readonly from?: Uint8Array | undefined;
}

export interface PageReport {
  /** Where to go on; undefined when the bucket is done with. */
  readonly next: Uint8Array | undefined;
  readonly removed: number;
  readonly aborted: number;
  /** What could not be judged or removed stays for the next run. */
  readonly failures: readonly { readonly key: Key; readonly error: Error }[];
}

/** @throws Unavailable; then the page is to be repeated */
export async function sweepPage(core: Core, input: PageInput): Promise<PageReport> {
  const { from = new Uint8Array() } = input;
  const span = spansOf(input).find(({ end }) => compareBytes(from, end) < 0);
  if (span === undefined) return { next: undefined, removed: 0, aborted: 0, failures: [] };
  const page = await core.meta.range({ start: later(span.start, from), end: span.end, limit: pageSize });
  const tally = { removed: 0, aborted: 0 };
  const failures: { key: Key; error: Error }[] = [];
  const dueVersion = page[0]?.key[0] === tags.version ? await versionSweep(core, input, page) : undefined;
  await eachOf(page, async (entry) => {
    try {
      const isUpload = entry.key[0] === tags.upload;
      if (await sweepEntry(core, input, entry, dueVersion)) tally[isUpload ? 'aborted' : 'removed'] += 1;
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      failures.push({ key: entry.key, error: error instanceof Error ? error : new Error(String(error)) });
    }
  });
  const last = page.at(-1);
  const next = page.length < pageSize || last === undefined ? span.end : afterKey(last.key);
  return { next, ...tally, failures };
}

/** Whether it went. */
function sweepEntry(
  core: Core,
  input: PageInput,
  entry: Entry,
  dueVersion: VersionSweep | undefined,
): Promise<boolean> {
  if (dueVersion !== undefined) return dueVersion(entry);
  return entry.key[0] === tags.object ? sweepObject(core, input, entry) : sweepUpload(core, input, entry);
}

async function sweepObject(
  core: Core,
  { bucketId, document, midnight }: PageInput,
  { key, value, version }: Entry,
): Promise<boolean> {
  const name = Buffer.from(key).toString('utf8', objectsPrefix(bucketId).length) as ObjectKey;
  const object = objectFormat.decode(value);
  const { size, modifiedAt } = object;
  const expiry = expiryOf(document.rules, { key: name, size, modifiedAt }, core.settings.lifecycleDay);
  if (expiry === undefined || expiry.at > midnight || modifiedAt > midnight) return false;
  // It is gone for everybody already, by its own date.
  if (isPastDue(object, core.clock())) return false;
  const only = (object: { readonly version: bigint }) => object.version === version;
  return removeObject(core, actor, { bucket: document.bucket, key: name, only });
}

async function sweepUpload(
  core: Core,
  { document, midnight }: PageInput,
  { value }: Entry,
): Promise<boolean> {
  const { id, key, startedAt } = uploadFormat.decode(value);
  const at = abortionAt(document.rules, { key, startedAt }, core.settings.lifecycleDay);
  if (at === undefined || at > midnight) return false;
  return removeUpload(core, actor, { bucket: document.bucket, key, upload: id });
}

/** The stretches of keys that rules can mean: objects before what is behind them before uploads, as their keys are ordered. */
function spansOf({ bucketId, document: { rules }, midnight }: PageInput): readonly KeySpan[] {
  const acting = rules.filter(({ enabled }) => enabled);
  const expiring = acting.filter(
    ({ expiration }) =>
      expiration?.kind === 'days' || (expiration?.date ?? Number.POSITIVE_INFINITY) <= midnight,
  );
  const versions = acting.filter(
    ({ expiration, noncurrentDays, expiredDeleteMarker }) =>
      expiration?.kind === 'days' || noncurrentDays !== undefined || expiredDeleteMarker === true,
  );
  const aborting = acting.filter(({ abortAfterDays }) => abortAfterDays !== undefined);
  return [
    ...prefixSpans(objectsPrefix(bucketId), expiring),
    ...prefixSpans(versionsPrefix(bucketId), versions),
    ...prefixSpans(uploadsPrefix(bucketId), aborting),
  ];
}

/** In their order, none inside another. */
function prefixSpans(base: Buffer, rules: readonly LifecycleRule[]): readonly KeySpan[] {
  const prefixes = rules.map(({ prefix = '' }) => Buffer.from(prefix)).filter(canPrefixKeys);
  const spans: KeySpan[] = [];
  for (const prefix of prefixes.sort(compareBytes)) {
    const start = Buffer.concat([base, prefix]);
    const last = spans.at(-1);
    if (last !== undefined && compareBytes(start, last.end) < 0) continue;
    spans.push({ start, end: afterPrefix(start) ?? start });
  }
  return spans;
}

function later(a: Uint8Array, b: Uint8Array): Uint8Array {
  return compareBytes(a, b) < 0 ? b : a;
}
