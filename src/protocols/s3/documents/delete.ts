/** Owns the document of DeleteObjects. */
import {
  childrenOf,
  expectElement,
  requiredTextOf,
  textOf,
  XmlError,
  type XmlNode,
} from '../../../base/wire/xml.ts';
import { required } from './read-document.ts';

/** Names are as sent: whether each is allowed is decided item by item. */
export interface DeleteItem {
  readonly key: string;
  readonly versionId?: string;
  /** The object's entity tag as the client knows it. */
  readonly etag?: string;
  /** A condition that exists for directory buckets alone was asked for. */
  readonly unservedCondition: boolean;
}

export interface DeleteDocument {
  readonly items: readonly DeleteItem[];
  /** Only failures are to be answered. */
  readonly quiet: boolean;
}

const mostItems = 1000;

/** @throws XmlError */
export function readDelete(document: XmlNode | undefined): DeleteDocument {
  const root = expectElement(required(document), 'Delete', ['Object', 'Quiet']);
  const objects = childrenOf(root, 'Object');
  if (objects.length === 0 || objects.length > mostItems) throw new XmlError(`1 to ${mostItems} objects`);
  return { items: objects.map(readItem), quiet: readBoolean(textOf(root, 'Quiet')) };
}

function readItem(node: XmlNode): DeleteItem {
  expectElement(node, 'Object', ['Key', 'VersionId', 'ETag', 'LastModifiedTime', 'Size']);
  const key = requiredTextOf(node, 'Key');
  const versionId = textOf(node, 'VersionId');
  const etag = textOf(node, 'ETag');
  return {
    key,
    ...(versionId !== undefined && { versionId }),
    ...(etag !== undefined && { etag }),
    unservedCondition: textOf(node, 'LastModifiedTime') !== undefined || textOf(node, 'Size') !== undefined,
  };
}

function readBoolean(text: string | undefined): boolean {
  switch (text?.trim().toLowerCase()) {
    case undefined:
    case 'false':
    case '0':
      return false;
    case 'true':
    case '1':
      return true;
    default:
      throw new XmlError('not a boolean');
  }
}
