/** PutBucketAcl, by PUT as in AWS and by POST as KakaoCloud documents it (C14): by one canned ACL, grant headers or a document. */
import { parseXml, XmlError } from '../../../base/wire/xml.ts';
import { setAcl } from '../../../core/buckets/acl.ts';
import { documentBody } from '../../operation.ts';
import { aclOfHeaders } from '../acl.ts';
import { bucketOf } from '../address.ts';
import { type S3Request, s3Operation } from '../define-operation.ts';
import { readAccessControlPolicy } from '../documents/access-control-policy.ts';
import { s3Error } from '../errors.ts';

const body = documentBody<S3Request, ReturnType<typeof readAccessControlPolicy> | undefined>(
  256 * 1024,
  (bytes) => {
    if (bytes.length === 0) return undefined;
    try {
      return readAccessControlPolicy(parseXml(bytes));
    } catch (error) {
      if (error instanceof XmlError) throw s3Error('MalformedACLError');
      throw error;
    }
  },
);

export const putBucketAclOperation = s3Operation({
  name: 'PutBucketAcl',
  route: { method: 'PUT', also: 'POST', scope: 'bucket', query: ['acl'] },
  body,
  parse: (view) => ({ bucket: bucketOf(view), byHeaders: aclOfHeaders(view) }),
  authorize: ({ bucket }) => [{ action: 'storage.buckets.setIamPolicy', bucket }],
  run: async ({ core, input: { bucket, byHeaders }, body: entries }) => {
    if (byHeaders !== undefined && entries !== undefined) throw s3Error('UnexpectedContent');
    const change = byHeaders ?? entries;
    if (change === undefined) {
      throw s3Error('MissingSecurityHeader', 'An ACL must be given, by a header or as a document.', {
        MissingHeaderName: 'x-amz-acl',
      });
    }
    return setAcl(core, bucket, change);
  },
  reply: () => ({ status: 200 }),
});
