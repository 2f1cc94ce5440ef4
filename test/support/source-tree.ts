/** The project's own source as data, for the rules in architecture.test.ts. Reads files; judges nothing. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface SourceFile {
  /** From the project's root, with slashes, e.g. `src/core/core.ts`. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  /** The text without comments and without the contents of strings, line for line: for rules about code. */
  readonly code: readonly string[];
  /** Tests and the suites they share: they may name what product code may not. */
  readonly isTest: boolean;
  readonly imports: readonly Import[];
}

export interface Import {
  /** A project path (`src/core/core.ts`) for relative imports, else the package as written (`node:fs`, `pg`). */
  readonly target: string;
  readonly relative: boolean;
  readonly line: number;
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** All TypeScript and JavaScript files under `directories` of the project. */
export function readSource(directories: readonly string[]): SourceFile[] {
  return directories
    .flatMap((directory) => globSync(`${directory}/**/*.{ts,mjs}`, { cwd: root }))
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map(readOne);
}

function readOne(path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8');
  return {
    path,
    text,
    lines: text.split('\n'),
    code: codeOnly(text).split('\n'),
    isTest: /\.test(-suite)?\.ts$/.test(path) || path.startsWith('test/'),
    imports: importsOf(path, text),
  };
}

/** Static imports, re-exports and `import()` of literal names. */
function importsOf(path: string, text: string): Import[] {
  const found: Import[] = [];
  for (const match of text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^'\n]+)'/g)) {
    const written = match[1] ?? '';
    const lineStart = text.lastIndexOf('\n', match.index) + 1;
    if (/^\s*(\*|\/\/)/.test(text.slice(lineStart, match.index))) continue;
    const relative = written.startsWith('.');
    const target = relative ? posix.normalize(posix.join(posix.dirname(path), written)) : written;
    found.push({ target, relative, line: text.slice(0, match.index).split('\n').length });
  }
  return found;
}

/**
 * Blanks comments, strings and regular expressions' quotes well enough for word rules: a scanner of one state, not a
 * parser. Text inside template literals is blanked with them, `${}` parts included.
 */
function codeOnly(text: string): string {
  let code = '';
  let at = 0;
  while (at < text.length) {
    const end = endOfBlank(text, at);
    if (end === at) {
      code += text[at];
      at += 1;
    } else {
      code += text.slice(at, end).replace(/[^\n]/g, ' ');
      at = end;
    }
  }
  return code;
}

/** Where the comment or string that starts at `at` ends; `at` itself when none starts there. */
function endOfBlank(text: string, at: number): number {
  const two = text.slice(at, at + 2);
  const upTo = (mark: string) => {
    const found = text.indexOf(mark, at + 2);
    return found < 0 ? text.length : found + (mark === '\n' ? 0 : mark.length);
  };
  if (two === '//' && text[at - 1] !== '\\') return upTo('\n');
  if (two === '/*') return upTo('*/');
  const quote = text[at];
  if (quote === "'" || quote === '"') return endOfString(text, at, quote, true);
  if (quote === '`') return endOfString(text, at, quote, false);
  return at;
}

function endOfString(text: string, at: number, quote: string, oneLine: boolean): number {
  for (let i = at + 1; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === quote) return i + 1;
    // A quote alone on its line stands inside a regular expression.
    else if (oneLine && text[i] === '\n') return at;
  }
  return at;
}
