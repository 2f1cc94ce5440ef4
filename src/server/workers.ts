/**
 * Several processes behind one port (ONGGI_WORKERS). The first process starts and watches them and serves no requests itself;
 * a worker that dies is replaced, and takes only its own running requests with it.
 */
import cluster, { type Worker } from 'node:cluster';
import { AggregatorRegistry, type Registry } from 'prom-client';

type FromWorker =
  | { type: 'ready'; url: string }
  | { type: 'failed'; message: string }
  | { type: 'metrics'; id: number };
type ToWorker = { type: 'metrics'; id: number; text: string };

export interface Supervisor {
  /** Asks all workers to finish and waits for them. */
  stop(): Promise<void>;
}

/** Pause before a dead worker is replaced, in milliseconds: a worker that cannot start must not spin. */
const restartPause = 500;

export interface SupervisorOptions {
  readonly count: number;
  /** A worker died unasked; for the log. */
  readonly onDeath: (pid: number | undefined, how: string) => void;
}

/**
 * Starts `count` workers of this program; resolves when all accept requests.
 * @throws an Error with the worker's own line when one cannot start.
 */
export async function superviseWorkers(
  options: SupervisorOptions,
): Promise<{ url: string; supervisor: Supervisor }> {
  // Each worker accepts for itself. Handed out by us, a connection on its way to a worker that dies would stay open, unanswered,
  // for ever.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  const aggregate = new AggregatorRegistry();
  let stopping = false;
  let started = false;

  const start = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const worker = cluster.fork();
      // A message to a worker that has just died; its exit tells all there is to tell.
      worker.on('error', () => {});
      worker.on('message', (message: FromWorker) => {
        if (message.type === 'ready') resolve(message.url);
        if (message.type === 'failed') reject(new Error(message.message));
        if (message.type === 'metrics') void answerMetrics(worker, message.id);
      });
      worker.once('exit', (code, signal) => {
        reject(new Error(`a worker ended before it was ready (${signal ?? `exit code ${code}`})`));
        if (stopping || !started) return;
        options.onDeath(worker.process.pid, signal ?? `exit code ${code}`);
        setTimeout(() => {
          if (!stopping) start().catch(() => {});
        }, restartPause);
      });
    });

  const answerMetrics = async (worker: Worker, id: number): Promise<void> => {
    const text = await aggregate.clusterMetrics().catch(() => '');
    if (worker.isConnected()) worker.send({ type: 'metrics', id, text } satisfies ToWorker);
  };

  const stop = async (): Promise<void> => {
    stopping = true;
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    await Promise.all(
      workers.map(
        (worker) =>
          new Promise<void>((resolve) => {
            worker.once('exit', () => resolve());
            if (worker.isDead()) resolve();
            // Not a message: a worker that is still starting would not hear it.
            else worker.process.kill('SIGTERM');
          }),
      ),
    );
  };

  try {
    const urls = await Promise.all(Array.from({ length: options.count }, start));
    started = true;
    return { url: urls[0] ?? '', supervisor: { stop } };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The worker's side of the conversation; it stops on SIGTERM. */
export interface WorkerLink {
  ready(url: string): void;
  failed(message: string): void;
  /** The metrics of all workers together. */
  metrics(): Promise<string>;
}

/** `onAlone` is called when the supervisor is gone: nobody replaces a worker or runs the background jobs any more. */
export function joinSupervisor(registry: Registry, onAlone: () => void): WorkerLink {
  AggregatorRegistry.setRegistries(registry);
  // Made for its side effect: only an instance answers the supervisor's questions.
  new AggregatorRegistry();
  const waiting = new Map<number, (text: string) => void>();
  let lastId = 0;
  process.on('message', (message: ToWorker) => {
    if (message.type !== 'metrics') return;
    waiting.get(message.id)?.(message.text);
    waiting.delete(message.id);
  });
  const self = cluster.worker;
  self?.once('disconnect', () => {
    // Otherwise Node ends this process here and now, in the middle of its requests and commits.
    self.exitedAfterDisconnect = true;
    onAlone();
  });
  const send = (message: FromWorker) => void process.send?.(message);
  return {
    ready: (url) => send({ type: 'ready', url }),
    failed: (message) => send({ type: 'failed', message }),
    metrics: () =>
      new Promise((resolve) => {
        lastId += 1;
        waiting.set(lastId, resolve);
        send({ type: 'metrics', id: lastId });
      }),
  };
}
