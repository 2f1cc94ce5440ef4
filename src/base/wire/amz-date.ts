/** Owns the time format of signatures: ISO 8601's basic form in UTC, `20130524T000000Z`. */

const form = /^\d{8}T\d{6}Z$/;

/** The last time read: many requests are signed in one second. */
let last: { readonly text: string; readonly time: number | undefined } = { text: '', time: undefined };

/** Milliseconds since the epoch; undefined for any other form and for days and hours that do not exist. */
export function parseAmzDate(text: string): number | undefined {
  if (text !== last.text) last = { text, time: parse(text) };
  return last.time;
}

function parse(text: string): number | undefined {
  if (!form.test(text)) return undefined;
  const year = 100 * twoDigits(text, 0) + twoDigits(text, 2);
  const month = twoDigits(text, 4) - 1;
  const [hour, minute, second] = [twoDigits(text, 9), twoDigits(text, 11), twoDigits(text, 13)];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const time = Date.UTC(year, month, twoDigits(text, 6), hour, minute, second);
  // A month or a day that does not exist counts on into another month; the years 0 to 99 count as 1900 to 1999.
  const date = new Date(time);
  return date.getUTCMonth() === month && date.getUTCFullYear() === year ? time : undefined;
}

const zero = 0x30;

function twoDigits(text: string, at: number): number {
  return 10 * (text.charCodeAt(at) - zero) + text.charCodeAt(at + 1) - zero;
}

/** `time` in milliseconds, cut to the second. */
export function formatAmzDate(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}
