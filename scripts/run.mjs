// Runs a TypeScript entry point on the pinned runtime, whatever Node is first on PATH: installs the locked
// dependencies when they are missing or out of date, then hands over. Plain JavaScript for Node 18 and later.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stampFile = join(root, 'node_modules', '.onggi-installed');

function stop(message) {
  process.stderr.write(`onggi: ${message}\n`);
  process.exit(1);
}

/** What the installed tree depends on: the lock file and the platform. */
function wantedStamp() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}\n`;
}

function install() {
  const stamp = wantedStamp();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  process.stderr.write('onggi: installing dependencies (only when they are missing or changed)\n');
  const npm = spawnSync('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0) stop('npm ci failed; see the lines above');
  writeFileSync(stampFile, stamp);
}

/** The pinned runtime of this platform, else the running Node when it is new enough. */
function runtime() {
  const exe = process.platform === 'win32' ? 'node.exe' : 'node';
  for (const name of [
    `node-${process.platform}-${process.arch}`,
    `node-bin-${process.platform}-${process.arch}`,
  ]) {
    const path = join(root, 'node_modules', name, 'bin', exe);
    if (existsSync(path)) return path;
  }
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  return stop(
    `needs Node 24 or later; this is ${process.version}, and no runtime is packaged for ${process.platform}-${process.arch}`,
  );
}

install();
const [entry, ...args] = process.argv.slice(2);
const child = spawn(runtime(), ['--disable-warning=ExperimentalWarning', join(root, entry), ...args], {
  stdio: 'inherit',
  // Bytes from which glibc gives freed memory back at once: else each thread that ever stretched a password keeps 16 MiB.
  env: { MALLOC_MMAP_THRESHOLD_: String(4 * 1024 * 1024), ...process.env },
});
// A terminal sends SIGINT to the whole group itself; a supervisor's SIGTERM reaches only this process.
process.on('SIGINT', () => {});
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
child.on('error', (error) => stop(`cannot start ${entry}: ${error.message}`));
