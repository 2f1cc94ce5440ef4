/** The command line: reads flags, runs a command, and turns whatever stops it into one line and an exit code. */
import { Command, CommanderError } from 'commander';
import { loadConfig } from '../config/load.ts';
import { type OptionName, options } from '../config/options.ts';
import { addIdentityCommands } from './identity/commands.ts';
import { UsageError } from './identity/usage-error.ts';
import type { OpenEngines } from './open-core.ts';
import { serve } from './serve.ts';
import { addTrailCommand } from './trail.ts';

const defaultConfigFile = 'onggi.yaml';

/** Exit codes: 0 done, 1 refused or failed, 2 wrong usage (DESIGN 12). */
export async function runProgram(args: readonly string[], openEngines: OpenEngines): Promise<void> {
  const program = new Command('onggi')
    .description('Self-hosted object storage behind S3, Swift, KakaoCloud and Krutrim APIs')
    .exitOverride()
    .configureOutput({ writeErr: (text) => process.stderr.write(text.replace(/^error: /, 'onggi: ')) });

  const serveCommand = program
    .command('serve', { isDefault: true })
    .description('start the server')
    .exitOverride()
    .option('--config <file>', `configuration file (default: ${defaultConfigFile}, when it exists)`);
  for (const { flag, placeholder, doc, shown, env } of Object.values(options)) {
    const fallback = shown === undefined ? '' : `; default: ${shown}`;
    serveCommand.option(`--${flag} <${placeholder}>`, `${doc} (${env}${fallback})`);
  }
  serveCommand.action(async (values: Record<string, string>) => {
    const { config: file, ...flags } = values;
    const config = loadConfig({
      flags: flags as Partial<Record<OptionName, string>>,
      env: process.env,
      file: { path: file ?? defaultConfigFile, required: file !== undefined },
    });
    await serve(config, openEngines);
  });

  addIdentityCommands(program);
  addTrailCommand(program);

  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    process.stderr.write(`onggi: ${oneLine(error)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(/\s*\n\s*/g, ' ');
}
