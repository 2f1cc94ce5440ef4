/**
 * Owns the glance at an event's record that passes over most of those that a search does not want, without decoding them: texts
 * stand in a record as they are. It may take a record that does not match, and never passes over one that does.
 */

/** Answers whether an event with all `terms` may be in a record. */
export function glanceFor(terms: readonly string[]): (record: Uint8Array) => boolean {
  const needles = terms.map(needleOf).filter((needle) => needle !== undefined);
  if (needles.length === 0) return () => true;
  return (record) => {
    const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength);
    const text = lowerBytes(bytes);
    return needles.every((needle) => text.includes(needle)) || foreign.some((one) => text.includes(one));
  };
}

/** Bytes as characters, in the lower case of those characters: the same for a record and for what is looked for in it. */
function lowerBytes(bytes: Buffer): string {
  return bytes.latin1Slice().toLowerCase();
}

/** The two characters outside of ASCII whose lower case is in it: the Kelvin sign and the dotted capital I. */
const foreign = ['\u212a', '\u0130'].map((character) => lowerBytes(Buffer.from(character)));

/** Something that every record with the term has in it; undefined where there is no such thing. */
function needleOf(term: string): string | undefined {
  const asked = term.slice(1);
  switch (term.charAt(0)) {
    case 'h':
      // A whole number of 200 or more is a byte 0xcd and two of its own.
      return /^[2-5]\d\d$/.test(asked)
        ? lowerBytes(Buffer.from([0xcd, Number(asked) >> 8, Number(asked) & 0xff]))
        : undefined;
    case 's':
      return undefined;
    case 'r':
      // Bucket and key stand apart in a record; what follows the first slash is in the key either way.
      return asciiOnly(asked.slice(asked.indexOf('/') + 1));
    default:
      return asciiOnly(asked);
  }
}

/** Other letters change their bytes with their case. */
function asciiOnly(text: string): string | undefined {
  return text !== '' && /^[\x20-\x7e]*$/.test(text) ? text.toLowerCase() : undefined;
}
