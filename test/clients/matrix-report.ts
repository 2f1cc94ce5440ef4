/** Keeps what the matrix of clients did, and prints it as two tables with the reason of everything that was left out. */
import type { Client, Verb } from './adapters/client.ts';
import { type KeyName, testObjects } from './objects.ts';

export class MatrixReport {
  readonly #clients: readonly Client[];
  /** Why a client is not here, by its name. */
  readonly #missing: ReadonlyMap<string, string | undefined>;
  readonly #wrote = new Set<string>();
  readonly #read = new Set<string>();
  /** Reason -> `client verb: key` once each. */
  readonly #skipped = new Map<string, Map<string, Set<KeyName>>>();

  constructor(clients: readonly Client[], missing: ReadonlyMap<string, string | undefined>) {
    this.#clients = clients;
    this.#missing = missing;
  }

  wrote(client: Client, name: KeyName): void {
    this.#wrote.add(`${client.name} ${name}`);
  }

  read(reader: Client, writer: Client, name: KeyName): void {
    this.#read.add(`${reader.name} ${writer.name} ${name}`);
  }

  skipped(client: Client, verb: Verb, name: KeyName, reason: string): void {
    const verbs = this.#skipped.get(reason) ?? new Map<string, Set<KeyName>>();
    this.#skipped.set(reason, verbs);
    const what = `${client.name} ${verb}`;
    verbs.set(what, (verbs.get(what) ?? new Set()).add(name));
  }

  text(): string {
    return [
      '\nObjects read back equal, of those written: a line a reader, a column a writer',
      table(['reads \\ wrote', ...this.#names()], this.#byPair()),
      '\nKey by key: w = the client wrote it, and how many writers it read it from',
      table(['key', ...this.#names()], this.#byKey()),
      ...this.#reasons(),
      '',
    ].join('\n');
  }

  #names(): string[] {
    return this.#clients.map(({ name }) => name);
  }

  #byPair(): string[][] {
    return this.#clients.map((reader) => [
      reader.name,
      ...this.#clients.map((writer) => {
        const written = testObjects.filter(({ name }) => this.#wrote.has(`${writer.name} ${name}`));
        const read = written.filter(({ name }) => this.#read.has(`${reader.name} ${writer.name} ${name}`));
        return `${read.length}/${written.length}`;
      }),
    ]);
  }

  #byKey(): string[][] {
    return testObjects.map(({ name, size }) => [
      `${name} (${size} B)`,
      ...this.#clients.map((client) => {
        const wrote = this.#wrote.has(`${client.name} ${name}`) ? 'w' : '-';
        const read = this.#clients.filter((writer) =>
          this.#read.has(`${client.name} ${writer.name} ${name}`),
        );
        return `${wrote} ${read.length}`;
      }),
    ]);
  }

  #reasons(): string[] {
    const lines = this.#clients.flatMap((client) => {
      const reason = this.#missing.get(client.name);
      return reason === undefined ? [] : [`  ${client.name}: ${reason}`];
    });
    for (const [reason, verbs] of this.#skipped) {
      lines.push(`  ${reason}:`);
      for (const [what, names] of verbs) lines.push(`    ${what}: ${[...names].join(', ')}`);
    }
    return lines.length === 0 ? [] : ['\nLeft out:', ...lines];
  }
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}
