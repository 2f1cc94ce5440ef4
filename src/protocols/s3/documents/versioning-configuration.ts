/** Owns the document of a bucket's versioning and its MFA delete (VersioningConfiguration). */
import type { Reply } from '../../../base/http/reply.ts';
import {
  element,
  expectElement,
  optionalElement,
  textOf,
  XmlError,
  type XmlNode,
} from '../../../base/wire/xml.ts';
import type { BucketRecord, Versioning } from '../../../core/model/bucket-records.ts';
import { s3Error } from '../errors.ts';
import { xmlReply } from './elements.ts';
import { required } from './read-document.ts';

const root = 'VersioningConfiguration';
const states: Readonly<Record<Versioning, string>> = { enabled: 'Enabled', suspended: 'Suspended' };

export interface VersioningWish {
  readonly versioning: Versioning;
  /** Undefined: as it is. */
  readonly mfaDelete: boolean | undefined;
}

/** @throws XmlError; S3Error IllegalVersioningConfigurationException without a state */
export function readVersioning(document: XmlNode | undefined): VersioningWish {
  const node = expectElement(required(document), root, ['Status', 'MfaDelete']);
  const mfaDelete = readMfaDelete(textOf(node, 'MfaDelete')?.trim());
  const status = textOf(node, 'Status')?.trim();
  if (status === undefined) throw s3Error('IllegalVersioningConfigurationException');
  if (status === states.enabled) return { versioning: 'enabled', mfaDelete };
  if (status === states.suspended) return { versioning: 'suspended', mfaDelete };
  throw new XmlError('Status is Enabled or Suspended');
}

function readMfaDelete(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (text === 'Enabled') return true;
  if (text === 'Disabled') return false;
  throw new XmlError('MfaDelete is Enabled or Disabled');
}

/** Without a state where versioning never was on, and without MFA delete where nobody ever said. */
export function versioningReply({
  versioning,
  mfaDelete,
}: Pick<BucketRecord, 'versioning' | 'mfaDelete'>): Reply {
  if (versioning === undefined) return xmlReply(root, []);
  const mfa = mfaDelete === undefined ? undefined : mfaDelete ? 'Enabled' : 'Disabled';
  return xmlReply(root, [element('Status', states[versioning]), optionalElement('MfaDelete', mfa)]);
}
