/**
 * Owns the list of S3's operations that are not served: a request for one is answered 501 with its name, instead of being
 * taken for another one. Names and shapes are those of the S3 API reference; an operation leaves this list when it is served.
 */
import type { Routed, S3Route } from './routes.ts';

function rows(
  method: S3Route['method'],
  scope: S3Route['scope'],
  byQuery: Readonly<Record<string, string>>,
): Routed[] {
  return Object.entries(byQuery).flatMap(([query, names]) =>
    names.split(' ').map((name) => ({ name, route: { method, scope, query: query.split('&') } })),
  );
}

/** By query names joined with `&`; names of one shape are separated by a blank. */
export const notYet: readonly Routed[] = [
  ...rows('GET', 'bucket', {
    abac: 'GetBucketAbac',
    accelerate: 'GetBucketAccelerateConfiguration',
    analytics: 'ListBucketAnalyticsConfigurations GetBucketAnalyticsConfiguration',
    'intelligent-tiering':
      'ListBucketIntelligentTieringConfigurations GetBucketIntelligentTieringConfiguration',
    inventory: 'ListBucketInventoryConfigurations GetBucketInventoryConfiguration',
    logging: 'GetBucketLogging',
    metadataConfiguration: 'GetBucketMetadataConfiguration',
    metadataTable: 'GetBucketMetadataTableConfiguration',
    metrics: 'ListBucketMetricsConfigurations GetBucketMetricsConfiguration',
    notification: 'GetBucketNotificationConfiguration',
    'object-lock': 'GetObjectLockConfiguration',
    ownershipControls: 'GetBucketOwnershipControls',
    policy: 'GetBucketPolicy',
    policyStatus: 'GetBucketPolicyStatus',
    publicAccessBlock: 'GetPublicAccessBlock',
    replication: 'GetBucketReplication',
    requestPayment: 'GetBucketRequestPayment',
    session: 'CreateSession',
    website: 'GetBucketWebsite',
  }),
  ...rows('PUT', 'bucket', {
    abac: 'PutBucketAbac',
    accelerate: 'PutBucketAccelerateConfiguration',
    analytics: 'PutBucketAnalyticsConfiguration',
    'intelligent-tiering': 'PutBucketIntelligentTieringConfiguration',
    inventory: 'PutBucketInventoryConfiguration',
    logging: 'PutBucketLogging',
    metadataAnnotationTable: 'UpdateBucketMetadataAnnotationTableConfiguration',
    metadataInventoryTable: 'UpdateBucketMetadataInventoryTableConfiguration',
    metadataJournalTable: 'UpdateBucketMetadataJournalTableConfiguration',
    metrics: 'PutBucketMetricsConfiguration',
    notification: 'PutBucketNotificationConfiguration',
    'object-lock': 'PutObjectLockConfiguration',
    ownershipControls: 'PutBucketOwnershipControls',
    policy: 'PutBucketPolicy',
    publicAccessBlock: 'PutPublicAccessBlock',
    replication: 'PutBucketReplication',
    requestPayment: 'PutBucketRequestPayment',
    website: 'PutBucketWebsite',
  }),
  ...rows('POST', 'bucket', {
    metadataConfiguration: 'CreateBucketMetadataConfiguration',
    metadataTable: 'CreateBucketMetadataTableConfiguration',
  }),
  ...rows('DELETE', 'bucket', {
    analytics: 'DeleteBucketAnalyticsConfiguration',
    'intelligent-tiering': 'DeleteBucketIntelligentTieringConfiguration',
    inventory: 'DeleteBucketInventoryConfiguration',
    metadataConfiguration: 'DeleteBucketMetadataConfiguration',
    metadataTable: 'DeleteBucketMetadataTableConfiguration',
    metrics: 'DeleteBucketMetricsConfiguration',
    ownershipControls: 'DeleteBucketOwnershipControls',
    policy: 'DeleteBucketPolicy',
    publicAccessBlock: 'DeletePublicAccessBlock',
    replication: 'DeleteBucketReplication',
    website: 'DeleteBucketWebsite',
  }),
  ...rows('GET', 'object', {
    annotation: 'GetObjectAnnotation ListObjectAnnotations',
    'legal-hold': 'GetObjectLegalHold',
    retention: 'GetObjectRetention',
    tagging: 'GetObjectTagging',
    torrent: 'GetObjectTorrent',
  }),
  ...rows('PUT', 'object', {
    annotation: 'PutObjectAnnotation',
    encryption: 'UpdateObjectEncryption',
    'legal-hold': 'PutObjectLegalHold',
    renameObject: 'RenameObject',
    retention: 'PutObjectRetention',
    tagging: 'PutObjectTagging',
  }),
  ...rows('POST', 'object', {
    restore: 'RestoreObject',
    'select&select-type': 'SelectObjectContent',
  }),
  ...rows('DELETE', 'object', {
    annotation: 'DeleteObjectAnnotation',
    tagging: 'DeleteObjectTagging',
  }),
  // Browser forms, and temporary credentials (reference, section 7.2): no SDK command, but calls of S3 all the same.
  { name: 'PostObject', route: { method: 'POST', scope: 'bucket' } },
];

/** Calls that go to other hosts than S3's own (directory bucket control, Object Lambda) and cannot be told from a plain call. */
export const otherHosts: readonly string[] = ['ListDirectoryBuckets', 'WriteGetObjectResponse'];
