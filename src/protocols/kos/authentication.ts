/**
 * Who calls, for which account, and which bucket the path means (reference 10.1; DESIGN 12, "KOS"). An account that is only named proves
 * nothing: an API key, a token or a session must come with it or instead of it, and all that a request says must agree.
 */
import { undashed } from '../../base/uuid.ts';
import { authorize } from '../../core/access/authorize.ts';
import type { UserActor } from '../../core/actor.ts';
import { bucketWithId } from '../../core/buckets/by-id.ts';
import type { Core } from '../../core/core.ts';
import { CoreError } from '../../core/errors.ts';
import { accountNumberOf, projectOfAccount } from '../../core/identity/accounts.ts';
import { actorOfApiKey, isApiKey } from '../../core/identity/api-keys.ts';
import { actorOfToken } from '../../core/identity/authenticate.ts';
import { actorOfKosSession, ownerOfKosSession } from '../../core/identity/kos-sessions.ts';
import {
  type BucketName,
  defaultNameLimits,
  type ProjectId,
  parseBucketName,
} from '../../core/model/names.ts';
import { type Authenticated, plainBody } from '../protocol.ts';
import { KosError } from './errors.ts';
import { isOfAccount, looksLikeKrn, parseKrn } from './krn.ts';
import {
  administersAccount,
  isAboutObjects,
  isInternal,
  type KosOperation,
  type KosView,
} from './request.ts';
import { resourceOfPath } from './resource.ts';

/** @throws CoreError Unauthenticated, AccessDenied for internal calls by others than administrators, NoSuchBucket; KosError 400 */
export async function authenticate(
  core: Core,
  view: KosView,
  operation: KosOperation,
): Promise<Authenticated> {
  const { request } = view;
  const decodeBody: Authenticated['decodeBody'] = (raw) => plainBody(raw, request.contentLength);
  if (operation.public) {
    await checkBesideToken(core, view);
    return { actor: { kind: 'anonymous', address: request.address }, decodeBody };
  }
  const actor = await callerOf(core, view);
  if (view.settings.requireSession && isAboutObjects(operation)) requireSession(view);
  const administrators = isInternal(operation);
  const account = await accountOfCall(core, view, actor, administrators);
  if (administrators) await authorize(core, actor, administersAccount(account));
  const bucket = await bucketOfPath(core, account, view);
  view.place = { account, ...(bucket !== undefined && { bucket }) };
  const resource = bucket === undefined ? {} : { resource: resourceOfPath(view, operation, bucket) };
  return { actor, decodeBody, ...resource };
}

/**
 * The account of a call whose body holds the proof: the one that is named, or that of what else proves the caller.
 * @throws CoreError Unauthenticated
 */
export async function accountOfOpenCall(core: Core, view: KosView): Promise<ProjectId> {
  const { request } = view;
  const account = given(request.headerText('x-account-id'));
  const proofs = [request.header('x-session-token'), request.headerText('authorization')];
  const named = proofs.every((proof) => given(proof) === undefined) && account !== undefined;
  if (!named || isApiKey(account)) return accountOfCall(core, view, await callerOf(core, view), false);
  const project = await projectOfAccount(core, account);
  if (project === undefined) throw unauthenticated('no such account');
  return project;
}

/**
 * Of a call that is proved by the session token in its path: what its headers say of the caller must be true of the session's owner. A token in a
 * header is not looked at, because the path's is the one that is meant.
 * @throws CoreError Unauthenticated
 */
async function checkBesideToken(core: Core, view: KosView): Promise<void> {
  const { request, segments } = view;
  if (segments.sessionToken === undefined) return;
  const named = ['x-account-id', 'authorization', 'k-customer-id'].map((name) => request.headerText(name));
  if (named.every((text) => given(text) === undefined)) return;
  const owner = await ownerOfKosSession(core, segments.sessionToken, request.address);
  const proofs = await keyProofs(core, view);
  const [actor] = owner === undefined ? proofs : [owner];
  if (actor === undefined) return;
  checkAgreed(view, actor, proofs);
  await accountOfCall(core, view, actor, false);
}

