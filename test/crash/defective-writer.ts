/**
 * A program that opens the store of a data directory (its argument) as the server does, and ends of a defect while it writes as fast as
 * it can.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openCore } from '../../src/cli/open-core.ts';
import { loadConfig } from '../../src/config/load.ts';
import { openEngines } from '../../src/open-engines.ts';

const data = process.argv[2] ?? '';
const config = loadConfig({ flags: { data }, env: {}, file: { path: '/nowhere', required: false } });
const { meta } = await openCore(config, openEngines);

async function write(name: string): Promise<never> {
  for (;;) await meta.commit({ puts: [[Buffer.from(name), Buffer.alloc(5000)]] });
}

const writers = Array.from({ length: 20 }, (_, number) => write(`writer ${number}`));
await Promise.race([sleep(200), ...writers]);
throw new Error('a defect');
