/** This door's view of a request, and the maker of its operations, which carry their own documentation. */
import type { TObject, TSchema } from 'typebox';
import type { RequestView } from '../../base/http/request-view.ts';
import type { Permission } from '../../core/access/authorize.ts';
import type { ProjectAction } from '../../core/access/roles.ts';
import type { Actor, UserActor } from '../../core/actor.ts';
import { CoreError } from '../../core/errors.ts';
import type { BucketName, ProjectId } from '../../core/model/names.ts';
import { type AnyOperation, type Operation, operationsFor } from '../operation.ts';
import type { PathRoute } from '../path-router.ts';
import { checkFrame } from './frame-headers.ts';

export interface KosSettings {
  /** Krutrim's names for regions, at least one; buckets that name none are in the first. */
  readonly regions: readonly string[];
  /** Whether calls about objects need an active session, whatever else proves the caller. */
  readonly requireSession: boolean;
  /** How clients reach us; by default as the request's Host says. */
  readonly publicUrl?: string;
}

/** What the caller's proof makes of the request's names. */
export interface KosPlace {
  /** The account that the call is for. */
  readonly account: ProjectId;
  /** The bucket that the path names, by whichever name; it may be absent, or another account's. */
  readonly bucket?: BucketName;
}

export interface KosView {
  readonly request: RequestView;
  /** The path's named segments, decoded. */
  readonly segments: Readonly<Record<string, string | undefined>>;
  readonly settings: KosSettings;
  /** Set by authentication, before anything is parsed; never for operations open to all. */
  place?: KosPlace;
}

/** What the OpenAPI document says of an operation beside its name and route. */
export interface KosDocument {
  /** One line. */
  readonly summary: string;
  /** Of the query, one property for each parameter. */
  readonly query?: TObject;
  /** Of the JSON body, where the operation has one; `optional`: it may be left out whole; `form`: or it is multipart/form-data with these parts. */
  readonly body?: { readonly schema: TSchema; readonly optional?: boolean; readonly form?: TSchema };
  /** The answer to a success; no schema: without a body; `bytes`: or it is an object's bytes, of this media type. */
  readonly success: { readonly status: number; readonly schema?: TSchema; readonly bytes?: string };
  /** Statuses of refusals that the operation has beside 500 and 503, and 401 where its caller must be known. */
  readonly refusals: readonly number[];
}

export interface KosOperation extends AnyOperation<KosView, PathRoute> {
  readonly document: KosDocument;
}

/** For administrators alone, and on the address for internal calls where there is one. */
export function isInternal({ route }: Pick<KosOperation, 'route'>): boolean {
  return route.path.startsWith('/internal/');
}

/** Whether calls are about what is in a bucket. */
export function isAboutObjects({ route }: Pick<KosOperation, 'route'>): boolean {
  return route.path.startsWith('/kos/v1/buckets/:bucketId/objects');
}

const define = operationsFor<KosView, PathRoute>();

/** The headers that every call may carry are checked before the operation's own `parse`. */
export function operation<Input, Body, Output>(
  literal: Operation<KosView, PathRoute, Input, Body, Output> & { readonly document: KosDocument },
): KosOperation {
  const { document, ...rest } = literal;
  const parse = (view: KosView): Input => {
    checkFrame(view.request, view.settings.regions);
    return literal.parse(view);
  };
  return { ...define({ ...rest, parse }), document };
}

/** The account that the call is for; its caller has proved it. */
export function accountOf({ place }: KosView): ProjectId {
  if (place !== undefined) return place.account;
  throw new Error('an operation open to all has no account');
}

/** A bucket of the path, and the account it must be of: the two things a permission on it names. */
export interface AccountBucket {
  readonly bucket: BucketName;
  readonly project: ProjectId;
}

export function bucketOf(view: KosView): AccountBucket {
  const { bucket } = view.place ?? {};
  if (bucket === undefined) throw new Error('the path of this operation names no bucket');
  return { bucket, project: accountOf(view) };
}

/** The right to `action` in the call's account. */
export function inAccount(action: ProjectAction, project: ProjectId): Permission[] {
  return [{ action, project }];
}

/** What administrators may: the right that every internal call asks for. */
export function administersAccount(account: ProjectId): Permission[] {
  return inAccount('identity.accounts.administer', account);
}

/** The right to the caller's own keys. */
export function ownKeys(actor: Actor): Permission[] {
  return [{ action: 'identity.keys.manage', user: userOf(actor).userId }];
}

/** @throws CoreError Unauthenticated for nobody */
export function userOf(actor: Actor): UserActor {
  if (actor.kind === 'user') return actor;
  throw new CoreError('Unauthenticated', { reason: 'no proof' });
}
