/**
 * Owns the field lists of identity records. A list only grows at its end, with the version going up (docs/formats.md keeps
 * the history); field kinds and the envelope are `../model/record-format.ts`.
 */
import { conditionKeys, conditionOperators, type PolicyCondition } from '../access/policy-conditions.ts';
import { projectRoles } from '../access/roles.ts';
import { kosTiers } from '../model/bucket-records.ts';
import type { ProjectId, UserId } from '../model/names.ts';
import {
  bytes,
  type Field,
  flag,
  id,
  list,
  number,
  optional,
  recordFormat,
  structure,
  text,
  textMap,
  word,
} from '../model/record-format.ts';
import type {
  AccountPolicyRecord,
  AttachedPolicy,
  DomainRecord,
  GroupRecord,
  GroupRoles,
  GroupsOfUser,
  IamKeyRecord,
  KeyRing,
  KosSessionRecord,
  MembershipRecord,
  OneTimePasswordRecord,
  PolicyResource,
  PolicyStatement,
  ProjectRecord,
  RolesOfGroup,
  S3KeyLabels,
  S3KeyRecord,
  UserRecord,
} from './records.ts';

const userId = id as Field<UserId>;
const projectId = id as Field<ProjectId>;

export const domainFormat = recordFormat<DomainRecord>('domain', 1, { id: text, name: text });

export const projectFormat = recordFormat<ProjectRecord>('project', 5, {
  id: projectId,
  name: text,
  domainId: text,
  description: text,
  enabled: flag,
  accountNumber: optional(text),
  createdAt: number,
  modifiedAt: number,
  metadata: textMap,
  mfaDelete: optional(flag),
  deleting: optional(flag),
  policies: optional(list(structure<AttachedPolicy>({ policy: id, user: optional(userId) }))),
  tokensAfter: optional(number),
});

export const userFormat = recordFormat<UserRecord>('user', 3, {
  id: userId,
  kind: word('user', 'service_account'),
  name: text,
  displayName: text,
  domainId: text,
  enabled: flag,
  serviceAdmin: flag,
  passwordHash: optional(text),
  createdAt: number,
  email: optional(text),
  defaultProjectId: optional(projectId),
  tokensAfter: optional(number),
});

export const groupFormat = recordFormat<GroupRecord>('group', 1, {
  id,
  name: text,
  domainId: text,
  description: text,
  createdAt: number,
});

export const groupsOfUserFormat = recordFormat<GroupsOfUser>('groups of a user', 1, { groups: list(id) });

const roles = list(word(...projectRoles));

export const rolesOfGroupFormat = recordFormat<RolesOfGroup>('roles of a group', 1, { roles });

export const membershipFormat = recordFormat<MembershipRecord>('membership', 2, {
  userId,
  projectId,
  ownRoles: roles,
  createdAt: number,
  groupRoles: optional(list(structure<GroupRoles>({ group: id, roles }))),
});

export const keyRingFormat = recordFormat<KeyRing>('key ring', 1, {
  iamKeys: list(id),
  s3Keys: list(text),
});

export const iamKeyFormat = recordFormat<IamKeyRecord>('IAM key', 1, {
  id,
  name: text,
  description: text,
  userId,
  projectId,
  secretHash: text,
  createdAt: number,
  expiresAt: optional(number),
});

export const s3KeyFormat = recordFormat<S3KeyRecord>('S3 key', 2, {
  access: text,
  userId,
  projectId,
  sealedSecret: bytes,
  createdAt: number,
  labels: optional(
    structure<S3KeyLabels>({
      name: optional(text),
      region: optional(text),
      tier: optional(word(...kosTiers)),
    }),
  ),
});

export const kosSessionFormat = recordFormat<KosSessionRecord>('KOS session', 1, {
  access: text,
  id,
  generation: number,
  sessionDigest: bytes,
  refreshDigest: bytes,
  createdAt: number,
  lastActiveAt: number,
  expiresAt: number,
});

export const oneTimePasswordFormat = recordFormat<OneTimePasswordRecord>('one-time password', 1, {
  userId,
  sealedSecret: bytes,
  createdAt: number,
  confirmedAt: optional(number),
  lastStep: number,
  failures: number,
  pausedUntil: optional(number),
});

const conditions = list(
  structure<PolicyCondition>({
    operator: word(...conditionOperators),
    key: word(...conditionKeys),
    values: list(text),
  }),
);

export const policyFormat = recordFormat<AccountPolicyRecord>('policy', 1, {
  id,
  projectId,
  name: text,
  statements: list(
    structure<PolicyStatement>({
      sid: optional(text),
      effect: word('allow', 'deny'),
      actions: list(text),
      resources: list(structure<PolicyResource>({ bucket: text, keys: optional(text) })),
      conditions,
    }),
  ),
  conditions,
  createdAt: number,
  modifiedAt: number,
});
