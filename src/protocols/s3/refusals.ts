/**
 * Owns request headers that ask for what is not served: each is refused by name, because ignoring one would store an object
 * other than the client believes. Harmless values (the default storage class, the ACL that changes nothing) pass.
 */
import { encryptionHeader, managedEncryption } from './encryption-headers.ts';
import { type S3Error, s3Error } from './errors.ts';
import { transitionMinimum } from './lifecycle-headers.ts';
import type { S3View } from './request.ts';

/** Answers an error for a value that cannot be honoured. */
type Rule = (value: string, header: string) => S3Error | undefined;

const notImplemented: Rule = (_, header) =>
  s3Error('NotImplemented', `The header ${header} asks for something that is not implemented.`, {
    Header: header,
  });

const unless =
  (...harmless: readonly string[]): Rule =>
  (value, header) =>
    harmless.includes(value) ? undefined : notImplemented(value, header);

const cannedAcls = [
  'private',
  'public-read',
  'public-read-write',
  'authenticated-read',
  'aws-exec-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
  'log-delivery-write',
];

const aclUnless =
  (...harmless: readonly string[]): Rule =>
  (value, header) => {
    if (!cannedAcls.includes(value)) {
      return s3Error('InvalidArgument', undefined, { ArgumentName: header, ArgumentValue: value });
    }
    return unless(...harmless)(value, header);
  };

const storageClass: Rule = (value, header) =>
  value === 'STANDARD'
    ? undefined
    : s3Error('InvalidStorageClass', 'The storage class you specified is not valid', {
        StorageClassRequested: value,
        ArgumentName: header,
      });

/** By header name, or by its beginning when it ends with `*`. */
type Rules = Readonly<Record<string, Rule>>;

/** Keys of the service are what we have; those of a key service or of the customer are not. */
const managedAlone: Rule = (value, header) => {
  if (value === managedEncryption) return undefined;
  if (/^aws:(kms(:dsse)?|fsx)$/.test(value)) return notImplemented(value, header);
  return s3Error('InvalidArgument', 'The encryption method specified is not supported', {
    ArgumentName: header,
    ArgumentValue: value,
  });
};

const encryption: Rules = {
  'x-amz-server-side-encryption*': notImplemented,
  'x-amz-copy-source-server-side-encryption*': notImplemented,
};

/** Of calls that write an object or begin one. */
const objectWrite: Rules = {
  ...encryption,
  [encryptionHeader]: managedAlone,
  'x-amz-acl': aclUnless('private', 'bucket-owner-full-control'),
  'x-amz-grant-*': notImplemented,
  'x-amz-object-lock-*': notImplemented,
  'x-amz-storage-class': storageClass,
  'x-amz-tagging': unless(''),
  'x-amz-website-redirect-location': notImplemented,
  'x-amz-write-offset-bytes': notImplemented,
};

/** Of CreateBucket. Ownership by the bucket's owner alone is how it is here: there are no object ACLs. */
const bucketWrite: Rules = {
  'x-amz-bucket-object-lock-enabled': unless('false', 'False', 'FALSE'),
  'x-amz-bucket-namespace': unless('global'),
  'x-amz-object-ownership': unless('BucketOwnerEnforced'),
};

/** Of calls about a part or an object that take a customer's key alone. */
const partWrite: Rules = encryption;

const objectDelete: Rules = {
  'x-amz-if-match-last-modified-time': notImplemented,
  'x-amz-if-match-size': notImplemented,
};

/** Of PutBucketLifecycleConfiguration. */
const lifecycle: Rules = {
  'x-amz-transition-default-minimum-object-size': unless(transitionMinimum),
};

/** A rule set taken apart, so that a request is looked through once. */
interface CompiledRules {
  readonly exact: ReadonlyMap<string, Rule>;
  readonly beginnings: readonly (readonly [beginning: string, rule: Rule])[];
}

function compile(rules: Rules): CompiledRules {
  const entries = Object.entries(rules);
  return {
    exact: new Map(entries.filter(([pattern]) => !pattern.endsWith('*'))),
    beginnings: entries
      .filter(([pattern]) => pattern.endsWith('*'))
      .map(([pattern, rule]) => [pattern.slice(0, -1), rule]),
  };
}

const ruleSets = {
  objectWrite: compile(objectWrite),
  bucketWrite: compile(bucketWrite),
  partWrite: compile(partWrite),
  objectRead: compile(encryption),
  objectDelete: compile(objectDelete),
  lifecycle: compile(lifecycle),
};

/** @throws S3Error NotImplemented, InvalidArgument, InvalidStorageClass */
export function refuseUnserved({ request }: S3View, kind: keyof typeof ruleSets): void {
  const rules = ruleSets[kind];
  for (const [header, value] of request.headers) {
    if (!header.startsWith('x-amz-')) continue;
    const error = ruleOf(rules, header)?.(value, header);
    if (error !== undefined) throw error;
  }
}

function ruleOf({ exact, beginnings }: CompiledRules, header: string): Rule | undefined {
  return exact.get(header) ?? beginnings.find(([beginning]) => header.startsWith(beginning))?.[1];
}
