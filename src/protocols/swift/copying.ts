/**
 * Owns copies in Swift: `COPY` with Destination, and `PUT` with X-Copy-From, which are one request told from its two ends.
 * The source's metadata goes along unless X-Fresh-Metadata says otherwise; what the request states wins, name by name.
 */
import { MalformedTarget, percentDecode, percentEncode } from '../../base/http/query.ts';
import type { Reply } from '../../base/http/reply.ts';
import type { Permission } from '../../core/access/authorize.ts';
import type { Actor } from '../../core/actor.ts';
import type { Core } from '../../core/core.ts';
import { CoreError } from '../../core/errors.ts';
import type { SegmentNames } from '../../core/large/shape.ts';
import type { BucketName, ObjectKey, ProjectId } from '../../core/model/names.ts';
import type { ObjectAttributes } from '../../core/model/object-records.ts';
import type { ReadConditions } from '../../core/objects/conditions.ts';
import { copyObject } from '../../core/objects/copy.ts';
import type { RequestedRange } from '../../core/objects/get.ts';
import type { ObjectInfo } from '../../core/objects/info.ts';
import { putObject } from '../../core/objects/put.ts';
import { parseRanges } from './byte-ranges.ts';
import { readConditions } from './conditions.ts';
import { contentTypeOf, statedContentType } from './content-type.ts';
import { invalidName, refuseSentence, refuseText } from './errors.ts';
import { asksManifest, etagHeaders, segmentNamesOf } from './large-objects.ts';
import { checkMetadata, objectMetadata } from './metadata.ts';
import { contentHeadersOf, customHeaders, deleteAtOf } from './object-headers.ts';
import { lookOrRefuse, readOrRefuse } from './object-reading.ts';
import { empty } from './pages.ts';
import { lastModified } from './times.ts';
import type { SwiftView } from './view.ts';

interface Place {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
}

export interface CopyInput {
  readonly project: ProjectId;
  readonly source: Place;
  readonly target: Place;
  readonly conditions: ReadConditions;
  /** Only this part of the source. */
  readonly range?: RequestedRange;
  /** A large object's manifest, in the place of what it stands for. */
  readonly stored: boolean;
  /** What the copy is to stand for itself. */
  readonly standsFor?: SegmentNames | undefined;
  readonly attributes: (source: ObjectInfo) => ObjectAttributes;
}

export interface Copied {
  readonly info: ObjectInfo;
  readonly source: ObjectInfo;
}

/** COPY of the path's object to `Destination`. @throws SwiftError 412, CoreError AccessDenied, NoSuchBucket, KeyTooLong */
export function parseCopyTo(view: SwiftView): CopyInput {
  const there = namesIn(view, 'Destination');
  return copyInput(view, {
    source: { bucket: view.container(), key: view.object() },
    target: { bucket: view.container(there.container), key: view.newObject(there.object) },
    targetName: there.object,
  });
}

/** PUT of the path's object from `X-Copy-From`. @throws as `parseCopyTo`, and SwiftError 400 for a body */
export function parseCopyFrom(view: SwiftView): CopyInput {
  const { request } = view;
  if (request.chunked || (request.contentLength ?? 0) > 0) {
    throw refuseText(400, 'Copy requests require a zero byte body');
  }
  const there = namesIn(view, 'X-Copy-From');
  return copyInput(view, {
    source: { bucket: view.container(there.container), key: view.object(there.object) },
    target: { bucket: view.container(), key: view.newObject() },
    targetName: view.target.object,
  });
}

/** `container/object`, percent-encoded, with or without a slash in front, in this project. */
function namesIn(view: SwiftView, header: 'Destination' | 'X-Copy-From') {
  const raw = view.request.header(header.toLowerCase())?.trim();
  if (!raw) throw refuseSentence(412, `${header} header required`);
  const [, container, object] = /^\/?([^/]+)\/(.+)$/s.exec(decoded(raw)) ?? [];
  if (container === undefined || object === undefined) {
    throw refuseSentence(412, `${header} header must be of the form <container name>/<object name>`);
  }
  const accountHeader = header === 'Destination' ? 'destination-account' : 'x-copy-from-account';
  const account = view.request.headerText(accountHeader);
  if (account && view.projectOf(decoded(account)) !== view.project()) {
    throw new CoreError('AccessDenied', {
      action: 'storage.objects.create',
      resource: account.slice(0, 300),
      anonymous: false,
      reason: 'copies stay within one account',
    });
  }
  return { container, object };
}

function decoded(raw: string): string {
  try {
    const text = percentDecode(raw);
    if (!text.includes('\0')) return text;
  } catch (error) {
    if (!(error instanceof MalformedTarget)) throw error;
  }
  throw refuseSentence(412, invalidName);
}

