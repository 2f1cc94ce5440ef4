/** The metrics of the request pipeline, by protocol and operation; never by bucket, key or user. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface RequestFacts {
  readonly protocol: string;
  readonly operation: string;
  readonly status: number;
  readonly seconds: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface Telemetry {
  readonly registry: Registry;
  begin(): void;
  finish(facts: RequestFacts): void;
}

export function createTelemetry(): Telemetry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Counter({
    name: 'onggi_requests_total',
    help: 'Requests answered',
    labelNames: ['protocol', 'operation', 'status'] as const,
    registers,
  });
  const duration = new Histogram({
    name: 'onggi_request_seconds',
    help: 'Time from the request head to the last byte of the answer',
    labelNames: ['protocol', 'operation'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
    registers,
  });
  const received = new Counter({
    name: 'onggi_received_bytes_total',
    help: 'Body bytes received',
    registers,
  });
  const sent = new Counter({ name: 'onggi_sent_bytes_total', help: 'Body bytes sent', registers });
  const running = new Gauge({ name: 'onggi_requests_running', help: 'Requests being served', registers });
  return {
    registry,
    begin: () => running.inc(),
    finish(facts) {
      const { protocol, operation } = facts;
      running.dec();
      requests.inc({ protocol, operation, status: facts.status });
      duration.observe({ protocol, operation }, facts.seconds);
      if (facts.bytesIn > 0) received.inc(facts.bytesIn);
      if (facts.bytesOut > 0) sent.inc(facts.bytesOut);
    },
  };
}
