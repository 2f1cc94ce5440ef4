/** Owns the time format of signatures: ISO 8601's basic form in UTC, `20130524T000000Z`. */

const form = /^\d{8}T\d{6}Z$/;

/** Milliseconds since the epoch; undefined for any other form and for days and hours that do not exist. */
export function parseAmzDate(text: string): number | undefined {
  if (!form.test(text)) return undefined;
  const [month, day] = [digits(text, 4, 6), digits(text, 6, 8)];
  const [hour, minute, second] = [digits(text, 9, 11), digits(text, 11, 13), digits(text, 13, 15)];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const time = Date.UTC(digits(text, 0, 4), month - 1, day, hour, minute, second);
  // A month or a day that does not exist counts on into another month; the years 0 to 99 count as 1900 to 1999.
  const date = new Date(time);
  return date.getUTCMonth() === month - 1 && date.getUTCFullYear() === digits(text, 0, 4) ? time : undefined;
}

function digits(text: string, start: number, end: number): number {
  return Number(text.slice(start, end));
}

/** `time` in milliseconds, cut to the second. */
export function formatAmzDate(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}
