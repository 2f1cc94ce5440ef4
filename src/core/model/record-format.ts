/**
 * Owns the envelope and the field kinds of persisted records; `codecs.ts` says which record has which fields. One envelope for all:
 *
 *     u32 length of the header | header: MessagePack array [format version, field, field...] | attached bytes
 *
 * Fields are positional and a list only ever grows at its end, so a reader knows every earlier version by what is missing.
 * Attached bytes (inline data) stand outside of the header: they are viewed in place, never copied by a decoder.
 */
import { Packr } from 'msgpackr';
import { Corrupt } from '../../engines/errors.ts';

/** How one field travels. `fromWire` throws on anything that `toWire` cannot have made. */
export interface Field<T> {
  toWire(value: T, attach: (bytes: Uint8Array) => void): unknown;
  /** `detach` gives the next `length` attached bytes. `raw` is undefined when the record is older than the field. */
  fromWire(raw: unknown, detach: (length: number) => Uint8Array): T;
}

/** One field for every property of `T`, in the order in which they are stored. */
export type Fields<T> = { readonly [K in keyof T]-?: Field<T[K]> };

export interface RecordFormat<T> {
  encode(record: T): Buffer;
  /** @throws Corrupt when the bytes are not such a record, or come from a later version. */
  decode(value: Uint8Array): T;
}

const packr = new Packr({ useRecords: false });

/** `what` names the record in errors; `version` goes up by one whenever `fields` grows. */
export function recordFormat<T>(what: string, version: number, fields: Fields<T>): RecordFormat<T> {
  const body = structure(fields);
  return {
    encode(record) {
      const attached: Uint8Array[] = [];
      const wire = body.toWire(record, (bytes) => attached.push(bytes)) as unknown[];
      wire.unshift(version);
      return envelope(packr.pack(wire), attached);
    },
    decode(value) {
      try {
        return openEnvelope(value, version, body);
      } catch (error) {
        throw new Corrupt(`a ${what} record does not decode`, error);
      }
    },
  };
}

function envelope(header: Buffer, attached: readonly Uint8Array[]): Buffer {
  let length = 4 + header.length;
  for (const bytes of attached) length += bytes.length;
  const whole = Buffer.allocUnsafe(length);
  let at = whole.writeUInt32BE(header.length);
  whole.set(header, at);
  at += header.length;
  for (const bytes of attached) {
    whole.set(bytes, at);
    at += bytes.length;
  }
  return whole;
}

function openEnvelope<T>(value: Uint8Array, version: number, body: Field<T>): T {
  const bytes =
    value instanceof Buffer ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  let at = 4 + bytes.readUInt32BE(0);
  if (at > bytes.length) throw new RangeError('the header is cut off');
  const wire = packr.unpack(bytes.subarray(4, at)) as unknown[];
  const stored = wire.shift();
  if (typeof stored !== 'number' || stored < 1 || stored > version) {
    throw new RangeError(`version ${String(stored)} is not known`);
  }
  const record = body.fromWire(wire, (length) => {
    if (!Number.isSafeInteger(length) || length < 0 || at + length > bytes.length) {
      throw new RangeError('attached bytes are cut off');
    }
    at += length;
    return bytes.subarray(at - length, at);
  });
  if (at !== bytes.length) throw new RangeError('bytes are left over');
  return record;
}

function mismatch(expected: string): TypeError {
  return new TypeError(`expected ${expected}`);
}

export const text: Field<string> = {
  toWire: (value) => value,
  fromWire(raw) {
    if (typeof raw !== 'string') throw mismatch('text');
    return raw;
  },
};

export const number: Field<number> = {
  toWire: (value) => value,
  fromWire(raw) {
    if (typeof raw !== 'number') throw mismatch('a number');
    return raw;
  },
};

export const flag: Field<boolean> = {
  toWire: (value) => value,
  fromWire(raw) {
    if (typeof raw !== 'boolean') throw mismatch('true or false');
    return raw;
  },
};

export const bytes: Field<Uint8Array> = {
  toWire: (value) => value,
  fromWire(raw) {
    if (!(raw instanceof Uint8Array)) throw mismatch('bytes');
    return raw;
  },
};

/** An id of 32 hex characters, stored as its 16 bytes. */
export const id: Field<string> = {
  toWire: (value) => Buffer.from(value, 'hex'),
  fromWire(raw) {
    if (!(raw instanceof Uint8Array) || raw.length !== 16) throw mismatch('16 bytes');
    return Buffer.from(raw.buffer, raw.byteOffset, 16).toString('hex');
  },
};

/** Bytes that stand behind the header; the header keeps their length. */
export const attachedBytes: Field<Uint8Array> = {
  toWire(value, attach) {
    attach(value);
    return value.length;
  },
  fromWire(raw, detach) {
    if (typeof raw !== 'number') throw mismatch('a length');
    return detach(raw);
  },
};

const texts = list(text);

/** Names to texts, stored as a flat list, because a map would give some names (`__proto__`) a meaning. */
export const textMap: Field<Readonly<Record<string, string>>> = {
  toWire: (value) => Object.entries(value).flat(),
  fromWire(raw) {
    const flat = texts.fromWire(raw, noBytes);
    const pairs = [];
    for (let at = 0; at + 1 < flat.length; at += 2) pairs.push([flat[at], flat[at + 1]]);
    return Object.fromEntries(pairs);
  },
};

/** One of a closed set of words. */
export function word<T extends string>(...words: readonly T[]): Field<T> {
  return {
    toWire: (value) => value,
    fromWire(raw) {
      const found = words.find((one) => one === raw);
      if (found === undefined) throw mismatch(words.join(' or '));
      return found;
    },
  };
}

/** Absent values, and fields that older records do not have. */
export function optional<T>(field: Field<T>): Field<T | undefined> {
  return {
    toWire: (value, attach) => (value === undefined ? null : field.toWire(value, attach)),
    fromWire: (raw, detach) => (raw === null || raw === undefined ? undefined : field.fromWire(raw, detach)),
  };
}

export function list<T>(field: Field<T>): Field<readonly T[]> {
  return {
    toWire: (value, attach) => value.map((item) => field.toWire(item, attach)),
    fromWire(raw, detach) {
      if (!Array.isArray(raw)) throw mismatch('a list');
      return raw.map((item) => field.fromWire(item, detach));
    },
  };
}

/** A part of a record with fields of its own, stored as a list in their order. Absent properties stay absent. */
export function structure<T>(fields: Fields<T>): Field<T> {
  const names = Object.keys(fields) as (keyof T)[];
  return {
    toWire: (value, attach) => names.map((name) => fields[name].toWire(value[name], attach)),
    fromWire(raw, detach) {
      if (!Array.isArray(raw)) throw mismatch('a structure');
      const value: Partial<T> = {};
      let at = 0;
      for (const name of names) {
        const field = fields[name].fromWire(raw[at], detach);
        if (field !== undefined) value[name] = field;
        at += 1;
      }
      return value as T;
    },
  };
}

function noBytes(): never {
  throw mismatch('no attached bytes');
}
