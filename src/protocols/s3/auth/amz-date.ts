/** Owns the time format of signatures: ISO 8601's basic form in UTC, `20130524T000000Z`. */

const form = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

/** Milliseconds since the epoch; undefined for any other form and for days and hours that do not exist. */
export function parseAmzDate(text: string): number | undefined {
  const parts = form.exec(text);
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  return formatAmzDate(time) === text ? time : undefined;
}

/** `time` in milliseconds, cut to the second. */
export function formatAmzDate(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}
