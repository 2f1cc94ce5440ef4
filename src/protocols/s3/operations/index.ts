/** The table of S3's operations. What is missing here is in `not-yet.ts`. */
import type { S3Operation } from '../define-operation.ts';
import { abortMultipartUploadOperation } from './abort-multipart-upload.ts';
import { assumeRoleWithWebIdentity } from './assume-role-with-web-identity.ts';
import { completeMultipartUploadOperation } from './complete-multipart-upload.ts';
import { copyObjectOperation } from './copy-object.ts';
import { createBucketOperation } from './create-bucket.ts';
import { createMultipartUploadOperation } from './create-multipart-upload.ts';
import { deleteBucketOperation } from './delete-bucket.ts';
import { deleteBucketCorsOperation } from './delete-bucket-cors.ts';
import { deleteBucketEncryptionOperation } from './delete-bucket-encryption.ts';
import { deleteBucketLifecycleOperation } from './delete-bucket-lifecycle.ts';
import { deleteBucketTaggingOperation } from './delete-bucket-tagging.ts';
import { deleteObjectOperation } from './delete-object.ts';
import { deleteObjectsOperation } from './delete-objects.ts';
import { getBucketAclOperation } from './get-bucket-acl.ts';
import { getBucketCorsOperation } from './get-bucket-cors.ts';
import { getBucketEncryptionOperation } from './get-bucket-encryption.ts';
import { getBucketLifecycleOperation } from './get-bucket-lifecycle-configuration.ts';
import { getBucketLocationOperation } from './get-bucket-location.ts';
import { getBucketTaggingOperation } from './get-bucket-tagging.ts';
import { getBucketVersioningOperation } from './get-bucket-versioning.ts';
import { getObjectOperation } from './get-object.ts';
import { getObjectAclOperation } from './get-object-acl.ts';
import { getObjectAttributesOperation } from './get-object-attributes.ts';
import { headBucketOperation } from './head-bucket.ts';
import { headObjectOperation } from './head-object.ts';
import { listBucketsOperation } from './list-buckets.ts';
import { listMultipartUploadsOperation } from './list-multipart-uploads.ts';
import { listObjectVersionsOperation } from './list-object-versions.ts';
import { listObjectsOperation } from './list-objects.ts';
import { listObjectsV2Operation } from './list-objects-v2.ts';
import { listPartsOperation } from './list-parts.ts';
import { putBucketAclOperation } from './put-bucket-acl.ts';
import { putBucketCorsOperation } from './put-bucket-cors.ts';
import { putBucketEncryptionOperation } from './put-bucket-encryption.ts';
import { putBucketLifecycleOperation } from './put-bucket-lifecycle-configuration.ts';
import { putBucketTaggingOperation } from './put-bucket-tagging.ts';
import { putBucketVersioningOperation } from './put-bucket-versioning.ts';
import { putObjectOperation } from './put-object.ts';
import { putObjectAclOperation } from './put-object-acl.ts';
import { uploadPartOperation } from './upload-part.ts';
import { uploadPartCopyOperation } from './upload-part-copy.ts';

export const s3Operations: readonly S3Operation[] = [
  assumeRoleWithWebIdentity,
  listBucketsOperation,

  createBucketOperation,
  headBucketOperation,
  getBucketLocationOperation,
  getBucketEncryptionOperation,
  putBucketEncryptionOperation,
  deleteBucketEncryptionOperation,
  deleteBucketOperation,
  putBucketLifecycleOperation,
  getBucketLifecycleOperation,
  deleteBucketLifecycleOperation,
  listObjectsOperation,
  listObjectsV2Operation,
  listObjectVersionsOperation,
  putBucketVersioningOperation,
  putBucketTaggingOperation,
  getBucketTaggingOperation,
  deleteBucketTaggingOperation,
  getBucketVersioningOperation,
  listMultipartUploadsOperation,
  deleteObjectsOperation,

  putObjectOperation,
  getBucketAclOperation,
  putBucketCorsOperation,
  getBucketCorsOperation,
  deleteBucketCorsOperation,
  putBucketAclOperation,
  getObjectAclOperation,
  putObjectAclOperation,
  getObjectOperation,
  headObjectOperation,
  getObjectAttributesOperation,
  copyObjectOperation,
  deleteObjectOperation,

  createMultipartUploadOperation,
  uploadPartOperation,
  uploadPartCopyOperation,
  completeMultipartUploadOperation,
  abortMultipartUploadOperation,
  listPartsOperation,
];
