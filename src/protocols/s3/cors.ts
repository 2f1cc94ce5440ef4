/** Owns S3's part in CORS: which bucket a request goes to, and how a preflight is refused (S3 API reference, OPTIONS object). */
import type { RequestView } from '../../base/http/request-view.ts';
import { type NameLimits, parseBucketName } from '../../core/model/names.ts';
import type { CorsDoor, CorsPlace } from '../cors.ts';
import { s3Error } from './errors.ts';
import { type AddressingOptions, parseS3Request } from './request.ts';

export function s3CorsDoor(addressing: AddressingOptions, limits: NameLimits): CorsDoor {
  return {
    placeOf: (request) => placeOf(request, addressing, limits),
    refusal(request, why) {
      if (why === 'not allowed') {
        return s3Error('AccessForbidden', 'CORSResponse: This CORS request is not allowed.', {
          Method: request.header('access-control-request-method'),
          ResourceType: 'BUCKET',
        });
      }
      const header = request.header('origin') ? 'Access-Control-Request-Method' : 'Origin';
      return s3Error('BadRequest', `Insufficient information. ${header} request header needed.`);
    },
  };
}

function placeOf(request: RequestView, addressing: AddressingOptions, limits: NameLimits): CorsPlace {
  try {
    const { bucket } = parseS3Request(request, addressing);
    return bucket === undefined ? {} : { bucket: parseBucketName(bucket, limits) };
  } catch {
    // A name that no bucket has: no rule can be for it.
    return {};
  }
}
