/** How commands print what they got: a table for people, JSON for programs. */
import type { Document } from './identity-client.ts';

/** Columns as wide as their widest cell, two blanks between them; a heading line in capitals. */
export function table(columns: readonly string[], rows: readonly Document[]): string {
  const cells = [
    columns.map((name) => name.toUpperCase()),
    ...rows.map((row) => columns.map((name) => cell(row[name]))),
  ];
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i]?.length ?? 0)));
  return cells
    .map(
      (line) =>
        `${line
          .map((text, i) => text.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** One line for each field. */
export function fields(names: readonly string[], document: Document): string {
  const shown = names.filter((name) => document[name] !== undefined && document[name] !== null);
  const width = Math.max(...shown.map((name) => name.length));
  return shown.map((name) => `${name.padEnd(width)}  ${cell(document[name])}\n`).join('');
}

export function asJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** One line of plain text: what a name holds must not move the terminal's cursor. */
function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text =
    typeof value === 'string'
      ? value
      : typeof value === 'boolean'
        ? value
          ? 'yes'
          : 'no'
        : JSON.stringify(value);
  return text.replace(/\p{Cc}/gu, '\uFFFD');
}
