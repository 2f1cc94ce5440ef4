/**
 * Owns the closed list of S3 error codes we answer with: each code's HTTP status and the words used when the place that
 * fails has none of its own. Codes and statuses are those of the S3 API reference, "Error responses"; nothing else here
 * knows why an error occurs.
 */

export const errorTable = {
  AccessDenied: { status: 403, message: 'Access Denied' },
  AccessForbidden: { status: 403, message: 'This request is not allowed.' },
  AuthorizationHeaderMalformed: { status: 400, message: 'The authorization header is malformed.' },
  AuthorizationQueryParametersError: { status: 400, message: 'The authorization parameters are malformed.' },
  BadDigest: { status: 400, message: 'The digest you sent differs from that of the bytes we received.' },
  BadRequest: { status: 400, message: 'The request cannot be understood.' },
  BucketAlreadyExists: {
    status: 409,
    message: 'This bucket name is taken. Names are shared by all users of the service; choose another.',
  },
  BucketAlreadyOwnedByYou: { status: 409, message: 'You already own a bucket of this name.' },
  BucketNotEmpty: { status: 409, message: 'The bucket still holds objects or unfinished uploads.' },
  ConditionalRequestConflict: {
    status: 409,
    message: 'Another write to this key won while yours was being checked. Try again.',
  },
  EntityTooLarge: { status: 400, message: 'The body is larger than the largest size allowed.' },
  EntityTooSmall: { status: 400, message: 'The body is smaller than the smallest size allowed.' },
  ExpiredToken: { status: 400, message: 'The token has expired.' },
  IllegalLocationConstraintException: {
    status: 400,
    message: 'The location constraint does not fit the region this request was sent to.',
  },
  IllegalVersioningConfigurationException: {
    status: 400,
    message: 'The Versioning element must be specified',
  },
  IncompleteBody: {
    status: 400,
    message: 'The body does not have the number of bytes that was announced for it.',
  },
  InsufficientStorage: { status: 507, message: 'There is no space left to store the data.' },
  InternalError: { status: 500, message: 'The service met an unexpected failure. Please try again.' },
  InvalidAccessKeyId: { status: 403, message: 'There is no such access key.' },
  InvalidArgument: { status: 400, message: 'An argument is invalid.' },
  InvalidBucketName: { status: 400, message: 'The bucket name is not valid.' },
  InvalidBucketState: { status: 409, message: 'The request does not fit the current state of the bucket.' },
  InvalidDigest: { status: 400, message: 'The Content-MD5 you sent is not a valid MD5 digest in base64.' },
  InvalidLocationConstraint: { status: 400, message: 'The location constraint is not valid.' },
  InvalidObjectState: {
    status: 403,
    message: 'The operation is not possible in the current state of the object.',
  },
  InvalidPart: {
    status: 400,
    message: 'A part named here was not uploaded, or its entity tag or checksum differs.',
  },
  InvalidPartNumber: { status: 416, message: 'The object has no part of this number.' },
  InvalidPartOrder: { status: 400, message: 'Parts must be listed in ascending order of their numbers.' },
  InvalidPolicyDocument: { status: 400, message: 'The policy document is not valid.' },
  InvalidRange: { status: 416, message: 'The requested range cannot be satisfied.' },
  InvalidRequest: { status: 400, message: 'The request is not valid.' },
  InvalidSecurity: { status: 403, message: 'The security credentials are not valid.' },
  InvalidStorageClass: { status: 400, message: 'The storage class is not valid.' },
  InvalidTag: { status: 400, message: 'The tag is not valid.' },
  InvalidToken: { status: 400, message: 'The security token is malformed or not valid.' },
  InvalidURI: { status: 400, message: 'The request URI could not be parsed.' },
  KeyTooLongError: { status: 400, message: 'The key is too long.' },
  MalformedACLError: {
    status: 400,
    message: 'The access control list is not well-formed or breaks its schema.',
  },
  MalformedTrailerError: {
    status: 400,
    message: 'The trailing headers are not well-formed or are not those that were announced.',
  },
  MalformedXML: { status: 400, message: 'The XML is not well-formed or breaks the schema of this request.' },
  MaxMessageLengthExceeded: { status: 400, message: 'The request is too long.' },
  MetadataTooLarge: { status: 400, message: 'The metadata headers exceed the largest size allowed.' },
  MethodNotAllowed: { status: 405, message: 'The method is not allowed on this resource.' },
  MissingContentLength: { status: 411, message: 'The length of the content must be given.' },
  MissingRequestBodyError: { status: 400, message: 'The request has no body.' },
  MissingSecurityHeader: { status: 400, message: 'A required header is missing.' },
  NoSuchBucket: { status: 404, message: 'The bucket does not exist.' },
  NoSuchBucketPolicy: { status: 404, message: 'The bucket has no policy.' },
  NoSuchCORSConfiguration: { status: 404, message: 'The bucket has no CORS configuration.' },
  NoSuchKey: { status: 404, message: 'The key does not exist.' },
  NoSuchLifecycleConfiguration: { status: 404, message: 'The bucket has no lifecycle configuration.' },
  NoSuchTagSet: { status: 404, message: 'There are no tags.' },
  NoSuchUpload: {
    status: 404,
    message: 'The multipart upload does not exist; it may have been completed or aborted.',
  },
  NoSuchVersion: { status: 404, message: 'The version does not exist.' },
  /** A conditional read's "you have it already": printed without a body. */
  NotModified: { status: 304, message: 'Not Modified' },
  NotImplemented: { status: 501, message: 'This is not implemented.' },
  OperationAborted: { status: 409, message: 'A conflicting operation is in progress. Try again.' },
  PermanentRedirect: { status: 301, message: 'The bucket must be addressed at another endpoint.' },
  PreconditionFailed: { status: 412, message: 'At least one of the preconditions does not hold.' },
  RequestHeaderSectionTooLarge: {
    status: 400,
    message: 'The headers and query exceed the largest size allowed.',
  },
  RequestTimeTooSkewed: {
    status: 403,
    message: 'The time of the request differs too much from the time of the server.',
  },
  RequestTimeout: {
    status: 400,
    message: 'The connection stood still for too long while the body was awaited.',
  },
  ServerSideEncryptionConfigurationNotFoundError: {
    status: 404,
    message: 'The server side encryption configuration was not found',
  },
  ServiceUnavailable: { status: 503, message: 'The service cannot answer now. Please try again.' },
  SignatureDoesNotMatch: {
    status: 403,
    message: 'The signature we calculated differs from the one you sent. Check your key and signing method.',
  },
  SlowDown: { status: 503, message: 'Please reduce your request rate.' },
  TooManyBuckets: { status: 400, message: 'You have as many buckets as are allowed.' },
  UnexpectedContent: { status: 400, message: 'This request takes no content.' },
  XAmzContentChecksumMismatch: {
    status: 400,
    message: 'The checksum you sent differs from that of the bytes we received.',
  },
  XAmzContentSHA256Mismatch: {
    status: 400,
    message: 'The x-amz-content-sha256 you sent differs from the digest of the bytes we received.',
  },
} as const satisfies Record<string, { readonly status: number; readonly message: string }>;

export type S3ErrorCode = keyof typeof errorTable;
