/**
 * Owns what is known of every register (an object key, or whether a bucket is there) in one round: all operations with their moments,
 * and the verdict on them. Also collects whatever is plainly wrong.
 */
import { explain, type Operation, type State } from '../support/linearizability.ts';

export const absent: State = 'absent';

/** An object as a state: its entity tag, and the mark that its last writer put into its metadata. */
export function present(etag: string, mark: string): State {
  return `${etag} ${mark}`;
}

export function etagOf(state: State): string {
  return state.split(' ')[0] ?? '';
}

export interface Effect {
  readonly label: string;
  readonly called: number;
  /** Now, when absent. */
  readonly returned?: number;
  readonly certain?: boolean;
  readonly apply: Operation['apply'];
}

export class Recorder {
  readonly violations: string[] = [];
  readonly #registers = new Map<string, Operation[]>();
  readonly #initial = new Map<string, readonly State[]>();
  readonly #etagsSeen = new Map<string, Set<string>>();
  #now = 0;
  #operations = 0;

  /** The next moment of the one clock all operations are told by. */
  moment(): number {
    this.#now += 1;
    return this.#now;
  }

  record(register: string, effect: Effect): void {
    const { label, called, apply, certain = true, returned = this.moment() } = effect;
    this.#operations += 1;
    const operations = this.#registers.get(register) ?? [];
    operations.push({ label, called, returned, certain, apply });
    this.#registers.set(register, operations);
  }

  saw(register: string, called: number, label: string, state: State): void {
    if (state !== absent) this.#etags(register).add(etagOf(state));
    this.record(register, { label, called, apply: (now) => (now === state ? [now] : []) });
  }

  sawEtag(register: string, called: number, label: string, etag: string): void {
    this.#etags(register).add(etag);
    this.record(register, { label, called, apply: (now) => (etagOf(now) === etag ? [now] : []) });
  }

  /** The entity tags seen in a register this round: all that an unknown one needs to be told apart from. */
  etagsSeen(register: string): readonly string[] {
    return [...this.#etags(register)];
  }

  wrong(what: string): void {
    this.violations.push(what);
  }

  /** Ends the round: every register's history must be explained. Answers the number of operations. */
  conclude(): number {
    for (const [register, operations] of this.#registers) {
      const initial = this.#initial.get(register) ?? [absent];
      const result = explain(initial, operations);
      if (result.ok) this.#initial.set(register, result.states);
      else this.violations.push(describeFailure(register, initial, operations, result));
    }
    const count = this.#operations;
    this.#operations = 0;
    this.#registers.clear();
    this.#etagsSeen.clear();
    return count;
  }

  #etags(register: string): Set<string> {
    const seen = this.#etagsSeen.get(register) ?? new Set();
    this.#etagsSeen.set(register, seen);
    return seen;
  }
}

function describeFailure(
  register: string,
  initial: readonly State[],
  operations: readonly Operation[],
  { operation, states }: { operation: Operation; states: readonly State[] },
): string {
  const line = (one: Operation) =>
    `  ${one === operation ? '=>' : '  '} ${one.called}..${one.returned} ${one.certain ? '' : '(unknown) '}${one.label}`;
  const lines = operations.toSorted((a, b) => a.called - b.called).map(line);
  return [
    `${register}: nothing explains "${operation.label}"`,
    `  at first: ${initial.join(' or ')}; possible by then: ${states.join(' or ')}`,
    ...lines,
  ].join('\n');
}
