/** Owns the document of bucket ACLs, read and written (S3 API reference, AccessControlPolicy; reference, section 7.1). */
import {
  childOf,
  childrenOf,
  element,
  expectElement,
  requiredTextOf,
  textOf,
  type Xml,
  XmlError,
  type XmlNode,
} from '../../../base/wire/xml.ts';
import type { AclEntry, Grantee } from '../../../core/buckets/acl.ts';
import type { Grant } from '../../../core/model/bucket-records.ts';
import { groupOfUri, permissionOfRole, roleOfPermission, uriOfMember } from '../acl.ts';
import { s3Error } from '../errors.ts';
import type { Owner } from '../owners.ts';
import { type Children, ownerElement } from './elements.ts';

const mostGrants = 100;

/** The entries in their order; the owner named is not looked at, because it cannot be changed. @throws XmlError, S3Error */
export function readAccessControlPolicy(document: XmlNode): readonly AclEntry[] {
  const root = expectElement(document, 'AccessControlPolicy', ['Owner', 'AccessControlList']);
  const list = childOf(root, 'AccessControlList');
  if (list === undefined) throw new XmlError('AccessControlList is missing');
  const grants = childrenOf(expectElement(list, 'AccessControlList', ['Grant']), 'Grant');
  if (grants.length > mostGrants) throw new XmlError(`more than ${mostGrants} grants`);
  return grants.map(readGrant);
}

function readGrant(node: XmlNode): AclEntry {
  expectElement(node, 'Grant', ['Grantee', 'Permission']);
  const grantee = childOf(node, 'Grantee');
  const role = roleOfPermission(requiredTextOf(node, 'Permission').trim());
  if (grantee === undefined || role === undefined)
    throw new XmlError('a grant needs a grantee and a permission');
  return { role, grantee: readGrantee(grantee) };
}

function readGrantee(node: XmlNode): Grantee {
  expectElement(node, 'Grantee', ['ID', 'DisplayName', 'URI', 'EmailAddress', 'Type']);
  const [id, uri] = [textOf(node, 'ID')?.trim(), textOf(node, 'URI')?.trim()];
  if (textOf(node, 'EmailAddress') !== undefined) {
    throw s3Error('InvalidArgument', 'Grantees cannot be named by e-mail address here.', {
      ArgumentName: 'EmailAddress',
    });
  }
  if ((id === undefined) === (uri === undefined)) throw new XmlError('either ID or URI is needed');
  if (id !== undefined) return { user: id };
  const group = groupOfUri(uri ?? '');
  if (group !== undefined) return group;
  throw s3Error('InvalidArgument', 'Invalid group uri', {
    ArgumentName: 'URI',
    ArgumentValue: uri?.slice(0, 300),
  });
}

/** `owners` knows the users among the members. */
export function accessControlPolicyElements(
  owner: Owner,
  grants: readonly Grant[],
  owners: ReadonlyMap<string, Owner>,
): Children {
  const list = grants.map(({ role, member }) =>
    element('Grant', [
      granteeElement(uriOfMember(member), owners.get(member.id) ?? { id: member.id, displayName: member.id }),
      element('Permission', permissionOfRole(role)),
    ]),
  );
  return [ownerElement('Owner', owner), element('AccessControlList', list)];
}

function granteeElement(uri: string | undefined, user: Owner): Xml {
  const attributes = (type: string) => ({
    'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
    'xsi:type': type,
  });
  if (uri !== undefined) return element('Grantee', [element('URI', uri)], attributes('Group'));
  const children = [element('ID', user.id), element('DisplayName', user.displayName)];
  return element('Grantee', children, attributes('CanonicalUser'));
}
