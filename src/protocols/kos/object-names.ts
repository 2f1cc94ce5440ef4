/**
 * Names of objects in the bodies of this door (reference 10.7, K7), and the rights to what they name, which are asked for once the body
 * is read. Refuses new names with `.` or `..` for a step: many a client would take them out of an address, and so leave the bucket.
 */
import { Type } from 'typebox';
import { authorize, type Permission } from '../../core/access/authorize.ts';
import type { BucketAction } from '../../core/access/roles.ts';
import type { Actor } from '../../core/actor.ts';
import type { Core } from '../../core/core.ts';
import {
  defaultNameLimits,
  type NameLimits,
  type ObjectKey,
  parseObjectKey,
} from '../../core/model/names.ts';
import type { Sight } from '../../core/objects/object-place.ts';
import type { EventResource } from '../../core/trail/event.ts';
import { KosError } from './errors.ts';
import { jsonBodyAs } from './json-body.ts';
import type { AccountBucket } from './request.ts';
import { maybe } from './schemas.ts';

const spelt = maybe(Type.String());

/** Both spellings of one field; one of them has to come. */
export const objectKeySchema = Type.Object({ objectkey: spelt, objectKey: spelt });

interface SpeltKey {
  readonly objectkey?: string | null;
  readonly objectKey?: string | null;
}

/** Undefined when it was left out, or is empty. @throws KosError 400 for two spellings that differ */
export function givenKey({ objectkey, objectKey }: SpeltKey): string | undefined {
  if (objectkey && objectKey && objectkey !== objectKey) {
    throw new KosError(400, 'objectkey and objectKey name different objects');
  }
  return objectkey || objectKey || undefined;
}

/** @throws KosError 400 */
export function required(text: string | null | undefined, name: string): string {
  if (!text) throw new KosError(400, `${name} is missing`);
  return text;
}

/** Of an object that may be there already, whatever made it. @throws KosError 400, CoreError InvalidKey, KeyTooLong */
export function existingKey(text: string | null | undefined, name: string): ObjectKey {
  return parseObjectKey(required(text, name), defaultNameLimits);
}

/** @throws KosError 400, CoreError InvalidKey, KeyTooLong */
export function newKey(text: string | null | undefined, name: string, limits: NameLimits): ObjectKey {
  return addressable(parseObjectKey(required(text, name), limits));
}

/** A key that addresses keep as it is. @throws KosError 400 */
export function addressable(key: ObjectKey): ObjectKey {
  if (!key.split('/').some((step) => step === '.' || step === '..')) return key;
  throw new KosError(400, 'the object key has a step . or .., which would leave its place', {
    code: 'InvalidObjectKey',
  });
}

/** The body of the calls about one object. */
export const objectKeyBody = jsonBodyAs(objectKeySchema, (value) => ({
  key: existingKey(givenKey(value), 'objectkey'),
}));

/** @throws CoreError AccessDenied, NoSuchBucket */
export async function mayOn(
  core: Core,
  actor: Actor,
  place: AccountBucket,
  ...rights: readonly (readonly [BucketAction, ObjectKey])[]
): Promise<Sight | undefined> {
  return authorize(
    core,
    actor,
    rights.map(([action, key]): Permission => ({ action, ...place, key })),
  );
}

/** For the trail; the bucket it is in, the path tells. */
export function objectResource({ key }: { readonly key: ObjectKey }): EventResource {
  return { type: 'Object', name: key };
}
