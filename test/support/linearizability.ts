/**
 * Owns the question whether a history of concurrent operations on one register can be explained: is there one order of the
 * operations, each at a moment between its call and its return, in which every answer is right? (Herlihy and Wing, 1990; the search
 * is Lowe's "just in time" form: an operation is placed only when the return of another needs it.)
 */

/** What a register holds, as text. */
export type State = string;

export interface Operation {
  /** For the report. */
  readonly label: string;
  /** Moments on one clock; of two operations the one that returned before the other was called comes first. */
  readonly called: number;
  /** Infinity when it may still take effect. */
  readonly returned: number;
  /** False for an operation without an answer: it took effect before `returned`, or never will. */
  readonly certain: boolean;
  /** The states it may leave behind when it meets `state`; none when its answer would have been another one. */
  readonly apply: (state: State) => readonly State[];
}

export interface Explained {
  readonly ok: true;
  /** What the register may hold at the end. */
  readonly states: readonly State[];
}

export interface Unexplained {
  readonly ok: false;
  /** The first operation, in the order of returns, whose answer nothing explains. */
  readonly operation: Operation;
  /** What the register may have held until then. */
  readonly states: readonly State[];
}

/** One way to explain the history so far: the state, and which of the running operations have taken effect. */
interface Configuration {
  readonly state: State;
  readonly placed: ReadonlySet<Operation>;
}

/** @param initial what the register may hold at the beginning */
export function explain(
  initial: readonly State[],
  operations: readonly Operation[],
): Explained | Unexplained {
  const running = new Set<Operation>();
  let configurations: Configuration[] = initial.map((state) => ({ state, placed: new Set() }));
  for (const { operation, returns } of eventsOf(operations)) {
    if (!returns) {
      running.add(operation);
      continue;
    }
    const next = withPlaced(configurations, running, operation);
    running.delete(operation);
    if (!operation.certain) next.push(...configurations.filter(({ placed }) => !placed.has(operation)));
    if (next.length === 0) return { ok: false, operation, states: statesOf(configurations) };
    configurations = distinct(next.map((one) => without(one, operation)));
  }
  return { ok: true, states: statesOf(reachable(configurations, running)) };
}

function eventsOf(operations: readonly Operation[]): { operation: Operation; returns: boolean }[] {
  return operations
    .flatMap((operation) => [
      { operation, returns: false, at: operation.called },
      { operation, returns: true, at: operation.returned },
    ])
    .filter(({ at }) => at !== Number.POSITIVE_INFINITY)
    .sort((a, b) => a.at - b.at);
}

/** All configurations in which `wanted` has taken effect, with as many others before it as it takes. */
function withPlaced(
  from: readonly Configuration[],
  running: ReadonlySet<Operation>,
  wanted: Operation,
): Configuration[] {
  return reachable(from, running, wanted).filter(({ placed }) => placed.has(wanted));
}

/** Everything that placing running operations leads to, not going on behind `end`. */
function reachable(
  from: readonly Configuration[],
  running: ReadonlySet<Operation>,
  end?: Operation,
): Configuration[] {
  const found = new Map(from.map((one) => [nameOf(one), one]));
  for (const one of found.values()) {
    if (end !== undefined && one.placed.has(end)) continue;
    for (const operation of running) {
      if (one.placed.has(operation)) continue;
      for (const state of operation.apply(one.state)) {
        const next = { state, placed: new Set([...one.placed, operation]) };
        const name = nameOf(next);
        if (!found.has(name)) found.set(name, next);
      }
    }
  }
  return [...found.values()];
}

function without({ state, placed }: Configuration, operation: Operation): Configuration {
  return { state, placed: new Set([...placed].filter((one) => one !== operation)) };
}

function distinct(configurations: readonly Configuration[]): Configuration[] {
  return [...new Map(configurations.map((one) => [nameOf(one), one])).values()];
}

/** A call is one moment of its own, so it names its operation. */
function nameOf({ state, placed }: Configuration): string {
  const calls = [...placed].map(({ called }) => called).sort((a, b) => a - b);
  return `${calls.join(',')} ${state}`;
}

function statesOf(configurations: readonly Configuration[]): State[] {
  return [...new Set(configurations.map(({ state }) => state))];
}
