/**
 * Owns the delivery of hours: each full hour becomes one object, in one commit that makes the object and moves the configuration on.
 * What cannot be written leaves the hour where it is and the configuration in its error state, until a later try succeeds.
 */
import { Conflict, Unavailable } from '../../engines/errors.ts';
import { authorize } from '../access/authorize.ts';
import type { UserActor } from '../actor.ts';
import type { Core } from '../core.ts';
import { CoreError, isCoreError } from '../errors.ts';
import { actorOfIamKey } from '../identity/iam-key-actor.ts';
import { projectKey } from '../identity/keys.ts';
import { Draft, type Loaded } from '../model/draft.ts';
import type { ObjectKey } from '../model/names.ts';
import { putObject } from '../objects/put.ts';
import { deliveryEvent, eventsOf, zippedLines } from './delivery-body.ts';
import {
  type DeliveryError,
  type DeliveryErrorCode,
  type DeliveryRecord,
  deliveredKey,
  deliveryFormat,
  hourOf,
  loadDeliveries,
} from './delivery-record.ts';
import type { TrailEvent } from './event.ts';
import { jobWitness } from './job-witness.ts';
import { deliveryKey } from './keys.ts';
import type { Witness } from './witness.ts';

/** What became of one configuration's next hour. */
export type Outcome =
  | { readonly kind: 'delivered'; readonly record: DeliveryRecord; readonly mended: boolean }
  /** `record` has the error; `fresh` when it was none, or another, before; `cause` for the log where no rule explains it. */
  | {
      readonly kind: 'failed';
      readonly record: DeliveryRecord;
      readonly fresh: boolean;
      readonly cause: unknown;
    }
  /** Somebody else was faster, or the configuration was changed meanwhile. */
  | { readonly kind: 'overtaken' };

export interface DeliveryRunner {
  /** Each configuration's next hour, if it is due. @throws Unavailable */
  turn(signal: AbortSignal): Promise<Outcome[]>;
}

/**
 * Milliseconds after its end in which an hour's events become final: calls that still run correct theirs, reads are on their way
 * to the disk, clocks differ. At full hours two minutes.
 */
export function settlingTime(hour: number): number {
  return Math.max(hour / 30, Math.min(hour, 2000));
}

/** Milliseconds between tries of what failed. At full hours one minute. */
export function retryTime(hour: number): number {
  return hour / 60;
}

/** `keptFor`: milliseconds that events are kept; what is older is not looked for. */
export function deliveryRunner(core: Core, keptFor: number): DeliveryRunner {
  // Whoever could not write for a while has events of that time yet to write.
  let quietUntil = 0;
  return {
    async turn(signal) {
      const now = core.clock();
      if (now < quietUntil) return [];
      const outcomes: Outcome[] = [];
      try {
        for (const delivery of await loadDeliveries(core)) {
          if (signal.aborted) break;
          if (isDue(core, delivery.record)) outcomes.push(await deliver(core, delivery, keptFor, signal));
        }
      } catch (error) {
        if (error instanceof Unavailable) quietUntil = core.clock() + settlingTime(core.settings.trailHour);
        throw error;
      }
      return outcomes;
    },
  };
}

function isDue({ clock, settings: { trailHour } }: Core, { next, error }: DeliveryRecord): boolean {
  const now = clock();
  if (error !== undefined && now < error.triedAt + retryTime(trailHour)) return false;
  return now >= next + trailHour + settlingTime(trailHour);
}

async function deliver(
  core: Core,
  delivery: Loaded<DeliveryRecord>,
  keptFor: number,
  signal: AbortSignal,
): Promise<Outcome> {
  const { trailHour } = core.settings;
  const { record } = delivery;
  const hour = Math.max(record.next, hourOf(core.clock() - keptFor, trailHour));
  const key = deliveredKey(record.project, hour, trailHour) as ObjectKey;
  const resource = { type: 'Object', name: key, bucket: record.bucket, project: record.project } as const;
  const witness = jobWitness(core, { name: 'trail-delivery' }, deliveryEvent, resource);
  const stopped = (code: DeliveryErrorCode, reason: string, cause?: unknown) =>
    failed(core, delivery, witness, { code, reason }, cause);
  try {
    if (await isOrphan(core, record)) return await dropped(core, delivery);
    const life = await actorOfIamKey(core, record.iamKey);
    if ('why' in life) return await stopped('KeyGone', `the IAM access key ${life.why}`);
    witness.callerIs(life.actor);
    await authorize(core, life.actor, [{ action: 'storage.objects.create', bucket: record.bucket, key }]);
    return await writeHour(core, delivery, witness, life.actor, { hour, key }, signal);
  } catch (error) {
    if (error instanceof Unavailable) throw error;
    if (signal.aborted || error instanceof Conflict || isCoreError(error, 'Busy')) return overtaken;
    if (isCoreError(error, 'NoSuchBucket')) {
      return await stopped('BucketGone', `the bucket ${record.bucket} is gone`);
    }
    if (isCoreError(error, 'AccessDenied')) {
      const { action } = error.details;
      return await stopped('AccessDenied', `the key's owner lacks ${action} on the bucket ${record.bucket}`);
    }
    const why = error instanceof CoreError ? error.code : 'an unexpected failure';
    return await stopped('WriteFailed', `the object cannot be written: ${why}`, error);
  }
}

