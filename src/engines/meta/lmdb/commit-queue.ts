/**
 * The line in which commits wait for the one writer. Owns their grouping: whatever waits when the write lock is held
 * becomes one transaction with one sync. Refuses to know what a commit does.
 */
import { Conflict, Unavailable } from '../../errors.ts';

/**
 * Does one commit inside the transaction; `place` is its number in the group. Throws Conflict before it has changed
 * anything; any other error undoes the whole group.
 */
export type Change = (place: number) => void;

/** Runs `write` while the write lock is held, then resolves when all it did is on the disk; on failure nothing was done. */
export type Transaction = (write: () => void) => Promise<void>;

interface Waiter {
  readonly change: Change;
  conflict: Conflict | undefined;
  readonly timer: NodeJS.Timeout;
  resolve(): void;
  reject(error: unknown): void;
}

export class CommitQueue {
  readonly #transaction: Transaction;
  /** Milliseconds. */
  readonly #patience: number;
  #waiting: Waiter[] = [];
  #writing: Promise<void> | undefined;

  constructor(transaction: Transaction, patience: number) {
    this.#transaction = transaction;
    this.#patience = patience;
  }

  /**
   * Resolves when the change is durable.
   * @throws Conflict when the change did; what the transaction failed with; Unavailable when there was no answer in time,
   * and then a change that has not begun never will.
   */
  add(change: Change): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#giveUp(waiter), this.#patience);
      const waiter: Waiter = { change, conflict: undefined, timer, resolve, reject };
      this.#waiting.push(waiter);
      this.#writing ??= this.#writeAll();
    });
  }

  /** Resolves when nothing is being written and nothing waits. */
  async idle(): Promise<void> {
    await this.#writing;
  }

  #giveUp(waiter: Waiter): void {
    this.#waiting = this.#waiting.filter((other) => other !== waiter);
    waiter.reject(new Unavailable('the metadata store gave no answer in time'));
  }

  /** One group after the other; in between, other processes get their turn at the write lock. */
  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.#writeGroup();
    this.#writing = undefined;
  }

  async #writeGroup(): Promise<void> {
    let group: readonly Waiter[] | undefined;
    try {
      await this.#transaction(() => {
        group = this.#takeWaiting();
        group.forEach(attempt);
      });
    } catch (error) {
      for (const waiter of group ?? this.#takeWaiting()) settle(waiter, error);
      return;
    }
    for (const waiter of group ?? []) settle(waiter, waiter.conflict);
  }

  #takeWaiting(): readonly Waiter[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }
}

function attempt(waiter: Waiter, place: number): void {
  try {
    waiter.change(place);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    waiter.conflict = error;
  }
}

function settle({ timer, resolve, reject }: Waiter, error: unknown): void {
  clearTimeout(timer);
  if (error === undefined) resolve();
  else reject(error);
}
