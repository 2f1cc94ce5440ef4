/**
 * Owns the glance at an event's record that passes over most of those that a search does not want, without decoding them: texts
 * stand in a record as they are. It may take a record that does not match, and never passes over one that does.
 */
import { byteName } from '../../base/bytes.ts';

/** Answers whether an event with all `terms` may be in a record. */
export function glanceFor(terms: readonly string[]): (record: Uint8Array) => boolean {
  const needles = terms.map(needleOf).filter((needle) => needle !== undefined);
  if (needles.length === 0) return () => true;
  return (record) => {
    const text = lowerBytes(record);
    return needles.every((needle) => text.includes(needle)) || foreign.some((one) => text.includes(one));
  };
}

/** Bytes as characters, in the lower case of those characters: the same for a record and for what is looked for in it. */
function lowerBytes(bytes: Uint8Array): string {
  return byteName(bytes).toLowerCase();
}

/** The two characters outside of ASCII whose lower case is in it: the Kelvin sign and the dotted capital I. */
const foreign = ['\u212a', '\u0130'].map((character) => lowerBytes(Buffer.from(character)));

/** Something that every record with the term has in it; undefined where there is no such thing. */
function needleOf(term: string): string | undefined {
  const asked = term.slice(1);
  switch (term.charAt(0)) {
    case 'h':
      return /^[2-5]\d\d$/.test(asked) ? lowerBytes(numberBytes(Number(asked))) : undefined;
    case 's':
      return undefined;
    case 'r':
      // Bucket and key stand apart in a record; what follows the first slash is in the key either way.
      return asciiOnly(asked.slice(asked.indexOf('/') + 1));
    default:
      return asciiOnly(asked);
  }
}

/** A whole number from 128 to 65,535 as MessagePack has it. */
function numberBytes(value: number): Buffer {
  return Buffer.from(value < 256 ? [0xcc, value] : [0xcd, value >> 8, value & 0xff]);
}

/** Other letters change their bytes with their case. */
function asciiOnly(text: string): string | undefined {
  return text !== '' && /^[\x20-\x7e]*$/.test(text) ? text.toLowerCase() : undefined;
}
