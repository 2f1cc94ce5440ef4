/**
 * Owns answers to reads of one object: the whole, one range, several ranges, and the refusals that show the object's headers
 * (304, 412, 416).
 */
import type { Reply } from '../../base/http/reply.ts';
import type { Core } from '../../core/core.ts';
import { CoreError, isCoreError } from '../../core/errors.ts';
import {
  headObject,
  type ObjectReading,
  type ReadObjectInput,
  type RequestedRange,
  readObject,
} from '../../core/objects/get.ts';
import type { ObjectInfo } from '../../core/objects/info.ts';
import { contentRange, isExcessive, multipartAnswer, type Span } from './byte-ranges.ts';
import { SwiftError } from './errors.ts';
import { objectHeaders } from './object-headers.ts';
import { empty, htmlType, page } from './pages.ts';

/** @throws as `readObject`, with the object's headers where Swift shows them */
export function readOrRefuse(core: Core, input: ReadObjectInput): Promise<ObjectReading> {
  return refuseWithHeaders(core, input, async () => {
    const reading = await readSatisfiable(core, input);
    if (isExcessive(reading.ranges)) throw new CoreError('RangeNotSatisfiable', { size: reading.info.size });
    return reading;
  });
}

/** As `readOrRefuse`, without bytes. */
export function lookOrRefuse(core: Core, input: ReadObjectInput): Promise<ObjectReading> {
  return refuseWithHeaders(core, input, () => headObject(core, input));
}

/** The last bytes of an empty object are all of it (RFC 9110 14.1.2 leaves it open; Swift answers 200). */
async function readSatisfiable(core: Core, input: ReadObjectInput): Promise<ObjectReading> {
  try {
    return await readObject(core, input);
  } catch (error) {
    const { ranges = [], ...whole } = input;
    const served =
      isCoreError(error, 'RangeNotSatisfiable') && error.details.size === 0 && ranges.some(asksForLastBytes);
    if (!served) throw error;
    return readObject(core, whole);
  }
}

function asksForLastBytes(range: RequestedRange): boolean {
  return 'suffix' in range && range.suffix > 0;
}

/** Runs `read`; a refusal that Swift prints together with the object's headers costs a second look at the object. */
async function refuseWithHeaders(
  core: Core,
  input: ReadObjectInput,
  read: () => Promise<ObjectReading>,
): Promise<ObjectReading> {
  try {
    return await read();
  } catch (error) {
    // Nothing at all does not match "anything" (RFC 9110 13.1.1).
    if (isCoreError(error, 'NoSuchKey') && input.conditions.ifMatch === '*') throw new SwiftError(empty(412));
    const answer = refusalWith(error);
    if (answer === undefined) throw error;
    const { bucket, key, reader, stored } = input;
    const { info } = await headObject(core, { bucket, key, reader, stored, conditions: {} });
    throw new SwiftError(answer(info));
  }
}

function refusalWith(error: unknown): ((info: ObjectInfo) => Reply) | undefined {
  if (isCoreError(error, 'NotModified')) {
    return (info) => ({ status: 304, headers: { ...objectHeaders(info), 'Content-Length': 0 } });
  }
  if (isCoreError(error, 'PreconditionFailed')) {
    return (info) => ({
      status: 412,
      headers: {
        ...objectHeaders(info),
        'Content-Type': htmlType,
        'Content-Length': 0,
        'Accept-Ranges': undefined,
      },
    });
  }
  if (isCoreError(error, 'RangeNotSatisfiable')) {
    return (info) => page(416, { ...objectHeaders(info), 'Content-Range': `bytes */${info.size}` });
  }
  return undefined;
}

/** 200 with all bytes, or 206 with what was asked for. */
export function readingReply(core: Core, reading: ObjectReading): Reply {
  const { info, ranges, partial } = reading;
  const headers = objectHeaders(info);
  const [span] = ranges;
  if (span === undefined) return { status: 200, headers, body: '' };
  if (ranges.length > 1) return severalRanges(core, reading, ranges);
  return {
    status: partial ? 206 : 200,
    headers: {
      ...headers,
      'Content-Range': partial ? contentRange(span, info.size) : undefined,
      'Content-Length': span.end - span.start,
    },
    body: reading.open(span),
  };
}

function severalRanges(core: Core, reading: ObjectReading, spans: readonly Span[]): Reply {
  const boundary = core.random(16).toString('hex');
  const answer = multipartAnswer(reading.info, spans, boundary, (span) => reading.open(span));
  return {
    status: 206,
    headers: {
      ...objectHeaders(reading.info),
      'Content-Type': answer.contentType,
      'Content-Length': answer.length,
    },
    body: answer.body,
  };
}
