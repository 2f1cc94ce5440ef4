/**
 * Owns the list of Swift's features that are not served yet, each with how a request asks for it. Asking is answered 501 with
 * the feature's name: nothing that would change an outcome is ever ignored. A feature leaves this list when it is served.
 */
import { CoreError } from '../../core/errors.ts';
import type { Scope } from './target.ts';
import { isYes, type SwiftView } from './view.ts';

interface Feature {
  readonly name: string;
  /** '*': any. */
  readonly methods: readonly string[] | '*';
  readonly scopes: readonly Scope[];
  readonly asked: (view: SwiftView) => boolean;
}

const everywhere: readonly Scope[] = ['account', 'container', 'object'];

/** A query parameter by its mere presence, or with one value. */
const query =
  (name: string, value?: string) =>
  ({ request }: SwiftView) =>
    value === undefined ? request.query.has(name) : request.query.get(name)?.toLowerCase() === value;

/** One of these headers with something in it: an empty one asks for what is the case anyway. */
const header =
  (...names: readonly string[]) =>
  ({ request }: SwiftView) =>
    names.some((name) => (request.header(name) ?? '').trim() !== '');

/** A header whose name starts like this, with something in it. */
const headerFamily =
  (...prefixes: readonly string[]) =>
  ({ request }: SwiftView) =>
    prefixes.some((prefix) => [...request.headersWithPrefix(prefix).values()].some((v) => v.trim() !== ''));

/** Container metadata whose name starts like this, under every spelling the dialect has for it. */
const containerMetadata = (name: string) => (view: SwiftView) =>
  headerFamily(...view.dialect.containerMetadataPrefixes.map((prefix) => `${prefix}${name}`))(view);

const writes = ['PUT', 'POST'];

const features: readonly Feature[] = [
  {
    name: 'Heartbeat of a static large object',
    methods: ['PUT'],
    scopes: ['object'],
    asked: (view) => query('multipart-manifest', 'put')(view) && isYes(view.request.query.get('heartbeat')),
  },
  {
    name: 'Extraction of tar.bz2',
    methods: ['PUT'],
    scopes: everywhere,
    asked: query('extract-archive', 'tar.bz2'),
  },
  {
    name: 'Symbolic link',
    methods: ['PUT', 'POST', 'COPY'],
    scopes: ['object'],
    asked: header('x-symlink-target', 'x-symlink-target-etag', 'x-symlink-target-account'),
  },
  {
    name: 'Object versioning',
    methods: writes,
    scopes: ['container'],
    asked: (view) =>
      header('x-versions-location', 'x-history-location')(view) || view.saysYes('x-versions-enabled'),
  },
  { name: 'Object versioning', methods: '*', scopes: ['object'], asked: query('version-id') },
  { name: 'Object versioning', methods: ['GET'], scopes: ['container'], asked: query('versions') },
  { name: 'Account ACL', methods: writes, scopes: ['account'], asked: header('x-account-access-control') },
  {
    name: 'Quota',
    methods: writes,
    scopes: ['account', 'container'],
    asked: (view) =>
      containerMetadata('quota-')(view) || headerFamily('x-account-meta-quota-', 'x-account-quota-')(view),
  },
  {
    name: 'CORS rules of a container',
    methods: writes,
    scopes: ['container'],
    asked: containerMetadata('access-control-'),
  },
  {
    name: 'Static web site',
    methods: writes,
    scopes: ['container'],
    asked: containerMetadata('web-'),
  },
  {
    name: 'Container synchronization',
    methods: writes,
    scopes: ['container'],
    asked: header('x-container-sync-to', 'x-container-sync-key'),
  },
  {
    name: 'Form upload',
    methods: ['POST'],
    scopes: ['container', 'object'],
    asked: ({ request }) => /^multipart\/form-data\b/i.test(request.header('content-type') ?? ''),
  },
];

/** @throws CoreError NotImplemented when the request asks for something of the list */
export function refuseNotYet(view: SwiftView): void {
  const { scope } = view.target;
  const { method } = view.request;
  const asked = features.find(
    (feature) =>
      feature.scopes.includes(scope) &&
      (feature.methods === '*' || feature.methods.includes(method)) &&
      feature.asked(view),
  );
  if (asked !== undefined) throw new CoreError('NotImplemented', { what: asked.name });
}
