/**
 * Owns deleting many things by one Swift request: the lines of a bulk deletion, or all that lies under a prefix. Each thing is allowed,
 * deleted and counted by itself; a failure of one never stops the others. Refuses to know how the answer is written.
 */
import { STATUS_CODES } from 'node:http';
import { inParallel } from '../../base/in-parallel.ts';
import { may } from '../../core/access/authorize.ts';
import type { Actor } from '../../core/actor.ts';
import { deleteBucket } from '../../core/buckets/delete.ts';
import type { Core } from '../../core/core.ts';
import { CoreError } from '../../core/errors.ts';
import type { BucketName, ObjectKey } from '../../core/model/names.ts';
import { deleteObject } from '../../core/objects/delete.ts';
import { listObjects } from '../../core/objects/list.ts';
import { removingBucket, removingObject } from '../../core/trail/removal.ts';
import type { BulkOutcome } from './bulk-answer.ts';
import { type BulkItem, quoted } from './bulk-lines.ts';
import { renderFailure, SwiftError } from './errors.ts';
import type { SwiftView } from './view.ts';

/** Most failures before the rest is left alone, shown by `/info`. */
export const maxFailedDeletes = 1000;

/** Objects under way at once. They share commits of the engine; more would only queue. */
const atOnce = 32;

export interface BulkContext {
  readonly core: Core;
  readonly actor: Actor;
  readonly view: SwiftView;
  readonly signal: AbortSignal;
}

/** A status as an entry of `Errors` tells it. */
export function reasonOf(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? 'Unknown'}`;
}

/** The counts of a bulk answer while they grow. */
class Tally {
  deleted = 0;
  notFound = 0;
  readonly errors: [path: string, reason: string][] = [];
  #serverFailed = false;

  /** `status`: what a request for this one thing alone would have been answered. */
  count(path: string, status: number): void {
    if (status < 300) this.deleted += 1;
    else if (status === 404) this.notFound += 1;
    else {
      this.#serverFailed ||= status >= 500;
      this.errors.push([path, reasonOf(status)]);
    }
  }

  get full(): boolean {
    return this.errors.length >= maxFailedDeletes;
  }

  outcome(): BulkOutcome {
    const { deleted, notFound, errors } = this;
    const counts = { deleted, notFound, errors };
    if (this.full) return { ...counts, status: '400 Bad Request', body: 'Max delete failures exceeded' };
    return this.#serverFailed ? { ...counts, status: '502 Bad Gateway' } : counts;
  }
}

/** Deletes what the lines name, in the dialect's order. */
export async function deleteListed(context: BulkContext, items: readonly BulkItem[]): Promise<BulkOutcome> {
  const { dialect } = context.view;
  const tally = new Tally();
  for (const group of groupsOf(dialect.bulkOrder === 'as listed' ? items : objectsFirst(items))) {
    context.signal.throwIfAborted();
    const statuses = await inParallel(group, atOnce, (item) =>
      statusOf(context, () => deleteItem(context, item)),
    );
    for (const [at, item] of group.entries()) tally.count(item.shown, statuses[at] ?? 500);
    if (tally.full) break;
  }
  const outcome = tally.outcome();
  const nothing = outcome.deleted + outcome.notFound + outcome.errors.length === 0;
  return nothing ? { ...outcome, status: '400 Bad Request', body: 'Invalid bulk delete.' } : outcome;
}

/** Deletes every object whose key begins with `prefix`; the right to do so has been checked for the whole bucket. */
export async function deleteUnder(
  context: BulkContext,
  bucket: BucketName,
  prefix: string,
): Promise<BulkOutcome> {
  const { core, signal } = context;
  const tally = new Tally();
  let after: string | undefined;
  for (;;) {
    signal.throwIfAborted();
    const listing = { bucket, prefix, delimiter: '', limit: 1000, ...(after === undefined ? {} : { after }) };
    const { entries, truncated } = await listObjects(core, listing);
    const keys = entries.flatMap((entry) => (entry.kind === 'object' ? [entry.info.key] : []));
    const statuses = await inParallel(keys, atOnce, (key) => {
      signal.throwIfAborted();
      return statusOf(context, () => deleteOne(core, bucket, key));
    });
    for (const [at, key] of keys.entries()) {
      // Who deleted it before us has done our work.
      if (statuses[at] !== 404) tally.count(quoted(Buffer.from(`${bucket}/${key}`)), statuses[at] ?? 500);
    }
    after = keys.at(-1);
    if (!truncated || after === undefined || tally.full) return tally.outcome();
  }
}

function isObject({ name }: BulkItem): boolean {
  return name === undefined || name.object !== '';
}

function objectsFirst(items: readonly BulkItem[]): readonly BulkItem[] {
  return [...items.filter(isObject), ...items.filter((item) => !isObject(item))];
}

/** In their order: neighbouring objects together, up to a round of them, and every container by itself behind what came before. */
function* groupsOf(items: readonly BulkItem[]): Generator<readonly BulkItem[]> {
  let objects: BulkItem[] = [];
  for (const item of items) {
    if (isObject(item)) objects.push(item);
    if (objects.length > 0 && (objects.length >= 4 * atOnce || !isObject(item))) {
      yield objects;
      objects = [];
    }
    if (!isObject(item)) yield [item];
  }
  if (objects.length > 0) yield objects;
}

async function deleteItem({ core, actor, view }: BulkContext, { name }: BulkItem): Promise<number> {
  if (name === undefined) return 412;
  const project = view.project();
  const bucket = nameOrStatus(view, name.container);
  if (typeof bucket === 'number') return bucket;
  if (name.object === '') {
    const { allow } = await may(core, actor, { action: 'storage.buckets.delete', bucket, project });
    if (!allow) return 403;
    await deleteBucket(removingBucket(core, 'DeleteContainer', bucket), bucket);
    return 204;
  }
  const key = view.object(name.object);
  const { allow } = await may(core, actor, { action: 'storage.objects.delete', bucket, key, project });
  if (!allow) return 403;
  return deleteOne(core, bucket, key);
}

async function deleteOne(core: Core, bucket: BucketName, key: ObjectKey): Promise<number> {
  const { existed } = await deleteObject(removingObject(core, bucket, key), { bucket, key });
  return existed ? 204 : 404;
}

function nameOrStatus(view: SwiftView, container: string): BucketName | number {
  try {
    return view.container(container);
  } catch (error) {
    if (error instanceof CoreError && error.code === 'NoSuchBucket') return view.dialect.bulkBadName;
    throw error;
  }
}

/** The status of `work`, or that of the answer its failure would get. What is no refusal is a failure of ours. */
export async function statusOf({ view, signal }: BulkContext, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof CoreError || error instanceof SwiftError) {
      return renderFailure(error, view.request, {}).status;
    }
    return 500;
  }
}
