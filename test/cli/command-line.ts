/** Owns how tests call `onggi` as a client of a running server: with a user's own credentials, and no others of this machine. */
import { type ClientRun, runClient } from '../support/clients.ts';
import type { TestUser } from '../support/seed.ts';
import { runtimePath, type TestServer } from '../support/start-server.ts';

export type CommandLine = (
  own: Record<string, string>,
  args: readonly string[],
  input?: string,
) => Promise<ClientRun>;

export const byPassword = (user: TestUser) => ({
  OS_USERNAME: user.name,
  OS_PASSWORD: user.password,
  OS_PROJECT_NAME: user.project.name,
});

export function commandLine(server: TestServer): CommandLine {
  return (own, args, input) => {
    const none = Object.keys(process.env).filter((name) => name.startsWith('OS_'));
    const env = {
      ...Object.fromEntries(none.map((name) => [name, ''])),
      OS_AUTH_URL: `${server.url}/identity/v3`,
      ...own,
    };
    const program = ['--disable-warning=ExperimentalWarning', 'src/main.ts', ...args];
    return runClient(runtimePath(), program, { env, ...(input === undefined ? {} : { input }) });
  };
}
