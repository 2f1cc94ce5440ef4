/**
 * Owns container ACLs on the Swift wire: how X-Container-Read and -Write are cleaned and refused (upstream's `clean_acl`), and who is
 * shown them: only who may read the policy, as upstream shows them to owners alone.
 */
import type { ReplyHeaders } from '../../base/http/reply.ts';
import type { RequestView } from '../../base/http/request-view.ts';
import { decide } from '../../core/access/decide.ts';
import type { Actor } from '../../core/actor.ts';
import { type ContainerAclChange, containerAclOf } from '../../core/buckets/container-acl.ts';
import type { BucketRecord } from '../../core/model/bucket-records.ts';
import { refuseSentence } from './errors.ts';

const referrerNames = ['.r', '.ref', '.referer', '.referrer'];

/** What the request wants to be different; undefined when that is nothing. @throws SwiftError 400 */
export function containerAclChange(request: RequestView): ContainerAclChange | undefined {
  const [read, write] = [elementsOf(request, 'read'), elementsOf(request, 'write')];
  return read === undefined && write === undefined ? undefined : { read, write };
}

/** `bucket`'s ACLs as `actor` gets to see them. */
export function containerAclHeaders(actor: Actor, bucket: BucketRecord): ReplyHeaders {
  const action = 'storage.buckets.getIamPolicy';
  if (!decide(actor, { kind: 'bucket', action, bucket }).allow) return {};
  const { read, write } = containerAclOf(bucket);
  const shown = (elements: readonly string[]) =>
    elements.length === 0 ? undefined : Buffer.from(elements.join(',')).toString('latin1');
  return { 'X-Container-Read': shown(read), 'X-Container-Write': shown(write) };
}

/** Undefined when the header is not there; none when it is empty, or the ACL is to be removed. */
function elementsOf(request: RequestView, kind: 'read' | 'write'): readonly string[] | undefined {
  if (request.header(`x-remove-container-${kind}`)) return [];
  const text = request.headerText(`x-container-${kind}`);
  if (text === undefined) return undefined;
  const raw = text.split(',').map((element) => element.trim());
  return raw.filter((element) => element !== '').map((element) => cleaned(element, kind));
}

function cleaned(element: string, kind: 'read' | 'write'): string {
  const colon = element.indexOf(':');
  if (colon < 0 || !element.startsWith('.')) return element;
  const designator = element.slice(0, colon).trim();
  if (!referrerNames.includes(designator)) {
    throw refuseSentence(400, `Unknown designator ${quoted(designator)} in ACL: ${quoted(element)}`);
  }
  if (kind === 'write') throw refuseSentence(400, `Referrers not allowed in write ACL: ${quoted(element)}`);
  const value = element.slice(colon + 1).trim();
  const [sign, rest] = value.startsWith('-') ? ['-', value.slice(1).trim()] : ['', value];
  const host = rest !== '*' && rest.startsWith('*') ? rest.slice(1).trim() : rest;
  if (host === '' || host === '.') {
    throw refuseSentence(400, `No host/domain value after referrer designation in ACL: ${quoted(element)}`);
  }
  return `.r:${sign}${host}`;
}

/** As Swift quotes; the sentence goes out as HTML, so nothing a browser would act on is left in it. */
function quoted(text: string): string {
  return `'${text.replace(/[^\x20-\x7e]|[<>&'"]/g, '?').slice(0, 200)}'`;
}
