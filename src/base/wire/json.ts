/** Owns JSON as Python's `json.dumps` writes it, byte for byte: a blank after `:` and `,`, and only ASCII. */

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export function spacedJson(value: Json): string {
  if (typeof value === 'string') return asciiText(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (isList(value)) return `[${value.map(spacedJson).join(', ')}]`;
  const members = Object.entries(value).map(([name, member]) => `${asciiText(name)}: ${spacedJson(member)}`);
  return `{${members.join(', ')}}`;
}

function isList(value: object): value is readonly Json[] {
  return Array.isArray(value);
}

/** A string in quotes. */
export function asciiText(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
