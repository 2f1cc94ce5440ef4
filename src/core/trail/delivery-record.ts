/**
 * Owns the record of a delivery: whose events go where, by whose key, which hour is next and what is wrong. One record says all, and
 * every step of a delivery is a commit that checks it, so an hour is delivered once whoever is at it and whatever dies.
 */
import type { Core } from '../core.ts';
import type { Loaded } from '../model/draft.ts';
import type { BucketName, ProjectId } from '../model/names.ts';
import {
  type Field,
  id,
  number,
  optional,
  recordFormat,
  structure,
  text,
  word,
} from '../model/record-format.ts';
import { deliveriesSpan, deliveryKey } from './keys.ts';

/** What stops a delivery until it is mended. */
export const deliveryErrorCodes = ['BucketGone', 'AccessDenied', 'KeyGone', 'WriteFailed'] as const;
export type DeliveryErrorCode = (typeof deliveryErrorCodes)[number];

export interface DeliveryError {
  readonly code: DeliveryErrorCode;
  /** For people; names no secret. */
  readonly reason: string;
  /** When it began, and when the delivery was last tried; milliseconds since the epoch. */
  readonly since: number;
  readonly triedAt: number;
}

export interface DeliveredHour {
  /** Its beginning, milliseconds since the epoch. */
  readonly hour: number;
  readonly key: string;
  readonly events: number;
  readonly at: number;
}

export interface DeliveryRecord {
  /** Absent: the events of no project. */
  readonly project?: ProjectId;
  readonly bucket: BucketName;
  /** The IAM access key in whose name objects are written. */
  readonly iamKey: string;
  readonly createdAt: number;
  readonly modifiedAt: number;
  /** The beginning of the first hour that is not delivered. */
  readonly next: number;
  /** The last hour that had events. */
  readonly last?: DeliveredHour;
  /** Present while nothing can be delivered. */
  readonly error?: DeliveryError;
}

export const deliveryFormat = recordFormat<DeliveryRecord>('trail delivery', 1, {
  project: optional(id) as Field<ProjectId | undefined>,
  bucket: text as Field<BucketName>,
  iamKey: text,
  createdAt: number,
  modifiedAt: number,
  next: number,
  last: optional(structure<DeliveredHour>({ hour: number, key: text, events: number, at: number })),
  error: optional(
    structure<DeliveryError>({
      code: word(...deliveryErrorCodes),
      reason: text,
      since: number,
      triedAt: number,
    }),
  ),
});

export async function loadDelivery(
  core: Core,
  project: ProjectId | undefined,
): Promise<Loaded<DeliveryRecord> | undefined> {
  const [entry] = await core.meta.get([deliveryKey(project)]);
  return entry && { record: deliveryFormat.decode(entry.value), version: entry.version };
}

const perRead = 500;

/** All of them, that of no project first. */
export async function loadDeliveries(core: Core): Promise<Loaded<DeliveryRecord>[]> {
  const all: Loaded<DeliveryRecord>[] = [];
  let { start } = deliveriesSpan();
  const { end } = deliveriesSpan();
  for (;;) {
    const entries = await core.meta.range({ start, end, limit: perRead });
    for (const { value, version } of entries) all.push({ record: deliveryFormat.decode(value), version });
    const last = entries.at(-1);
    if (last === undefined || entries.length < perRead) return all;
    start = Buffer.concat([last.key, Buffer.alloc(1)]);
  }
}

const wholeHour = 3_600_000;

/** The beginning of the hour that `time` is in, both in milliseconds. */
export function hourOf(time: number, length: number): number {
  return Math.floor(time / length) * length;
}

/**
 * The object of an hour: `trail/project_event/YYYY/MM/DD/HH-{project id}.jsonl.gz`, or `trail/domain_event/YYYY/MM/DD/HH.jsonl.gz`.
 * Hours shortened for tests have minutes and seconds behind `HH`. Always the same for the same hour.
 */
export function deliveredKey(project: ProjectId | undefined, hour: number, length: number): string {
  const [day = '', clock = ''] = new Date(hour).toISOString().split('T');
  const at = length === wholeHour ? clock.slice(0, 2) : clock.slice(0, 8).replaceAll(':', '-');
  const [folder, whose] = project === undefined ? ['domain_event', ''] : ['project_event', `-${project}`];
  return `trail/${folder}/${day.replaceAll('-', '/')}/${at}${whose}.jsonl.gz`;
}
