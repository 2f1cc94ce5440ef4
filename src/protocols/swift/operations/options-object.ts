/** OPTIONS on accounts, containers and objects: which methods there are. Preflights of browsers are answered before (`protocols/cors.ts`). */
import { noBody } from '../../operation.ts';
import { empty } from '../pages.ts';
import { swiftOperation } from '../swift-operation.ts';
import type { Scope } from '../target.ts';

const allowed: Readonly<Record<Scope, string>> = {
  account: 'HEAD, GET, PUT, POST, OPTIONS, DELETE',
  container: 'HEAD, GET, PUT, POST, OPTIONS, DELETE',
  object: 'HEAD, GET, PUT, POST, OPTIONS, DELETE, COPY',
};

/** For `Allow`. */
export function allowedMethods(scope: Scope): string {
  return allowed[scope];
}

function options(name: string, scope: Scope) {
  return swiftOperation({
    name,
    route: { scope, method: 'OPTIONS' },
    body: noBody,
    parse: () => undefined,
    authorize: 'public',
    run: async () => undefined,
    reply: () => empty(200, { Allow: allowed[scope] }),
  });
}

export const optionsAccount = options('OptionsAccount', 'account');
export const optionsContainer = options('OptionsContainer', 'container');
export const optionsObject = options('OptionsObject', 'object');
