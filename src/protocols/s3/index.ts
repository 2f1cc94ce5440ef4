/**
 * The S3 front-end: joins address, signature, operations and errors into a protocol. It takes every request that no other
 * front-end wants, so it must be the last one asked.
 */
import type { RequestView } from '../../base/http/request-view.ts';
import { defaultNameLimits, type NameLimits } from '../../core/model/names.ts';
import type { EventResource } from '../../core/trail/event.ts';
import { callOf, type Protocol } from '../protocol.ts';
import { authenticateS3 } from './auth/authenticate.ts';
import { s3CorsDoor } from './cors.ts';
import type { S3Request } from './define-operation.ts';
import { hostId, renderS3Error } from './errors.ts';
import { notYet } from './not-yet.ts';
import { s3Operations } from './operations/index.ts';
import { bucketOfHost, parseS3Request } from './request.ts';
import { compileRoutes } from './routes.ts';

export interface S3Settings {
  /** Host names whose subdomains are buckets, without ports. */
  readonly domains: readonly string[];
  /** The same limits as the core's; its defaults when absent. */
  readonly names?: NameLimits;
}

function resourceOf({ bucket, key }: S3Request): EventResource {
  if (bucket === undefined) return { type: 'Service' };
  return key === undefined ? { type: 'Bucket', name: bucket } : { type: 'Object', name: key, bucket };
}

/** @throws Error when two operations have the same shape */
export function createS3({ domains, names: limits = defaultNameLimits }: S3Settings): Protocol {
  const resolve = compileRoutes(s3Operations, notYet);
  return {
    name: 's3',
    ownsHost: (request) => bucketOfHost(request.header('host'), domains) !== undefined,
    owns: () => true,
    resolve(request: RequestView) {
      const view: S3Request = { ...parseS3Request(request, { domains }), limits };
      return callOf(view, resolve(view), authenticateS3, resourceOf);
    },
    cors: s3CorsDoor({ domains }, limits),
    renderError: renderS3Error,
    commonHeaders: ({ requestId }) => ({ 'x-amz-request-id': requestId, 'x-amz-id-2': hostId }),
    operationNames: s3Operations.map(({ name }) => name),
  };
}
