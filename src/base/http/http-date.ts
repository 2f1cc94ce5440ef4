/** Dates of HTTP (RFC 9110 5.6.7) and of JSON and XML documents (ISO 8601). */

/** Dates already written, by their second: things that are asked for together were often made together. */
const written = new Map<number, string>();
const mostWritten = 10_000;

/** `Sat, 21 Nov 2026 03:12:14 GMT`; `time` in milliseconds, cut to the second. */
export function httpDate(time: number): string {
  const second = Math.floor(time / 1000);
  let text = written.get(second);
  if (text === undefined) {
    if (written.size >= mostWritten) written.clear();
    text = new Date(time).toUTCString();
    written.set(second, text);
  }
  return text;
}

const imfFixdate = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const rfc850 =
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/;
const asctime = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/** Milliseconds since the epoch of any of HTTP's three date forms; undefined when `text` is none (then the header is ignored). */
export function parseHttpDate(text: string): number | undefined {
  const value = text.trim();
  if (!imfFixdate.test(value) && !rfc850.test(value) && !asctime.test(value)) return undefined;
  const time = Date.parse(asctime.test(value) ? `${value} GMT` : value);
  return Number.isNaN(time) ? undefined : time;
}

/** `2026-11-21T03:12:14Z`, cut to the second. */
export function isoSeconds(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
