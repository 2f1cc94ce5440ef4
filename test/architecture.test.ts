/**
 * The rules of the house as tests: which way imports point, how large and how named a file may be, what code may not say.
 * Every failure tells what to do. See docs/architecture.md for the reasons.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSource, type SourceFile } from './support/source-tree.ts';

const all = readSource(['src', 'test', 'scripts', 'bench', 'bin']);
const product = all.filter((file) => file.path.startsWith('src/') && !file.isTest);

/** Fails with one line per violation below what the rule asks for. */
function expectNone(violations: readonly string[], advice: string): void {
  if (violations.length > 0) assert.fail(`${advice}\n  ${violations.join('\n  ')}\n`);
}

/** Violations of a rule about single lines of code, comments and strings left out. */
function linesMatching(files: readonly SourceFile[], pattern: RegExp): string[] {
  return files.flatMap((file) =>
    file.code.flatMap((line, index) =>
      pattern.test(line) ? [`${file.path}:${index + 1}  ${(file.lines[index] ?? '').trim()}`] : [],
    ),
  );
}

type Layer = 'main' | 'server' | 'jobs' | 'cli' | 'config' | 'protocols' | 'core' | 'engines' | 'base';

/** What each layer may import besides itself. */
const below: Record<Layer, readonly Layer[]> = {
  main: ['server', 'jobs', 'cli', 'config', 'protocols', 'core', 'engines', 'base'],
  server: ['config', 'protocols', 'core', 'engines', 'base'],
  jobs: ['config', 'core', 'engines', 'base'],
  // Commands start what they serve; nothing imports a command but main.
  cli: ['server', 'jobs', 'config', 'protocols', 'core', 'engines', 'base'],
  config: ['core', 'base'],
  protocols: ['core', 'base'],
  core: ['engines', 'base'],
  engines: ['base'],
  base: [],
};

/** Files directly in src/ are the composition root: main and what it is split into. */
function layerOf(path: string): Layer | undefined {
  if (/^src\/[^/]+$/.test(path)) return 'main';
  const folder = /^src\/([^/]+)\//.exec(path)?.[1];
  return folder !== undefined && folder in below ? (folder as Layer) : undefined;
}

/** Interfaces of engines lie beside the folders that implement them; a concrete engine is a folder: `src/engines/meta/lmdb/`. */
function concreteEngine(path: string): string | undefined {
  return /^(src\/engines\/[^/]+\/[^/]+)\//.exec(path)?.[1];
}

function frontEnd(path: string): string | undefined {
  return /^(src\/protocols\/[^/]+)\//.exec(path)?.[1];
}

/** Every import of project files in `files` that `refuse` gives a reason against. */
function refusedImports(
  files: readonly SourceFile[],
  refuse: (from: string, to: string) => boolean,
): string[] {
  return files.flatMap((file) =>
    file.imports
      .filter((one) => one.relative && refuse(file.path, one.target))
      .map((one) => `${file.path}:${one.line} imports ${one.target}`),
  );
}

test('every source file belongs to a layer', () => {
  expectNone(
    all.filter((file) => file.path.startsWith('src/') && layerOf(file.path) === undefined).map((f) => f.path),
    `Put the file under one of src/{${Object.keys(below).join(',')}}/, or add the new layer to this test and to docs/architecture.md:`,
  );
});

test('imports point down only', () => {
  expectNone(
    refusedImports(
      all.filter((file) => file.path.startsWith('src/')),
      (from, to) => {
        if (/\.test(-suite)?\.ts$/.test(from) && to.startsWith('test/support/')) return false;
        const [upper, lower] = [layerOf(from), layerOf(to)];
        if (upper === undefined || lower === undefined) return true;
        return upper !== lower && !below[upper].includes(lower);
      },
    ),
    'main -> server | jobs | cli -> protocols -> core -> engines -> base. Move the shared piece down, or pass it in as an argument:',
  );
});

test('no files import each other in a circle', () => {
  const importsOf = new Map(all.map(({ path, imports }) => [path, imports.map(({ target }) => target)]));
  const done = new Set<string>();
  const circles: string[] = [];
  const follow = (path: string, way: readonly string[]): void => {
    const at = way.indexOf(path);
    if (at >= 0) circles.push([...way.slice(at), path].join(' -> '));
    if (at >= 0 || done.has(path)) return;
    for (const target of importsOf.get(path) ?? []) follow(target, [...way, path]);
    done.add(path);
  };
  for (const { path } of all) follow(path, []);
  expectNone(circles, 'Move what both need into a file of its own:');
});

test('imports of project files exist', () => {
  const known = new Set(all.map((file) => file.path));
  expectNone(
    refusedImports(all, (_from, to) => !known.has(to) && !to.endsWith('.json')),
    'Import a file that is there, with its ending:',
  );
});

test('only main names a concrete engine', () => {
  expectNone(
    refusedImports(product, (from, to) => {
      const engine = concreteEngine(to);
      return engine !== undefined && layerOf(from) !== 'main' && concreteEngine(from) !== engine;
    }),
    'Depend on the interface (src/engines/{meta,blob}/*.ts) and let main choose the engine:',
  );
});

test('core uses no protocol, format, file or database', () => {
  const foreign =
    /^(node:(http|https|http2|net|tls|fs|fs\/promises|path|child_process|cluster|worker_threads|os)|pg|lmdb|fast-xml-parser|find-my-way|typebox.*|yaml|pino|prom-client|commander|proxy-addr)$/;
  expectNone(
    product
      .filter((file) => layerOf(file.path) === 'core')
      .flatMap((file) =>
        file.imports
          .filter((one) => foreign.test(one.target) || one.target.startsWith('src/base/http/'))
          .map((one) => `${file.path}:${one.line} imports ${one.target}`),
      ),
    'core knows no HTTP, XML, SQL, path or process: move that part to a protocol, an engine or config:',
  );
});