const overtaken: Outcome = { kind: 'overtaken' };

interface Hour {
  readonly hour: number;
  readonly key: ObjectKey;
}

/** An hour without events moves the configuration on, and leaves no object. @throws CoreError Busy when somebody else did either */
async function writeHour(
  core: Core,
  delivery: Loaded<DeliveryRecord>,
  witness: Witness,
  actor: UserActor,
  { hour, key }: Hour,
  signal: AbortSignal,
): Promise<Outcome> {
  const { trailHour } = core.settings;
  const { error, last: before, ...rest } = delivery.record;
  const stretch = { project: rest.project, from: hour, to: hour + trailHour };
  const batches = eventsOf(core, stretch);
  const first = await batches.next();
  let events = 0;
  const advanced = (): DeliveryRecord => {
    const last = events > 0 ? { hour, key, events, at: core.clock() } : before;
    return { ...rest, next: hour + trailHour, ...(last !== undefined && { last }) };
  };
  if (first.done === true) {
    await step(core, new Draft(core), delivery, advanced());
  } else {
    const counted = counting(first.value, batches, (count) => {
      events += count;
    });
    await putObject(witness.core, actor, {
      bucket: rest.bucket,
      key,
      attributes: { contentType: 'application/gzip', headers: {}, metadata: {} },
      conditions: {},
      body: zippedLines(counted),
      expected: [],
      signal,
      along: (draft) => prepare(core, draft, delivery, advanced()),
    });
  }
  return { kind: 'delivered', record: advanced(), mended: error !== undefined };
}

async function* counting(
  first: TrailEvent[],
  rest: AsyncIterable<TrailEvent[]>,
  count: (events: number) => void,
): AsyncGenerator<TrailEvent[]> {
  count(first.length);
  yield first;
  for await (const batch of rest) {
    count(batch.length);
    yield batch;
  }
}

/** Adds to `draft` that `next` takes the configuration's place. @throws CoreError Busy when it has changed: then it never will be again */
async function prepare(
  core: Core,
  draft: Draft,
  { record, version }: Loaded<DeliveryRecord>,
  next: DeliveryRecord | undefined,
): Promise<void> {
  const place = deliveryKey(record.project);
  const [entry] = await core.meta.get([place]);
  if (entry?.version !== version) throw new CoreError('Busy', { what: 'trail delivery' });
  draft.check(place, version);
  if (next === undefined) draft.delete(place);
  else draft.put(place, deliveryFormat.encode(next));
}

async function step(
  core: Core,
  draft: Draft,
  delivery: Loaded<DeliveryRecord>,
  next: DeliveryRecord | undefined,
): Promise<void> {
  await prepare(core, draft, delivery, next);
  await draft.commit();
}

/** The error state; an error that is new has an event in the same commit. */
async function failed(
  core: Core,
  delivery: Loaded<DeliveryRecord>,
  witness: Witness,
  { code, reason }: Pick<DeliveryError, 'code' | 'reason'>,
  cause: unknown,
): Promise<Outcome> {
  const now = core.clock();
  const was = delivery.record.error;
  const fresh = was?.code !== code;
  const since = fresh ? now : was.since;
  const record = { ...delivery.record, error: { code, reason, since, triedAt: now } };
  const draft = new Draft(core);
  const event = fresh ? witness.finish(statuses[code], code, () => true) : undefined;
  if (event !== undefined) draft.put(...event);
  try {
    await step(core, draft, delivery, record);
  } catch (error) {
    if (error instanceof Conflict || isCoreError(error, 'Busy')) return overtaken;
    throw error;
  }
  return { kind: 'failed', record, fresh, cause };
}

/** What a request of the key's owner would have been answered. */
const statuses: Readonly<Record<DeliveryErrorCode, number>> = {
  BucketGone: 404,
  AccessDenied: 403,
  KeyGone: 401,
  WriteFailed: 500,
};

/** A project that is gone takes its configuration along. */
async function isOrphan(core: Core, { project }: DeliveryRecord): Promise<boolean> {
  if (project === undefined) return false;
  const [entry] = await core.meta.get([projectKey(project)]);
  return entry === undefined;
}

async function dropped(core: Core, delivery: Loaded<DeliveryRecord>): Promise<Outcome> {
  await step(core, new Draft(core), delivery, undefined);
  return overtaken;
}
