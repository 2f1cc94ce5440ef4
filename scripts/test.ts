/**
 * `npm test [suite] [part of a path ...]`: runs one suite or all of them and ends with the line `N passed, N failed`.
 * What a machine lacks is skipped, and its reason printed.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { postgresMissing, startPostgres } from '../test/support/postgres.ts';
import { Report } from './test-report.ts';
import { environmentAlone, filesOf, runFiles, type SuiteName, suiteNames, titleOf } from './test-suites.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

function isSuite(word: string | undefined): word is SuiteName {
  return suiteNames.some((name) => name === word);
}

/** Runs `work` with every test server on one embedded PostgreSQL; says why when there can be none here. */
async function onPostgres(report: Report, work: () => Promise<void>): Promise<void> {
  const missing = postgresMissing();
  if (missing !== false) return report.skip(titleOf('postgres'), missing);
  const postgres = await startPostgres();
  process.env.TEST_META_URL = postgres.url;
  try {
    await work();
  } finally {
    delete process.env.TEST_META_URL;
    await postgres.stop();
  }
}

async function runSuite(name: SuiteName, filters: readonly string[], report: Report): Promise<void> {
  const files = filesOf(name, root, filters);
  if (files.length === 0) return;
  process.stdout.write(`\n== ${titleOf(name)}: ${files.length} files\n`);
  const work = () => runFiles(name, files, root, report);
  await (name === 'postgres' ? onPostgres(report, work) : work());
}

async function main(words: readonly string[]): Promise<number> {
  const [first, ...rest] = words;
  const chosen = isSuite(first) ? [first] : suiteNames;
  const filters = isSuite(first) ? rest : words;
  if (isSuite(first)) Object.assign(process.env, environmentAlone(first));
  const report = new Report(root, (text) => process.stdout.write(text));
  for (const name of chosen) await runSuite(name, filters, report);
  report.end();
  const { passed, failed } = report.counts;
  if (passed + failed === 0) process.stderr.write('onggi: no test file matches\n');
  return failed > 0 || passed === 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
