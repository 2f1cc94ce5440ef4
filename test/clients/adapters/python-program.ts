/** Keeps a Python program running that answers one JSON line for each it gets: for clients that take long to start. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { adopt } from '../../support/temp.ts';
import { plainEnvironment } from './client.ts';

export interface PythonProgram {
  /** One request at a time. @throws Error in the program's own words */
  ask(request: object): Promise<unknown>;
  close(): Promise<void>;
}

/** `env` is added to an environment without settings of any client. Answers are `{"answer": ...}` or `{"error": "..."}`. */
export function startPython(python: string, file: string, env: Record<string, string>): PythonProgram {
  const child = spawn(python, [file], {
    env: { ...process.env, ...plainEnvironment(), ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  adopt(child);
  const exited = once(child, 'exit');
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const line = await answers.next();
      if (line.done === true) throw new Error(`${file} ended`);
      const reply: { answer?: unknown; error?: string } = JSON.parse(line.value);
      if (reply.error !== undefined) throw new Error(reply.error);
      return reply.answer;
    },
    async close() {
      child.stdin.end();
      await exited;
    },
  };
}
