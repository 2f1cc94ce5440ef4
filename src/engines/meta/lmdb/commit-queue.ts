/**
 * The line in which commits wait for the one writer. Owns their grouping: whatever waits when the write lock is held
 * becomes one transaction with one sync. Refuses to know what a commit does.
 */
import { setImmediate } from 'node:timers/promises';
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
  /** As `performance.now()` counts. */
  readonly deadline: number;
  resolve(): void;
  reject(error: unknown): void;
}

export class CommitQueue {
  readonly #transaction: Transaction;
  /** Milliseconds. */
  readonly #patience: number;
  #waiting: Waiter[] = [];
  /** Those being written; without those that gave up meanwhile. */
  #group: Waiter[] = [];
  #writing: Promise<void> | undefined;
  /** One for all, because one for each costs as much as a read: runs at the first deadline, or, when that one was served, before it. */
  #alarm: NodeJS.Timeout | undefined;

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
      const deadline = performance.now() + this.#patience;
      this.#waiting.push({ change, conflict: undefined, deadline, resolve, reject });
      this.#alarm ??= setTimeout(() => this.#giveUpLate(), this.#patience);
      this.#writing ??= this.#writeAll();
    });
  }

  /** Resolves when nothing is being written and nothing waits. */
  async idle(): Promise<void> {
    await this.#writing;
  }

  #giveUpLate(): void {
    const now = performance.now();
    const late = ({ deadline }: Waiter) => deadline <= now;
    for (const waiter of [...this.#group, ...this.#waiting].filter(late)) {
      waiter.reject(new Unavailable('the metadata store gave no answer in time'));
    }
    this.#group = this.#group.filter((waiter) => !late(waiter));
    this.#waiting = this.#waiting.filter((waiter) => !late(waiter));
    const next = this.#group[0] ?? this.#waiting[0];
    this.#alarm = next && setTimeout(() => this.#giveUpLate(), next.deadline - now);
  }

  /** One group after the other; in between, other processes get their turn at the write lock. */
  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      // The lock is asked for when this turn's requests have been heard: held any earlier, it would wait for them idly.
      await setImmediate();
      await this.#writeGroup();
    }
    this.#writing = undefined;
    clearTimeout(this.#alarm);
    this.#alarm = undefined;
  }

  async #writeGroup(): Promise<void> {
    let begun = false;
    try {
      await this.#transaction(() => {
        begun = true;
        this.#takeWaiting().forEach(attempt);
      });
      for (const waiter of this.#group) settle(waiter, waiter.conflict);
    } catch (error) {
      for (const waiter of begun ? this.#group : this.#takeWaiting()) settle(waiter, error);
    }
    this.#group = [];
  }

  #takeWaiting(): readonly Waiter[] {
    this.#group = this.#waiting;
    this.#waiting = [];
    return this.#group;
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

function settle({ resolve, reject }: Waiter, error: unknown): void {
  if (error === undefined) resolve();
  else reject(error);
}
