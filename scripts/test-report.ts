/** Turns the events of node:test into one line per file, failures in full, and a list of what was skipped and why. */
import { relative } from 'node:path';
import { inspect } from 'node:util';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** The parts of node:test's events this report reads. */
export interface TestEvent {
  readonly type: string;
  readonly data: {
    readonly name?: string;
    readonly file?: string;
    readonly line?: number;
    readonly skip?: string | boolean;
    readonly todo?: string | boolean;
    readonly message?: string;
    readonly duration_ms?: number;
    readonly details?: { readonly type?: string; readonly error?: Error };
    readonly counts?: {
      readonly passed: number;
      readonly failed: number;
      readonly cancelled: number;
      readonly skipped: number;
      readonly todo: number;
    };
  };
}

export class Report {
  readonly counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  readonly #skips = new Map<string, number>();
  readonly #failures: string[] = [];
  readonly #ended = new Set<string>();
  readonly #root: string;
  readonly #print: (text: string) => void;

  constructor(root: string, print: (text: string) => void) {
    this.#root = root;
    this.#print = print;
  }

  /** One suite, or a whole one that cannot run here, under its reason. */
  skip(what: string, reason: string, tests = 1): void {
    this.counts.skipped += tests;
    this.#skips.set(reason, (this.#skips.get(reason) ?? 0) + tests);
    this.#print(`- ${what}: skipped, ${reason}\n`);
  }

  take({ type, data }: TestEvent): void {
    // What is marked as still to be built may fail.
    if (type === 'test:fail' && data.todo !== undefined && data.todo !== false) this.#owed(data);
    else if (type === 'test:fail') this.#failed(data);
    else if (type === 'test:pass' && data.skip !== undefined && data.skip !== false) this.#skipped(data);
    else if (type === 'test:stdout' || type === 'test:stderr') this.#print(data.message ?? '');
    else if (type === 'test:summary') this.#summary(data);
  }

  /** Of `files`, just run, those that never told how they ended have failed. */
  missing(files: readonly string[]): void {
    for (const file of files.filter((each) => !this.#ended.has(each))) {
      this.counts.failed += 1;
      this.#failures.push(`${this.#path(file)}  did not report to its end`);
    }
    this.#ended.clear();
  }

  /** What was skipped, what failed, and the last line: `N passed, N failed`. */
  end(): void {
    if (this.#skips.size > 0) {
      this.#print(`\nSkipped: ${this.counts.skipped}\n`);
      for (const [reason, tests] of this.#skips) this.#print(`  ${tests} x ${reason}\n`);
    }
    if (this.#failures.length > 0) {
      this.#print('\nFailed:\n');
      for (const failure of this.#failures) this.#print(`  ${failure}\n`);
    }
    const { passed, failed } = this.counts;
    this.#print(`\n${passed} passed, ${failed} failed\n`);
  }

  #failed(data: TestEvent['data']): void {
    const error = data.details?.error;
    // A parent fails because a test inside it did, which has been told already.
    if ((error as { failureType?: string } | undefined)?.failureType === 'subtestsFailed') return;
    const where = `${this.#path(data.file)}${data.line === undefined ? '' : `:${data.line}`}`;
    this.#failures.push(`${where}  ${data.name ?? ''}`);
    const cause = error?.cause ?? error;
    const text = cause instanceof Error ? inspect(cause) : String(cause);
    this.#print(`\n✖ ${data.name ?? ''}  (${where})\n${text.replaceAll(/^/gm, '    ')}\n\n`);
  }

  #owed(data: TestEvent['data']): void {
    this.#skipped({ ...data, ...(data.todo === undefined ? {} : { skip: data.todo }) });
  }

  #skipped(data: TestEvent['data']): void {
    const reason = typeof data.skip === 'string' && data.skip !== '' ? data.skip : 'no reason given';
    this.#skips.set(reason, (this.#skips.get(reason) ?? 0) + 1);
  }

  #summary({ counts, file, duration_ms }: TestEvent['data']): void {
    if (counts === undefined) return;
    const failed = counts.failed + counts.cancelled;
    if (file !== undefined) {
      this.#ended.add(file);
      const facts = [`${counts.passed} passed`];
      if (failed > 0) facts.push(`${failed} failed`);
      if (counts.skipped > 0) facts.push(`${counts.skipped} skipped`);
      const time = `${Math.round(duration_ms ?? 0)} ms`;
      this.#print(`${failed > 0 ? '✖' : '✔'} ${this.#path(file)}  ${facts.join(', ')}  (${time})\n`);
      return;
    }
    this.counts.passed += counts.passed;
    this.counts.failed += failed;
    this.counts.skipped += counts.skipped + counts.todo;
  }

  #path(file: string | undefined): string {
    return file === undefined ? '' : relative(this.#root, file);
  }
}
