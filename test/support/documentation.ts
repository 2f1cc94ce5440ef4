/**
 * Holds the tests of a documentation replay against the rows of the document: every row has a test, a row that is owed fails the day it
 * is served, and the table of rows and tests is printed at the end.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';

export class Documentation {
  readonly #title: string;
  readonly #tests: Map<string, string[]>;
  readonly #served: string[] = [];

  /** `rows`: what the document has, each in a few words: its samples and its status rows. */
  constructor(title: string, rows: readonly string[]) {
    this.#title = title;
    this.#tests = new Map(rows.map((row) => [row, []]));
    assert.equal(this.#tests.size, rows.length, 'a row stands in the list twice');
  }

  /** A test that shows `rows`. */
  shows(rows: readonly string[], name: string, body: () => Promise<void>): void {
    this.#note(rows, name);
    test(name, body);
  }

  /** A test of what `owner` has still to build: it may fail, and must not pass without being moved to `shows`. */
  owed(owner: string, rows: readonly string[], name: string, body: () => Promise<void>): void {
    this.#note(rows, `${name} (owed by ${owner})`);
    test(name, { todo: `owed by ${owner}` }, async () => {
      await body();
      this.#served.push(name);
    });
  }

  #note(rows: readonly string[], name: string): void {
    for (const row of rows) {
      const tests = this.#tests.get(row);
      assert.ok(tests, `${this.#title} has no row "${row}"`);
      tests.push(name);
    }
  }

  /** To be called behind all tests of the file. */
  end(): void {
    test(`${this.#title}: every row has a test`, () => {
      const width = Math.max(...[...this.#tests.keys()].map(({ length }) => length));
      const lines = [...this.#tests].map(([row, tests]) => `  ${row.padEnd(width)}  ${tests.join('; ')}`);
      process.stdout.write(`\n${this.#title}\n${lines.join('\n')}\n`);
      const bare = [...this.#tests].filter(([, tests]) => tests.length === 0).map(([row]) => row);
      assert.deepEqual(bare, [], 'rows without a test');
      assert.deepEqual(this.#served, [], 'these are served now: use `shows` for them');
    });
  }
}
