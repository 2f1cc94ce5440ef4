/** Owns the document of a bucket's versioning (VersioningConfiguration). */
import type { Reply } from '../../../base/http/reply.ts';
import { element, expectElement, textOf, XmlError, type XmlNode } from '../../../base/wire/xml.ts';
import type { Versioning } from '../../../core/model/records.ts';
import { s3Error } from '../errors.ts';
import { xmlReply } from './elements.ts';
import { required } from './read-document.ts';

const root = 'VersioningConfiguration';
const states: Readonly<Record<Versioning, string>> = { enabled: 'Enabled', suspended: 'Suspended' };

/** @throws XmlError; S3Error IllegalVersioningConfigurationException without a state, NotImplemented for MFA delete */
export function readVersioning(document: XmlNode | undefined): Versioning {
  const node = expectElement(required(document), root, ['Status', 'MfaDelete']);
  const mfaDelete = textOf(node, 'MfaDelete')?.trim() ?? 'Disabled';
  if (mfaDelete === 'Enabled') throw s3Error('NotImplemented', 'MFA delete is not implemented.');
  if (mfaDelete !== 'Disabled') throw new XmlError('MfaDelete is Enabled or Disabled');
  const status = textOf(node, 'Status')?.trim();
  if (status === undefined) throw s3Error('IllegalVersioningConfigurationException');
  if (status === states.enabled) return 'enabled';
  if (status === states.suspended) return 'suspended';
  throw new XmlError('Status is Enabled or Suspended');
}

/** Without a state where versioning never was on. */
export function versioningReply(versioning: Versioning | undefined): Reply {
  return xmlReply(root, versioning === undefined ? [] : [element('Status', states[versioning])]);
}
