/**
 * `npm run dev`: one process on a temporary directory, started again whenever a source file changes. The first start
 * prints the credentials; they stay valid over restarts, and everything is removed at the end.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const home = mkdtempSync(join(tmpdir(), 'onggi-dev-'));
// The master key's file lies beside the data, so that lies one level down.
const data = join(home, 'data');

process.stderr.write(`onggi: development server, data in ${home} (removed at the end)\n`);
const server = spawn(
  process.execPath,
  [
    '--disable-warning=ExperimentalWarning',
    '--watch',
    '--watch-preserve-output',
    join(root, 'src', 'main.ts'),
    'serve',
    ...process.argv.slice(2),
  ],
  {
    stdio: 'inherit',
    env: { ONGGI_WORKERS: '1', ONGGI_LOG_LEVEL: 'debug', ...process.env, ONGGI_DATA: data },
  },
);

// A terminal's Ctrl-C reaches the server by itself; both signals end here once it is gone.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => server.kill('SIGTERM'));
server.on('exit', (code) => {
  rmSync(home, { recursive: true, force: true });
  process.exitCode = code ?? 0;
});