/** The one user that all proofs of the request are of. @throws CoreError Unauthenticated */
async function callerOf(core: Core, view: KosView): Promise<UserActor> {
  const { request } = view;
  const session = given(request.header('x-session-token'));
  const ofSession = session === undefined ? [] : [await actorOfKosSession(core, session, request.address)];
  const proofs = [...ofSession, ...(await keyProofs(core, view))];
  const [actor] = proofs;
  if (actor === undefined) throw unauthenticated('no proof');
  checkAgreed(view, actor, proofs);
  return actor;
}

/** Whom the API keys and the token of the request are of. @throws CoreError Unauthenticated */
async function keyProofs(core: Core, { request }: KosView): Promise<UserActor[]> {
  const { address } = request;
  const proofs: UserActor[] = [];
  const bearer = bearerOf(request.headerText('authorization'));
  if (bearer !== undefined) {
    proofs.push(await (isApiKey(bearer) ? actorOfApiKey : actorOfToken)(core, bearer, address));
  }
  const account = given(request.headerText('x-account-id'));
  if (account !== undefined && isApiKey(account)) proofs.push(await actorOfApiKey(core, account, address));
  return proofs;
}

/** @throws CoreError Unauthenticated */
function checkAgreed({ request }: KosView, actor: UserActor, proofs: readonly UserActor[]): void {
  const agree = proofs.every(
    ({ userId, projectId }) => userId === actor.userId && projectId === actor.projectId,
  );
  if (!agree) throw unauthenticated('the proofs are of different users or accounts');
  const customer = given(request.header('k-customer-id'));
  if (customer !== undefined && undashed(customer) !== actor.userId)
    throw unauthenticated('another customer');
}

/** A session that does not hold has been refused before. @throws KosError 401 */
function requireSession({ request }: KosView): void {
  if (given(request.header('x-session-token')) !== undefined) return;
  throw new KosError(401, 'calls about objects need an active session', { code: 'SessionRequired' });
}

/** @throws CoreError Unauthenticated for another form of authorization */
function bearerOf(header: string | undefined): string | undefined {
  const text = given(header);
  if (text === undefined) return undefined;
  const [, proof] = /^Bearer +(\S.*)$/i.exec(text) ?? [];
  if (proof === undefined) throw unauthenticated('no Bearer authorization');
  return proof;
}

/**
 * The account that the request names, which must be the caller's own; service administrators may name any in internal calls.
 * @throws CoreError Unauthenticated; NoSuchProject for service administrators alone
 */
async function accountOfCall(
  core: Core,
  { request }: KosView,
  actor: UserActor,
  administrators: boolean,
): Promise<ProjectId> {
  const everywhere = administrators && actor.serviceAdmin;
  const text = given(request.headerText('x-account-id'));
  if (text === undefined || isApiKey(text)) {
    if (actor.projectId === undefined) throw unauthenticated('the token is for no account');
    return actor.projectId;
  }
  const named = await projectOfAccount(core, text);
  if (named === undefined && everywhere)
    throw new CoreError('NoSuchProject', { project: text.slice(0, 100) });
  if (named === undefined || (named !== actor.projectId && !everywhere)) {
    throw unauthenticated('the account is not that of the proof');
  }
  return named;
}

/** Undefined for paths without one. @throws CoreError NoSuchBucket, InvalidBucketName; KosError 400 for what is no KRN */
async function bucketOfPath(
  core: Core,
  account: ProjectId,
  { segments }: KosView,
): Promise<BucketName | undefined> {
  const text = segments.bucketId ?? segments.bucketKrn;
  if (text === undefined) return undefined;
  if (!looksLikeKrn(text)) return parseBucketName(text, defaultNameLimits);
  const krn = parseKrn(text);
  if (krn === undefined) throw new KosError(400, 'the bucket must be named by its KRN or its name');
  const absent = new CoreError('NoSuchBucket', { bucket: text });
  const number = await accountNumberOf(core, account);
  if (krn.type !== 'bucket' || !isOfAccount(krn, { number, project: account })) throw absent;
  const id = undashed(krn.id);
  const byId = id === undefined ? undefined : await bucketWithId(core, account, id);
  // A name may look like an id, too.
  return byId ?? parseBucketName(krn.id, defaultNameLimits);
}

/** An empty header counts as none. */
function given(header: string | undefined): string | undefined {
  return header?.trim() || undefined;
}

/** `reason` is for the log alone: which part was wrong is not told. */
function unauthenticated(reason: string): CoreError {
  return new CoreError('Unauthenticated', { reason });
}
