/** A bucket's CORS rules as the Extension reads and prints them, with the limits of every field (reference 5.6). */
import { type Static, Type } from 'typebox';
import type { CorsMethod, CorsRule } from '../../core/buckets/cors.ts';
import { ExtError } from './errors.ts';

const texts = Type.Array(Type.String());

export const corsSchema = Type.Object({
  cors: Type.Array(
    Type.Object({
      allowed_origins: texts,
      allowed_methods: texts,
      allowed_headers: texts,
      expose_headers: texts,
      max_age_seconds: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
    }),
  ),
});

type CorsBody = Static<typeof corsSchema>;

const mostRules = 10;
const longestOrigin = 200;
const longestAge = 2 ** 31 - 1;
const methods: readonly CorsMethod[] = ['PUT', 'POST', 'GET', 'DELETE'];

/** A scheme, and all that can stand in an Origin header; `*` alone is every origin. */
const origin =
  /^(?:\*|[A-Za-z*][A-Za-z0-9+.*-]*:\/\/(?:\[[0-9A-Fa-f:.*]+\]|[^\s/?#@:[\]]+)(?::(?:\d{1,5}|\*))?)$/;
/** A name of a header (RFC 9110 5.6.2), in which `*` is an ordinary character. */
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$/;

/** @throws ExtError 400 with the field that is wrong */
export function corsRulesOf({ cors }: CorsBody): readonly CorsRule[] {
  if (cors.length > mostRules) throw new ExtError(400, `cors can have at most ${mostRules} rules`);
  return cors.map((rule, at) => {
    const refuse = (field: string, reason: string) => new ExtError(400, `cors.${at}.${field} ${reason}`);
    const { allowed_origins: origins, allowed_headers: headers, expose_headers: expose } = rule;
    if (origins.length === 0) throw refuse('allowed_origins', 'must not be empty');
    for (const one of origins) {
      if (one.length > longestOrigin)
        throw refuse('allowed_origins', `can have at most ${longestOrigin} characters`);
      if (stars(one) > 1) throw refuse('allowed_origins', 'can have at most one *');
      if (!origin.test(one)) throw refuse('allowed_origins', 'must be origins with their scheme');
    }
    for (const one of headers) {
      if (!headerName.test(one) || stars(one) > 1) {
        throw refuse('allowed_headers', 'must be names of headers with at most one *');
      }
    }
    for (const one of expose) {
      if (!headerName.test(one)) throw refuse('expose_headers', 'must be names of headers');
    }
    const maxAge = rule.max_age_seconds ?? undefined;
    if (maxAge !== undefined && (maxAge < 0 || maxAge > longestAge)) {
      throw refuse('max_age_seconds', `must be a whole number from 0 to ${longestAge}`);
    }
    return {
      origins,
      methods: methodsOf(rule.allowed_methods, refuse),
      headers,
      expose,
      ...(maxAge !== undefined && { maxAge }),
    };
  });
}

function methodsOf(
  texts: readonly string[],
  refuse: (field: string, reason: string) => ExtError,
): readonly CorsMethod[] {
  if (texts.length === 0) throw refuse('allowed_methods', 'must not be empty');
  return texts.map((text) => {
    const method = methods.find((one) => one === text);
    if (method === undefined) throw refuse('allowed_methods', `must be among ${methods.join(', ')}`);
    return method;
  });
}

function stars(text: string): number {
  return text.split('*').length - 1;
}

/** In the documented order of fields. */
export function corsDocument(rules: readonly CorsRule[]) {
  return {
    cors: rules.map((rule) => ({
      allowed_origins: rule.origins,
      allowed_headers: rule.headers,
      allowed_methods: rule.methods,
      expose_headers: rule.expose,
      max_age_seconds: rule.maxAge,
    })),
  };
}