test('front-ends do not know each other', () => {
  expectNone(
    refusedImports(product, (from, to) => {
      const [own, its] = [frontEnd(from), frontEnd(to)];
      return own !== undefined && its !== undefined && own !== its;
    }),
    'Shared wire code belongs to src/base, shared rules to src/core; front-ends share only src/protocols/*.ts:',
  );
});

test('front-ends never touch an engine', () => {
  expectNone(
    linesMatching(
      product.filter((file) => layerOf(file.path) === 'protocols'),
      /\bcore\s*\??\.\s*(meta|blobs|masterKey)\b|\{[^}]*\b(meta|blobs|masterKey)\b[^}]*\}\s*=\s*(\w+\.)?core\b/,
    ),
    'Write or find the use case in src/core and call that:',
  );
});

test('files stay small', () => {
  expectNone(
    all
      .filter((file) => file.lines.length > 501)
      .map((file) => `${file.path}: ${file.lines.length - 1} lines`),
    'At most 500 lines (aim below 250): split the file by concept:',
  );
});

test('file names say what is inside', () => {
  const empty = /^(utils?|helpers?|common|misc|managers?|services?|shared|stuff)$/;
  expectNone(
    all
      .filter((file) => {
        const parts = file.path.replace(/(\.test|\.test-suite|\.d)?\.(ts|mjs)$/, '').split('/');
        const stem = parts.at(-1) ?? '';
        const words = [...parts, stem.split('-').at(-1) ?? ''];
        return words.some((word) => empty.test(word)) || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(stem);
      })
      .map((file) => file.path),
    'Name the file, in kebab-case, after the one thing it owns (not utils, helpers, common, misc, manager, service):',
  );
});

test('every file opens with what it owns', () => {
  expectNone(
    all
      .filter((file) => !file.path.endsWith('.test.ts') && !/^(#!.*\n)?\s*(\/\*\*|\/\/)/.test(file.text))
      .map((file) => file.path),
    'Begin the file with a comment that says what it owns and what it refuses:',
  );
});

test('no unfinished business in the code', () => {
  expectNone(
    all
      .filter((file) => file.path !== 'test/architecture.test.ts')
      .flatMap((file) =>
        file.lines.flatMap((line, i) =>
          /\b(TODO|FIXME|HACK)\b|Error\('to be written'\)/.test(line)
            ? [`${file.path}:${i + 1}  ${line.trim()}`]
            : [],
        ),
      ),
    'Finish it, or open an issue and delete the note:',
  );
});

test('no any, no default export, no swallowed type errors', () => {
  const typed = all.filter((file) => file.path.endsWith('.ts') && file.path !== 'test/architecture.test.ts');
  expectNone(
    [
      ...linesMatching(typed, /\bas any\b|<any\b|\bany\[\]|:\s*any\s*[,;)=]/),
      ...linesMatching(typed, /^\s*export\s+default\b/),
      ...typed.flatMap((file) =>
        file.lines.flatMap((line, i) =>
          /^\s*(\/\/|\/?\*+)\s*@ts-(ignore|nocheck|expect-error)/.test(line) ? [`${file.path}:${i + 1}`] : [],
        ),
      ),
    ],
    'Use unknown and a parser, a named export, or a correct type:',
  );
});

test('clock and randomness are arguments', () => {
  const files = product.filter((file) => ['core', 'protocols'].includes(layerOf(file.path) ?? ''));
  expectNone(
    linesMatching(files, /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\brandom(Bytes|UUID|Int)\s*\(/),
    'Take them from the core (core.clock, core.random) or from the request (view.receivedAt):',
  );
});

test('configuration is read in one place', () => {
  expectNone(
    linesMatching(
      product.filter((file) => !['config', 'main', 'cli'].includes(layerOf(file.path) ?? '')),
      /\bprocess\.(env|argv)\b/,
    ),
    'Add a field to src/config and pass the value down:',
  );
});

test('logs are written by the server alone', () => {
  expectNone(
    linesMatching(
      product.filter((file) => !['main', 'cli', 'server'].includes(layerOf(file.path) ?? '')),
      /\bconsole\.\w+\(|\bprocess\.std(out|err)\b/,
    ),
    'Return or throw a value; the request pipeline logs it:',
  );
});

/** `ListObjectsV2` and `list-objects-v2` compare equal. */
function plain(name: string): string {
  return name.replaceAll('-', '').toLowerCase();
}

const operationFiles = product.filter((file) =>
  /^src\/protocols\/[^/]+\/operations\/(?!index\.ts$)[^/]+\.ts$/.test(file.path),
);

function stemOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1, -'.ts'.length);
}

test('every operation file is named after its operation', () => {
  expectNone(
    operationFiles
      .filter((file) => {
        const names = [...file.text.matchAll(/'([A-Z]\w+)'/g)].map((match) => plain(match[1] ?? ''));
        return !names.includes(plain(stemOf(file.path)));
      })
      .map((file) => file.path),
    "One operation, one file: put-object.ts names 'PutObject' (a family from one factory: its main operation); other code lives beside the operations folder:",
  );
});

test('every operation file is in its table', () => {
  const tables = new Map(
    all.filter((file) => file.path.endsWith('/operations/index.ts')).map((file) => [file.path, file]),
  );
  expectNone(
    operationFiles
      .filter((file) => {
        const table = tables.get(file.path.replace(/[^/]+$/, 'index.ts'));
        return !table?.imports.some((one) => one.target === file.path);
      })
      .map((file) => file.path),
    "Import the operation in its folder's index.ts and list it there:",
  );
});
