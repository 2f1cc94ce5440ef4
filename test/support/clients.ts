/**
 * Finds the command-line clients of a machine, and runs them. What is missing is skipped with a reason, never silently:
 * `test('...', { skip: skipUnless('rclone') }, ...)`.
 */
import { spawn, spawnSync } from 'node:child_process';

/** How each client shows that it is there and starts, and where Debian has it. */
const probes = {
  aws: { command: ['aws', '--version'], debianPackage: 'awscli' },
  boto3: {
    command: ['python3', '-c', 'import boto3; print(boto3.__version__)'],
    debianPackage: 'python3-boto3',
  },
  curl: { command: ['curl', '--version'], debianPackage: 'curl' },
  'docker-registry': { command: ['docker-registry', '--version'], debianPackage: 'docker-registry' },
  openstack: { command: ['openstack', '--version'], debianPackage: 'python3-openstackclient' },
  rclone: { command: ['rclone', 'version'], debianPackage: 'rclone' },
  restic: { command: ['restic', 'version'], debianPackage: 'restic' },
  s3cmd: { command: ['s3cmd', '--version'], debianPackage: 's3cmd' },
  // Version 1.90 needs the device to mount anything, and a container may not have it.
  s3fs: {
    command: ['sh', '-c', 's3fs --version && : <>/dev/fuse'],
    debianPackage: 's3fs, and the device /dev/fuse',
  },
  swift: { command: ['swift', '--version'], debianPackage: 'python3-swiftclient' },
  terraform: { command: ['terraform', 'version'], debianPackage: undefined },
} as const satisfies Record<
  string,
  { command: readonly [string, ...string[]]; debianPackage: string | undefined }
>;

export type Client = keyof typeof probes;

const found = new Map<Client, string | false>();

/** False when `client` can be used here, else the reason for skipping, in the form node:test takes. */
export function skipUnless(client: Client): string | false {
  const known = found.get(client);
  if (known !== undefined) return known;
  const { command, debianPackage } = probes[client];
  const [program, ...args] = command;
  const probe = spawnSync(program, args, { stdio: 'ignore', timeout: 30_000 });
  const hint = debianPackage === undefined ? '' : ` (Debian package ${debianPackage})`;
  const reason = probe.status === 0 ? false : `${client} is not installed${hint}`;
  found.set(client, reason);
  return reason;
}

export interface ClientRun {
  /** null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. `env` is added to this process's environment; killed after `timeout` milliseconds. */
export function runClient(
  program: string,
  args: readonly string[],
  options: { env?: Record<string, string>; cwd?: string; input?: string; timeout?: number } = {},
): Promise<ClientRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...process.env, ...options.env },
      cwd: options.cwd,
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: options.timeout ?? 120_000,
      killSignal: 'SIGKILL',
    });
    const out = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      out.stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...out }));
    // A client that ends without reading its input breaks the pipe; its exit code tells the story.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
  });
}
