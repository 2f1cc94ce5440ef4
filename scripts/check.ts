/** `npm run check`: types, lint, architecture and unit tests, in under a minute; the habit before every commit. */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = (name: string) => join(root, 'node_modules', '.bin', name);

interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

const types: Step = { name: 'types', command: [bin('tsc'), '-p', '.', '--pretty'] };
const lint: Step = { name: 'lint', command: [bin('biome'), 'check', '--error-on-warnings', '--colors=off'] };
const tests: Step = {
  name: 'architecture and unit tests',
  command: [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    join(root, 'scripts', 'test.ts'),
    'unit',
  ],
};

/** Runs a step, prints its output when it fails, and tells whether it passed. */
function passes(step: Step): Promise<boolean> {
  const started = Date.now();
  return new Promise((resolve) => {
    const [program, ...args] = step.command;
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('error', (error) => output.push(Buffer.from(`${error.message}\n`)));
    child.on('close', (code) => {
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      if (code !== 0) process.stdout.write(Buffer.concat(output));
      process.stdout.write(`${code === 0 ? '✔' : '✖'} ${step.name} (${seconds} s)\n`);
      resolve(code === 0);
    });
  });
}

const early = await Promise.all([passes(types), passes(lint)]);
const late = await passes(tests);
process.exitCode = late && early.every(Boolean) ? 0 : 1;
