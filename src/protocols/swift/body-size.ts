/** Owns how long a request says its body is. */
import { CoreError } from '../../core/errors.ts';
import { refuseText } from './errors.ts';
import type { SwiftView } from './view.ts';

/** Bytes announced; undefined when chunked. @throws SwiftError 411, 501 for further transfer codings, CoreError TooLarge */
export function announcedSize({ request, settings }: SwiftView): number | undefined {
  const size = request.contentLength;
  if (request.chunked && request.header('transfer-encoding')?.trim().toLowerCase() !== 'chunked') {
    throw refuseText(501, 'Unsupported Transfer-Coding header value specified in Transfer-Encoding header');
  }
  if (size === undefined && !request.chunked) throw refuseText(411, 'Missing Content-Length header.');
  if ((size ?? 0) > settings.maxUploadBytes)
    throw new CoreError('TooLarge', { limit: settings.maxUploadBytes });
  return size;
}
