/**
 * Owns the events of an hour in the order they happened, and the bytes of the object they become: a line of JSON for each, gzip. Reads
 * through the search, so that an hour holds what the search shows; keeps a few thousand events in memory, however many there are.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Core } from '../core.ts';
import type { ProjectId } from '../model/names.ts';
import type { TrailEvent } from './event.ts';
import { eventDocument } from './event-document.ts';
import { searchTrail } from './search.ts';

/** The name of a delivery's own event. */
export const deliveryEvent = 'DeliverTrail';

export interface Stretch {
  /** Absent: the events of no project. */
  readonly project?: ProjectId | undefined;
  /** Milliseconds since the epoch; the end is exclusive. */
  readonly from: number;
  readonly to: number;
}

const pageSize = 2000;
const zipped = 256 * 1024;

/**
 * Batches of events, oldest first, without those of deliveries: each would be the reason for the next, for ever.
 * @throws CoreError Busy
 */
export async function* eventsOf(core: Core, { project, from, to }: Stretch): AsyncGenerator<TrailEvent[]> {
  const { events, next } = await searchTrail(core, { project, from, to, limit: pageSize });
  if (next === undefined || to - from === 1) {
    const all = next === undefined ? events : await wholeMoment(core, { project, from, to });
    const wanted = all.filter((event) => isDelivered(event, project)).reverse();
    if (wanted.length > 0) yield wanted;
    return;
  }
  const middle = Math.floor((from + to) / 2);
  yield* eventsOf(core, { project, from, to: middle });
  yield* eventsOf(core, { project, from: middle, to });
}

/** A millisecond that has more events than a page, newest first. */
async function wholeMoment(core: Core, { project, from, to }: Stretch): Promise<TrailEvent[]> {
  const all: TrailEvent[] = [];
  for (let before: Buffer | undefined; ; ) {
    const { events, next } = await searchTrail(core, { project, from, to, before, limit: pageSize });
    all.push(...events);
    if (next === undefined) return all;
    before = next;
  }
}

function isDelivered(event: TrailEvent, project: ProjectId | undefined): boolean {
  if (event.api === 'job' && event.name === deliveryEvent) return false;
  return project !== undefined || eventDocument(event).eventCategory === 'DOMAIN';
}

/** The object's bytes; what `batches` throws, the stream throws. */
export async function* zippedLines(
  batches: AsyncIterable<readonly TrailEvent[]>,
): AsyncGenerator<Uint8Array> {
  const gzip = createGzip({ chunkSize: zipped });
  const done = pipeline(Readable.from(lines(batches), { objectMode: false }), gzip).catch(
    (error: unknown) => {
      gzip.destroy(error instanceof Error ? error : new Error(String(error)));
    },
  );
  try {
    yield* gzip as AsyncIterable<Uint8Array>;
  } finally {
    gzip.destroy();
    await done;
  }
}

async function* lines(batches: AsyncIterable<readonly TrailEvent[]>): AsyncGenerator<string> {
  for await (const batch of batches) {
    yield batch.map((event) => `${JSON.stringify(eventDocument(event))}\n`).join('');
  }
}
