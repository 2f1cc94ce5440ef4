/**
 * Owns what the elements of Swift's container ACLs mean that no grant can express: referrers, people of other projects, names, roles, and
 * everything about writing, which is another set of rights than any role has. Compiles them to statements of the evaluator.
 *
 * Elements come cleaned: `.r:*`, `.r:.example.com`, `.r:-bad.example.com`, `.rlistings`, `project:user`, `*:user`, `project:*`, `project`
 * (ids or names of projects and users), or the name of a role in the bucket's project.
 */

import { isListed } from '../../base/addresses.ts';
import type { Actor, UserActor } from '../actor.ts';
import type { BucketRecord } from '../model/bucket-records.ts';
import type { ProjectId } from '../model/names.ts';
import type { Statement, Target } from './decide.ts';
import type { BucketAction } from './roles.ts';

type AclRecord = Pick<BucketRecord, 'projectId' | 'readAcl' | 'writeAcl' | 'publicAddresses'>;

/** Upstream asks the read ACL for these, and the write ACL for those below (swift.common.middleware.acl, proxy controllers). */
const reading: readonly BucketAction[] = [
  'storage.objects.list',
  'storage.objects.get',
  'storage.objects.getMeta',
];
const writing: readonly BucketAction[] = [
  'storage.objects.create',
  'storage.objects.update',
  'storage.objects.delete',
];

const none: readonly Statement[] = [];
/** As long as the records are remembered. */
const compiled = new WeakMap<AclRecord, readonly Statement[]>();

/** The statements a bucket's container ACLs make. */
export function containerStatements(bucket: AclRecord): readonly Statement[] {
  if (bucket.readAcl === undefined && bucket.writeAcl === undefined) return none;
  let statements = compiled.get(bucket);
  if (statements === undefined) {
    statements = [readStatement(bucket), writeStatement(bucket)];
    compiled.set(bucket, statements);
  }
  return statements;
}

/** A read ACL without what lets everybody in; undefined when nothing is left. */
export function withoutReferrers(elements: readonly string[] | undefined): readonly string[] | undefined {
  const kept = elements?.filter((element) => !element.startsWith('.'));
  return kept === undefined || kept.length === 0 ? undefined : kept;
}

function readStatement({ readAcl = [], projectId, publicAddresses }: AclRecord): Statement {
  const referrers = readAcl.filter((element) => element.startsWith('.r:')).map((element) => element.slice(3));
  const listings = readAcl.includes('.rlistings');
  const people = readAcl.filter((element) => !element.startsWith('.'));
  return {
    effect: 'allow',
    source: 'the container read ACL',
    applies(actor, target) {
      if (!isAbout(target, reading)) return false;
      if (people.some((element) => names(element, actor, projectId))) return true;
      if (target.action === 'storage.objects.list' && !listings) return false;
      if (publicAddresses !== undefined && !isListed(publicAddresses, actor.address)) return false;
      return admitsReferrer(referrers, actor.referrer);
    },
  };
}

function writeStatement({ writeAcl = [], projectId }: AclRecord): Statement {
  return {
    effect: 'allow',
    source: 'the container write ACL',
    applies: (actor, target) =>
      isAbout(target, writing) && writeAcl.some((element) => names(element, actor, projectId)),
  };
}

function isAbout(target: Target, actions: readonly BucketAction[]): target is Target & { kind: 'bucket' } {
  return target.kind === 'bucket' && actions.includes(target.action);
}

/** Later entries overrule earlier ones, as in Swift; a request without a referrer comes from `unknown`. */
function admitsReferrer(entries: readonly string[], referrer: string | undefined): boolean {
  const host = hostOf(referrer);
  let admitted = false;
  for (const entry of entries) {
    const refused = entry.startsWith('-');
    const pattern = refused ? entry.slice(1) : entry;
    if (pattern === '*' || pattern === host || (pattern.startsWith('.') && host.endsWith(pattern))) {
      admitted = !refused;
    }
  }
  return admitted;
}

function hostOf(referrer = ''): string {
  return (URL.canParse(referrer) && new URL(referrer).hostname) || 'unknown';
}

/** Whether an element about people means `actor`. */
function names(element: string, actor: Actor, bucketProject: ProjectId): boolean {
  if (actor.kind === 'anonymous') return false;
  const colon = element.indexOf(':');
  if (colon < 0) {
    const role =
      actor.projectId === bucketProject && actor.roles.some((one) => one === element && one !== 'none');
    return role || isProject(element, actor);
  }
  const [project, user] = [element.slice(0, colon), element.slice(colon + 1)];
  const rightUser = user === '*' || user === actor.userId || user === actor.userName;
  return rightUser && (project === '*' || isProject(project, actor));
}

function isProject(text: string, { projectId, projectName }: UserActor): boolean {
  return projectId !== undefined && (text === projectId || text === projectName);
}
