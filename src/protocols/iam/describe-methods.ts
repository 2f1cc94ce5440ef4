/** OPTIONS of every path: its methods, in `Allow`. One operation for each path, made from the table of the others. */
import { noBody } from '../operation.ts';
import type { PathMethod } from '../path-router.ts';
import { type IamOperation, operation } from './request.ts';

export const describeMethodsName = 'DescribeMethods';

export function describeMethods(path: string, methods: readonly PathMethod[]): IamOperation {
  const allow = [...methods, 'OPTIONS'].join(', ');
  return operation({
    name: describeMethodsName,
    route: { methods: ['OPTIONS'], path, policy: '' },
    body: noBody,
    parse: () => undefined,
    authorize: 'public',
    run: async () => undefined,
    reply: () => ({ status: 200, headers: { Allow: allow }, body: '' }),
  });
}
