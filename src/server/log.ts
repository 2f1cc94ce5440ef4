/** The log: JSON lines on standard error, readable ones on a terminal when the formatter is installed. */
import { createRequire } from 'node:module';
import { type Logger, pino } from 'pino';
import { type Clock, systemClock } from '../base/clock.ts';

export interface Log extends Logger {
  /** Writes out what is buffered; call before the process ends. */
  flushAll(): void;
}

/** Lines are collected into blocks, so that a line per request does not cost a system call per request. Bytes, milliseconds. */
const bufferBytes = 8 * 1024;
const flushEvery = 500;

export function createLog(level: string): Log {
  if (process.stderr.isTTY && installed('pino-pretty')) {
    const pretty = pino({
      level,
      transport: { target: 'pino-pretty', options: { destination: 2, colorize: true } },
    });
    return Object.assign(pretty, { flushAll: () => pretty.flush() });
  }
  const destination = pino.destination({ dest: 2, sync: false, minLength: bufferBytes });
  const timer = setInterval(() => destination.flush(), flushEvery);
  timer.unref();
  const log = pino(
    { level, base: { pid: process.pid }, timestamp: createTimestamp(systemClock) },
    destination,
  );
  return Object.assign(log, {
    flushAll: () => {
      try {
        destination.flushSync();
      } catch {
        // Nothing was written yet, or standard error is closed: there is nowhere left to say so.
      }
    },
  });
}

/** The time of a line in ISO 8601, as pino wants it; all but the milliseconds is put together once a second. */
export function createTimestamp(clock: Clock): () => string {
  let second = Number.NaN;
  let text = '';
  return () => {
    const time = clock();
    const milliseconds = time % 1000;
    if (time - milliseconds !== second) {
      second = time - milliseconds;
      text = new Date(second).toISOString().slice(0, -'000Z'.length);
    }
    return `,"time":"${text}${String(milliseconds).padStart(3, '0')}Z"`;
  };
}

function installed(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}
