/** Keystone's calls that are known by name and not served yet: 501 to whoever holds a token. */
import { CoreError } from '../../core/errors.ts';
import { noBody } from '../operation.ts';
import type { PathMethod } from '../path-router.ts';
import { type IamOperation, operation } from './request.ts';

const missing: readonly (readonly [name: string, path: string, ...methods: PathMethod[]])[] = [
  ['ValidateS3Signature', '/v3/s3tokens', 'POST'],
  ['ValidateEC2Signature', '/v3/ec2tokens', 'POST'],
];

export const notYet: readonly IamOperation[] = missing.map(([name, path, ...methods]) =>
  operation({
    name,
    route: { methods, path, policy: '' },
    body: noBody,
    parse: () => undefined,
    // Nothing is read or changed, so a token is all it takes to be told so.
    authorize: 'in-run',
    run: async () => {
      throw new CoreError('NotImplemented', { what: name });
    },
    reply: () => ({ status: 501 }),
  }),
);
