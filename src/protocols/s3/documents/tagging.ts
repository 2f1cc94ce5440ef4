/** Owns the document of tags (Tagging), of buckets and of objects. */
import {
  childOf,
  childrenOf,
  element,
  expectElement,
  requiredTextOf,
  type Xml,
  XmlError,
  type XmlNode,
} from '../../../base/wire/xml.ts';
import type { Tag, Tags } from '../../../core/model/tags.ts';
import type { Children } from './elements.ts';
import { required } from './read-document.ts';

/** Fifty tags of the longest kind, escaped. */
export const taggingDocumentLimit = 256 * 1024;

/** How many there may be, and which, is for core. @throws XmlError */
export function readTagging(document: XmlNode | undefined): readonly Tag[] {
  const set = childOf(expectElement(required(document), 'Tagging', ['TagSet']), 'TagSet');
  if (set === undefined) throw new XmlError('TagSet is missing');
  return childrenOf(expectElement(set, 'TagSet', ['Tag']), 'Tag').map((node) => {
    expectElement(node, 'Tag', ['Key', 'Value']);
    return { key: requiredTextOf(node, 'Key'), value: requiredTextOf(node, 'Value') };
  });
}

/** What stands in `Tagging`. */
export function taggingElements(tags: Tags): Children {
  const tagElement = ([key, value]: [string, string]): Xml =>
    element('Tag', [element('Key', key), element('Value', value)]);
  return [element('TagSet', Object.entries(tags).map(tagElement))];
}
