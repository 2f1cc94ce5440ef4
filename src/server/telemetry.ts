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
  // Counted in plain numbers, which cost a request nothing to speak of, and shown when somebody asks.
  const now = { running: 0, received: 0, sent: 0 };
  new Gauge({
    name: 'onggi_requests_running',
    help: 'Requests being served',
    registers,
    collect() {
      this.set(now.running);
    },
  });
  new Counter({
    name: 'onggi_received_bytes_total',
    help: 'Body bytes received',
    registers,
    collect() {
      this.reset();
      this.inc(now.received);
    },
  });
  new Counter({
    name: 'onggi_sent_bytes_total',
    help: 'Body bytes sent',
    registers,
    collect() {
      this.reset();
      this.inc(now.sent);
    },
  });
  return {
    registry,
    begin() {
      now.running += 1;
    },
    finish({ protocol, operation, status, seconds, bytesIn, bytesOut }) {
      now.running -= 1;
      now.received += bytesIn;
      now.sent += bytesOut;
      requests.inc({ protocol, operation, status });
      duration.observe({ protocol, operation }, seconds);
    },
  };
}
