/** nginx with static files: the ceiling. It checks no signature, keeps no record, and its PUT neither digests nor syncs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { answers, family, freePort, start, stop } from '../../test/support/foreign-programs.ts';
import { tempDirectory } from '../../test/support/temp.ts';
import { programs } from '../processes.ts';
import type { Door, Peer } from './peer.ts';

export async function startNginx(): Promise<Peer> {
  const { nginx } = programs({ nginx: 'nginx-light' });
  const home = tempDirectory('bench-nginx');
  const port = await freePort();
  const files = join(home, 'files');
  for (const name of ['files', 'tmp']) mkdirSync(join(home, name));
  writeFileSync(join(home, 'nginx.conf'), configuration(home, port));
  const began = performance.now();
  const server = start(
    'nginx',
    nginx,
    ['-c', join(home, 'nginx.conf'), '-p', home, '-e', join(home, 'error.log')],
    { home },
  );
  const url = `http://127.0.0.1:${port}`;
  await answers(server, url);
  const door: Door = {
    name: 'nginx',
    url,
    headers: {},
    async createBucket(name) {
      mkdirSync(join(files, name), { recursive: true });
    },
    request: (_method, bucket, key) => ({ path: `/${bucket}/${key}` }),
  };
  return {
    name: 'nginx',
    setup: `${availableParallelism()} workers, sendfile, open file cache, no access log; PUT by its WebDAV module, not synced`,
    doors: [door],
    startSeconds: (performance.now() - began) / 1000,
    processes: () => family(server),
    stop: () => stop(server),
  };
}

function configuration(home: string, port: number): string {
  const asRoot = process.getuid?.() === 0 ? 'user root;' : '';
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((what) => `  ${what}_temp_path ${home}/tmp/${what};`)
    .join('\n');
  return `
daemon off;
${asRoot}
worker_processes ${availableParallelism()};
pid ${home}/nginx.pid;
events { worker_connections 4096; }
http {
${temporary}
  access_log off;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_requests 100000000;
  open_file_cache max=100000 inactive=60s;
  client_max_body_size 0;
  default_type application/octet-stream;
  server {
    listen 127.0.0.1:${port};
    root ${home}/files;
    location / { dav_methods PUT DELETE; }
  }
}
`;
}
