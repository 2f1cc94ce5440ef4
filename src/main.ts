/**
 * The entry point of every process of Onggi: joins the command line to the concrete engines. The rest is imported after the
 * compile cache is on, which keeps stripped and compiled sources between starts (about half the time of a start, and 20 MB).
 */
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { runProgram } = await import('./cli/program.ts');
const { openEngines } = await import('./open-engines.ts');

await runProgram(process.argv.slice(2), openEngines);
