/**
 * Our own door, `/-/`: liveness, readiness and metrics for the machines that watch the server. Public by design: nothing here
 * names a bucket, key or user.
 */
import type { Reply } from '../../base/http/reply.ts';
import type { RequestView } from '../../base/http/request-view.ts';
import { checkHealth } from '../../core/store.ts';
import { ProtocolError } from '../failure.ts';
import { type AnyOperation, noBody, operationsFor } from '../operation.ts';
import { callOf, type Protocol, plainBody } from '../protocol.ts';

export interface WatchedServer {
  /** Prometheus text format 0.0.4, of all processes together. */
  metrics(): Promise<string>;
  /** False once the server has been asked to stop. */
  accepting(): boolean;
}

class OperationsError extends ProtocolError {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

interface Route {
  readonly path: string;
}

const operation = operationsFor<RequestView, Route>();

function text(status: number, body: string, type = 'text/plain; charset=utf-8'): Reply {
  return { status, headers: { 'Content-Type': type, 'Cache-Control': 'no-store' }, body };
}

function operationsOf(server: WatchedServer): readonly AnyOperation<RequestView, Route>[] {
  return [
    operation({
      name: 'GetLiveness',
      route: { path: '/-/live' },
      body: noBody,
      parse: () => undefined,
      authorize: 'public',
      run: async () => undefined,
      reply: () => text(200, 'live\n'),
    }),
    operation({
      name: 'GetReadiness',
      route: { path: '/-/ready' },
      body: noBody,
      parse: () => undefined,
      authorize: 'public',
      run: async ({ core }) => {
        if (!server.accepting()) throw new OperationsError(503, 'stopping');
        await checkHealth(core);
      },
      reply: () => text(200, 'ready\n'),
    }),
    operation({
      name: 'GetMetrics',
      route: { path: '/-/metrics' },
      body: noBody,
      parse: () => undefined,
      authorize: 'public',
      run: () => server.metrics(),
      reply: (metrics) => text(200, metrics, 'text/plain; version=0.0.4; charset=utf-8'),
    }),
  ];
}

export function createOperations(server: WatchedServer): Protocol {
  const operations = operationsOf(server);
  return {
    name: 'operations',
    operationNames: operations.map(({ name }) => name),
    owns: (request) => request.path === '/-' || request.path.startsWith('/-/'),
    resolve(request) {
      const found = operations.find(({ route }) => route.path === request.path);
      if (found === undefined) throw new OperationsError(404, 'not found');
      if (request.method !== 'GET' && request.method !== 'HEAD')
        throw new OperationsError(405, 'method not allowed');
      return callOf(request, found, async () => ({
        actor: { kind: 'anonymous', address: request.address },
        decodeBody: (raw) => plainBody(raw, request.contentLength),
      }));
    },
    renderError(error) {
      if (error instanceof OperationsError) return text(error.status, `${error.message}\n`);
      return { ...text(503, 'unavailable\n'), headers: { 'Retry-After': 5 } };
    },
    commonHeaders: () => ({}),
  };
}
