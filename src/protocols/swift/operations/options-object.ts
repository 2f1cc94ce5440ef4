/**
 * OPTIONS on accounts, containers and objects: which methods there are. A browser's preflight is refused, as long as no
 * container has CORS rules.
 */
import { noBody } from '../../operation.ts';
import { refusePage } from '../errors.ts';
import { empty } from '../pages.ts';
import { swiftOperation } from '../swift-operation.ts';
import type { Scope } from '../target.ts';

const allowed: Readonly<Record<Scope, string>> = {
  account: 'HEAD, GET, PUT, POST, OPTIONS, DELETE',
  container: 'HEAD, GET, PUT, POST, OPTIONS, DELETE',
  object: 'HEAD, GET, PUT, POST, OPTIONS, DELETE, COPY',
};

function options(name: string, scope: Scope) {
  return swiftOperation({
    name,
    route: { scope, method: 'OPTIONS' },
    body: noBody,
    parse({ request, dialect }) {
      if (request.header('origin') && request.header('access-control-request-method')) {
        throw refusePage(dialect.preflightRefusal, { Allow: allowed[scope] });
      }
    },
    authorize: 'public',
    run: async () => undefined,
    reply: () => empty(200, { Allow: allowed[scope] }),
  });
}

export const optionsAccount = options('OptionsAccount', 'account');
export const optionsContainer = options('OptionsContainer', 'container');
export const optionsObject = options('OptionsObject', 'object');
