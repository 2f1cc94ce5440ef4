/**
 * OpenStack Swift on one device with one copy: two proxy and two object processes, one container and one account process,
 * tempauth, and a cache inside the proxies. Objects are files, synced as Swift does by default.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  answers,
  family,
  freePort,
  run,
  type Started,
  start,
  stop,
} from '../../test/support/foreign-programs.ts';
import { tempDirectory } from '../../test/support/temp.ts';
import { programs } from '../processes.ts';
import type { Peer } from './peer.ts';
import { swiftDoor } from './swift-door.ts';

const packages = {
  'swift-ring-builder': 'swift',
  'swift-proxy-server': 'swift-proxy',
  'swift-account-server': 'swift-account',
  'swift-container-server': 'swift-container',
  'swift-object-server': 'swift-object',
};
const storage = ['account', 'container', 'object'] as const;
type Server = (typeof storage)[number] | 'proxy';

export async function startSwift(): Promise<Peer> {
  const tool = programs(packages);
  const home = tempDirectory('bench-swift');
  for (const name of ['devices/d1', 'cache']) mkdirSync(join(home, name), { recursive: true });
  const hash = randomBytes(8).toString('hex');
  writeFileSync(
    join(home, 'swift.conf'),
    `[swift-hash]\nswift_hash_path_prefix = ${hash}\nswift_hash_path_suffix = ${hash}\n`,
  );
  const token = `AUTH_tk${randomBytes(16).toString('hex')}`;
  const ports = await storagePorts();
  const port = await freePort();
  for (const server of storage) {
    const builder = [join(home, `${server}.builder`)];
    await run(tool['swift-ring-builder'], [...builder, 'create', '6', '1', '1']);
    await run(tool['swift-ring-builder'], [...builder, 'add', `r1z1-127.0.0.1:${ports[server]}/d1`, '1']);
    await run(tool['swift-ring-builder'], [...builder, 'rebalance']);
    writeFileSync(join(home, `${server}.conf`), storageConfiguration(home, server, ports[server]));
  }
  writeFileSync(join(home, 'proxy.conf'), proxyConfiguration(home, port, token));
  const servers: Started[] = [];
  const daemon = (server: Server) => {
    const env = {
      PYTHONPATH: join(dirname(fileURLToPath(import.meta.url)), 'swift'),
      PYTHONDONTWRITEBYTECODE: '1',
    };
    const one = start(`swift-${server}`, tool[`swift-${server}-server`], [join(home, `${server}.conf`)], {
      home,
      env,
    });
    servers.unshift(one);
    return one;
  };
  try {
    const began = performance.now();
    for (const server of storage)
      await answers(daemon(server), `http://127.0.0.1:${ports[server]}/recon/version`);
    await answers(daemon('proxy'), `http://127.0.0.1:${port}/healthcheck`);
    return {
      name: 'Swift',
      setup: `${objectWorkers()} proxy and ${objectWorkers()} object workers, one container and one account server, one copy on this disk, tempauth, cache inside the proxies, no request log`,
      doors: [swiftDoor('Swift', `http://127.0.0.1:${port}/v1/AUTH_bench`, token)],
      startSeconds: (performance.now() - began) / 1000,
      processes: () => servers.flatMap(family),
      stop: () => stopAll(servers),
    };
  } catch (error) {
    await stopAll(servers);
    throw error;
  }
}

async function stopAll(servers: readonly Started[]): Promise<void> {
  for (const one of servers) await stop(one);
}

function objectWorkers(): number {
  return Math.max(2, availableParallelism());
}

async function storagePorts(): Promise<Record<(typeof storage)[number], number>> {
  return { account: await freePort(), container: await freePort(), object: await freePort() };
}

function everyServer(home: string, port: number, workers: number): string {
  return `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
workers = ${workers}
user = ${userInfo().username}
swift_dir = ${home}
log_level = ERROR
`;
}

function storageConfiguration(home: string, server: (typeof storage)[number], port: number): string {
  return `${everyServer(home, port, server === 'object' ? objectWorkers() : 0)}devices = ${home}/devices
mount_check = false
recon_cache_path = ${home}/cache

[pipeline:main]
pipeline = ${server}-server

[app:${server}-server]
use = egg:swift#${server}
log_requests = false
`;
}

function proxyConfiguration(home: string, port: number, token: string): string {
  return `${everyServer(home, port, objectWorkers())}
[pipeline:main]
pipeline = catch_errors healthcheck localcache tempauth copy slo dlo proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true

[filter:catch_errors]
use = egg:swift#catch_errors

[filter:healthcheck]
use = egg:swift#healthcheck

[filter:localcache]
paste.filter_factory = localcache:filter_factory
token = ${token}
groups = bench,bench:bench,AUTH_bench

[filter:tempauth]
use = egg:swift#tempauth
user_bench_bench = unused .admin

[filter:copy]
use = egg:swift#copy

[filter:slo]
use = egg:swift#slo

[filter:dlo]
use = egg:swift#dlo
`;
}