function copyInput(
  view: SwiftView,
  places: { readonly source: Place; readonly target: Place; readonly targetName: string },
): CopyInput {
  const { request } = view;
  const ranges = parseRanges(request.header('range')) ?? [];
  if (ranges.length > 1) throw refuseText(400, 'A copy takes one range at most');
  const [range] = ranges;
  return {
    project: view.project(),
    source: places.source,
    target: places.target,
    conditions: readConditions(request),
    ...(range === undefined ? {} : { range }),
    stored: asksManifest(request, 'get'),
    standsFor: segmentNamesOf(request),
    attributes: mergedAttributes(view, places.targetName),
  };
}

/** What the copy is to carry, from the request and the source. @throws SwiftError 400 */
function mergedAttributes(view: SwiftView, targetName: string): CopyInput['attributes'] {
  const { request } = view;
  const stated =
    statedContentType(request) !== undefined || view.saysYes('x-detect-content-type')
      ? contentTypeOf(request, targetName)
      : undefined;
  const own = {
    headers: contentHeadersOf(request),
    metadata: objectMetadata(view),
    ...deleteAtOf(request),
  };
  const fresh = view.saysYes('x-fresh-metadata');
  const keepsForever = Boolean(request.header('x-remove-delete-at'));
  return (source) => {
    const contentType = stated ?? source.contentType;
    if (fresh) return { contentType, ...own };
    const metadata = { ...source.metadata, ...own.metadata };
    // S3 allows more than Swift: what is only carried along is not refused.
    if (Object.keys(own.metadata).length > 0) checkMetadata('object', Object.entries(metadata));
    const deleteAt = own.deleteAt ?? (keepsForever ? undefined : source.deleteAt);
    return {
      contentType,
      headers: { ...source.headers, ...own.headers },
      metadata,
      ...(deleteAt === undefined ? {} : { deleteAt }),
    };
  };
}

export function copyPermissions({ source, target, project }: CopyInput): Permission[] {
  return [
    { action: 'storage.objects.get', ...source, project },
    { action: 'storage.objects.create', ...target, project },
  ];
}

/** @throws as `copyObject`, with the source's headers where Swift shows them */
export async function copy(core: Core, actor: Actor, input: CopyInput, signal: AbortSignal): Promise<Copied> {
  if (input.range !== undefined) return copyRange(core, actor, input, input.range, signal);
  // Swift reads the source first and passes its refusal on: a 304 stays a 304, with the source's headers.
  if (Object.keys(input.conditions).length > 0)
    await lookOrRefuse(core, { ...readingOf(input, actor), conditions: input.conditions });
  return copyObject(core, actor, {
    source: input.source,
    sourceConditions: input.conditions,
    bucket: input.target.bucket,
    key: input.target.key,
    conditions: {},
    attributes: input.attributes,
    stored: input.stored,
    standsFor: input.standsFor,
    signal,
  });
}

function readingOf({ source, stored }: CopyInput, reader: Actor) {
  return { ...source, stored, reader };
}

/** A part of an object as a new one: its bytes are new to us, so they are read and written. */
async function copyRange(
  core: Core,
  actor: Actor,
  input: CopyInput,
  range: RequestedRange,
  signal: AbortSignal,
): Promise<Copied> {
  const reading = await readOrRefuse(core, {
    ...readingOf(input, actor),
    conditions: input.conditions,
    ranges: [range],
  });
  const [span] = reading.ranges;
  const size = span === undefined ? 0 : span.end - span.start;
  async function* body(): AsyncGenerator<Uint8Array> {
    if (span === undefined || size === 0) return;
    const bytes = reading.open(span);
    if (bytes instanceof Uint8Array) yield bytes;
    else yield* bytes;
  }
  const info = await putObject(core, actor, {
    ...input.target,
    attributes: input.attributes(reading.info),
    conditions: {},
    body: body(),
    size,
    expected: [],
    shape: input.standsFor && { kind: 'dynamic', ...input.standsFor },
    signal,
  });
  return { info, source: reading.info };
}

export function copiedReply({ info, source }: Copied, { target }: SwiftView): Reply {
  const path = [source.bucket, ...source.key.split('/')].map(percentEncode).join('/');
  return empty(201, {
    Etag: etagHeaders(info).Etag,
    'Last-Modified': lastModified(info.modifiedAt),
    'X-Copied-From-Account': target.account,
    'X-Copied-From': path,
    'X-Copied-From-Last-Modified': lastModified(source.modifiedAt),
    ...customHeaders(info),
  });
}
