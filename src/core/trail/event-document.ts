/** An event as clients see it, in answers and in what is delivered (reference, section 8). Absent facts are null, so that every event has the same members. */
import type { TrailEvent } from './event.ts';
import { serviceNameOf, serviceOf } from './terms.ts';

/** Proofs that are keys; of a token the public id that Keystone calls audit id is told. */
const keys = ['s3-key', 'iam-key'];

/** Ways in by which nobody calls: background jobs, and commands that have the store to themselves. */
const ownDoing = ['job', 'cli'];

const nobody = { id: null, uniqueId: null, type: '', accessKeyId: null, tokenId: null, projectId: null };

export interface EventDocument {
  readonly eventId: string;
  /** RFC 3339 in UTC, milliseconds. */
  readonly eventTime: string;
  readonly eventCategory: 'PROJECT' | 'DOMAIN';
  readonly eventName: string;
  readonly serviceName: string;
  readonly service: string;
  /** The door. */
  readonly api: string;
  readonly resourceType: string | null;
  readonly resourceName: string | null;
  readonly resourceId: string | null;
  readonly bucket: string | null;
  readonly user: {
    readonly id: string | null;
    readonly uniqueId: string | null;
    readonly type: string;
    readonly accessKeyId: string | null;
    readonly tokenId: string | null;
    readonly projectId: string | null;
  };
  readonly projectId: string | null;
  readonly domainId: string | null;
  readonly sourceIp: string;
  readonly userAgent: string | null;
  readonly requestId: string;
  readonly request: { readonly method: string; readonly path: string; readonly query: string };
  readonly response: { readonly status: number; readonly errorCode: string | null };
}

export function eventDocument(event: TrailEvent): EventDocument {
  const { resource, user, status } = event;
  const projectId = resource?.project ?? user?.project ?? null;
  return {
    eventId: event.id,
    eventTime: new Date(event.time).toISOString(),
    eventCategory: projectId === null ? 'DOMAIN' : 'PROJECT',
    eventName: event.name,
    serviceName: serviceNameOf(event),
    service: serviceOf(event),
    api: event.api,
    resourceType: resource?.type ?? null,
    resourceName: resource?.name ?? null,
    resourceId: resource?.id ?? null,
    bucket: resource?.bucket ?? (resource?.type === 'Bucket' ? (resource.name ?? null) : null),
    user:
      user === undefined
        ? { ...nobody, type: ownDoing.includes(event.api) ? 'system' : 'anonymous' }
        : {
            id: user.name,
            uniqueId: user.id,
            type: user.type,
            accessKeyId: keys.includes(user.proof) ? user.proofId : null,
            tokenId: user.proof === 'token' ? user.proofId : null,
            projectId: user.project ?? null,
          },
    projectId,
    domainId: user?.domain ?? null,
    sourceIp: event.address,
    userAgent: event.agent ?? null,
    requestId: event.id,
    request: { method: event.method, path: event.path, query: event.query },
    response: { status, errorCode: event.error ?? null },
  };
}
