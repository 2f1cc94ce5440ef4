/** Owns the three spellings of a moment on the Swift wire (wire page, section 2, "Times"). Times in milliseconds since the epoch. */
import { httpDate } from '../../base/http/http-date.ts';

/** `Last-Modified`: rounded up to the next second, so that "modified since" never misses a change. */
export function lastModified(time: number): string {
  return httpDate(Math.ceil(time / 1000) * 1000);
}

/** `X-Timestamp`: `1795230733.24400`. */
export function timestamp(time: number): string {
  return (time / 1000).toFixed(5);
}

/** `last_modified` of a listing: `2026-11-21T03:12:13.271000`, UTC without a zone. */
export function listingTime(time: number): string {
  return `${new Date(time).toISOString().slice(0, 23)}000`;
}
