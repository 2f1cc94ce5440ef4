/** Which test files belong to which suite, and how a suite is run. */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import type { Report } from './test-report.ts';

export const suiteNames = ['unit', 'wire', 'postgres', 'clients', 'crash'] as const;
export type SuiteName = (typeof suiteNames)[number];

interface Suite {
  /** What it shows, for the heading. */
  readonly title: string;
  readonly files: readonly string[];
  readonly except: readonly string[];
  /** Test files at once: clients and crash loops want the machine to themselves. */
  readonly concurrency: number;
  /** Seconds after which one test counts as hanging, far above what any needs. */
  readonly timeout: number;
  /** Added to the environment when this suite is asked for by name: the long form of what a run of everything does in short. */
  readonly alone?: Readonly<Record<string, string>>;
}

const wire = {
  files: ['test/**/*.test.ts'],
  except: ['test/architecture.test.ts', 'test/clients/**', 'test/crash/**'],
};

/** Nothing here depends on where the metadata lies. */
const whateverTheEngine = [
  'test/cli/**',
  'test/**/clients.test.ts',
  'test/kos/{fuzz,odd-requests,form-attacks}.test.ts',
  'test/server/{raw-http,slow-clients}.test.ts',
];

const suites: Record<SuiteName, Suite> = {
  unit: {
    title: 'unit tests and the architecture',
    files: ['src/**/*.test.ts', 'test/architecture.test.ts'],
    except: [],
    concurrency: 2,
    timeout: 60,
  },
  wire: { title: 'over the wire', ...wire, concurrency: 2, timeout: 180 },
  postgres: {
    title: 'over the wire, on PostgreSQL',
    files: wire.files,
    except: [...wire.except, ...whateverTheEngine],
    concurrency: 2,
    timeout: 180,
  },
  clients: {
    title: 'real clients',
    files: ['test/clients/**/*.test.ts'],
    except: [],
    concurrency: 1,
    timeout: 1800,
  },
  crash: {
    title: 'crashes under load',
    files: ['test/crash/**/*.test.ts'],
    except: [],
    concurrency: 1,
    timeout: 1800,
    alone: { ONGGI_TEST_CRASH_ROUNDS: '50' },
  },
};

/** The files of a suite whose path contains one of `filters` (all when there are none). */
export function filesOf(name: SuiteName, root: string, filters: readonly string[]): string[] {
  const { files, except } = suites[name];
  return globSync([...files], { cwd: root, exclude: [...except] })
    .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
    .sort()
    .map((file) => join(root, file));
}

/** The environment of a suite that is run alone; what the caller has set already wins. */
export function environmentAlone(name: SuiteName): NodeJS.ProcessEnv {
  return { ...suites[name].alone, ...process.env };
}

export function titleOf(name: SuiteName): string {
  return suites[name].title;
}

/** Runs the files, each in a process of its own with this process's environment, and tells `report` everything. */
export async function runFiles(
  name: SuiteName,
  files: readonly string[],
  root: string,
  report: Report,
): Promise<void> {
  const stream = run({
    files: [...files],
    cwd: root,
    concurrency: suites[name].concurrency,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    timeout: suites[name].timeout * 1000,
    // Not `forceExit`: a file that ends by force may lose the end of what it reports.
  });
  for await (const event of stream) report.take(event);
  report.missing(files);
}
