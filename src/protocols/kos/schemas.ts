/** Pieces of the schemas of this door's bodies and answers, and the values they describe. */
import { type TProperties, type TSchema, Type } from 'typebox';

/** An answer: it has these fields and no others. */
export function answerObject<P extends TProperties>(properties: P) {
  return Type.Object(properties, { additionalProperties: false });
}

/** Texts by any names. Not `Type.Record`: that takes names with a line's end in them for none of its own, and lets their values be anything. */
export function textsByName(options: { readonly description?: string } = {}) {
  return Type.Unsafe<Record<string, string>>(
    Type.Object({}, { ...options, additionalProperties: Type.String() }),
  );
}

/** A field of a request that may be left out or null, which mean the same. */
export function maybe<S extends TSchema>(schema: S) {
  return Type.Optional(Type.Union([schema, Type.Null()]));
}

export function oneOf<const T extends readonly string[]>(words: T) {
  return Type.Enum([...words] as T[number][]);
}

export const dateTime = Type.String({ format: 'date-time' });

/** `2000-01-23T04:56:07.000+00:00`, as Krutrim prints times; `time` in milliseconds since the epoch. */
export function kosTime(time: number): string {
  return new Date(time).toISOString().replace('Z', '+00:00');
}
