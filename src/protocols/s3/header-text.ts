/**
 * Owns text in headers beyond ASCII, in one place: it travels as its UTF-8 bytes in both directions, so a value comes back as it
 * was sent. (AWS answers RFC 2047 encoded words instead; a client that sends those gets them back unchanged here.)
 */
import type { RequestView } from '../../base/http/request-view.ts';
import { s3Error } from './errors.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A header as text. @throws S3Error InvalidArgument when its bytes are not UTF-8 */
export function headerText(request: RequestView, name: string): string | undefined {
  const raw = request.header(name);
  if (raw === undefined || !/[\x80-\xff]/.test(raw)) return raw;
  try {
    return utf8.decode(Buffer.from(raw, 'latin1'));
  } catch {
    throw s3Error('InvalidArgument', `The header ${name} is not UTF-8.`, { ArgumentName: name });
  }
}

/**
 * Text as a header value: one character per UTF-8 byte, which is what gets written. Control characters, which only a stored
 * value from elsewhere can hold, become blanks (RFC 9110 section 5.5).
 */
export function headerValue(text: string): string {
  if (/^[\x20-\x7e\t]*$/.test(text)) return text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters a header must not hold
  const printable = text.replace(/[\x00-\x08\x0a-\x1f\x7f]/g, ' ');
  return /[^\x20-\x7e\t]/.test(printable) ? Buffer.from(printable, 'utf8').toString('latin1') : printable;
}
