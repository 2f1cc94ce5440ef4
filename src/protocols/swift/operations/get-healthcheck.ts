/** GET /healthcheck: answers, and so shows that this door is open. Whether the engines serve is for `/-/ready`. */
import { noBody } from '../../operation.ts';
import { sentenceReply } from '../pages.ts';
import { swiftOperation } from '../swift-operation.ts';

function healthcheck(name: string, method: 'GET' | 'HEAD') {
  return swiftOperation({
    name,
    route: { path: '/healthcheck', method },
    body: noBody,
    parse: () => undefined,
    authorize: 'public',
    run: async () => undefined,
    reply: () => sentenceReply(200, 'OK', 'text/plain'),
  });
}

export const getHealthcheck = healthcheck('GetHealthcheck', 'GET');
export const headHealthcheck = healthcheck('HeadHealthcheck', 'HEAD');
