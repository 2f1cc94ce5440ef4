/** The lifecycle document as the Extension takes and prints it (reference 5.7): XML without a namespace, errors as everywhere here. */
import type { Reply } from '../../base/http/reply.ts';
import { element, parseXml, XmlError, xmlDocument } from '../../base/wire/xml.ts';
import type { LifecycleRule, LifecycleRuleInput } from '../../core/lifecycle/rules.ts';
import { lifecycleDocumentLimit, lifecycleElements, readLifecycle } from '../lifecycle-document.ts';
import { type BodyKind, documentBody } from '../operation.ts';
import { ExtError } from './errors.ts';
import type { ExtView } from './request.ts';

const xmlTypes: readonly (string | undefined)[] = ['application/xml', 'text/xml'];

/** The documented request has no Content-Type at all; another one is refused. @throws ExtError 400 */
export function requireXml({ request }: ExtView): void {
  const type = request.header('content-type');
  if (type === undefined || xmlTypes.includes(type.split(';')[0]?.trim().toLowerCase())) return;
  throw new ExtError(400, 'Content-Type must be application/xml');
}

export const lifecycleBody: BodyKind<ExtView, readonly LifecycleRuleInput[]> = documentBody(
  lifecycleDocumentLimit,
  (bytes) => {
    try {
      return readLifecycle(bytes.length === 0 ? undefined : parseXml(bytes), 'kakaocloud');
    } catch (error) {
      if (error instanceof XmlError) throw new ExtError(400, `the lifecycle configuration: ${error.message}`);
      throw error;
    }
  },
);

export function lifecycleReply(rules: readonly LifecycleRule[]): Reply {
  return {
    status: 200,
    headers: { 'Content-Type': 'application/xml; charset=utf-8' },
    body: xmlDocument(element('LifecycleConfiguration', lifecycleElements(rules))),
  };
}
