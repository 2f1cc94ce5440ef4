/** The entry point of every process of Onggi: joins the command line to the concrete engines. */
import { runProgram } from './cli/program.ts';
import { openEngines } from './open-engines.ts';

await runProgram(process.argv.slice(2), openEngines);
