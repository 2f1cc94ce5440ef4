/**
 * Ceph RADOS Gateway over the smallest cluster that stores on disk: one monitor, one BlueStore OSD on a sparse file, one copy
 * of everything, no cephx, no manager. Nothing here slows it down: logs are off, and `tcp_nodelay` is on.
 */

import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { answers, freePort, run, type Started, start, stop } from '../../test/support/foreign-programs.ts';
import { tempDirectory } from '../../test/support/temp.ts';
import { programs } from '../processes.ts';
import type { Peer } from './peer.ts';
import { s3Door } from './s3-door.ts';

const packages = {
  monmaptool: 'ceph-common',
  ceph: 'ceph-common',
  'ceph-mon': 'ceph-mon',
  'ceph-osd': 'ceph-osd',
  radosgw: 'radosgw',
  'radosgw-admin': 'radosgw',
};

/** Bytes the OSD may use; the file is sparse. */
const storeBytes = 40 * 1024 ** 3;

export async function startRadosgw(): Promise<Peer> {
  const tool = programs(packages);
  const home = tempDirectory('bench-ceph');
  const monPort = await freePort();
  const port = await freePort();
  const fsid = randomUUID();
  const conf = join(home, 'ceph.conf');
  for (const name of ['mon', 'osd', 'rgw']) mkdirSync(join(home, name));
  writeFileSync(conf, configuration({ home, fsid, monPort, port }));
  const daemons: Started[] = [];
  const daemon = (name: string, program: string, args: readonly string[]) => {
    const one = start(name, program, ['-c', conf, '-f', ...args], { home });
    daemons.unshift(one);
    return one;
  };
  try {
    const monmap = join(home, 'monmap');
    await run(tool.monmaptool, [
      '--create',
      '--fsid',
      fsid,
      '--addv',
      'a',
      `[v2:127.0.0.1:${monPort}]`,
      monmap,
    ]);
    await run(tool['ceph-mon'], ['-c', conf, '--mkfs', '-i', 'a', '--monmap', monmap]);
    daemon('ceph-mon', tool['ceph-mon'], ['-i', 'a']);
    const osdId = randomUUID();
    const id = (await run(tool.ceph, ['-c', conf, 'osd', 'new', osdId])).trim();
    await run(tool['ceph-osd'], ['-c', conf, '-i', id, '--mkfs', '--osd-uuid', osdId]);
    daemon('ceph-osd', tool['ceph-osd'], ['-i', id]);
    await osdUp(tool.ceph, conf);
    const key = { access: randomBytes(10).toString('hex'), secret: randomBytes(20).toString('hex') };
    // This also makes the gateway's pools, so that the start below is the start of the gateway alone.
    const user = ['user', 'create', '--uid=bench', '--display-name=bench'];
    const keys = [`--access-key=${key.access}`, `--secret=${key.secret}`];
    await run(tool['radosgw-admin'], ['-c', conf, ...user, ...keys], 120);
    const began = performance.now();
    const gateway = daemon('radosgw', tool.radosgw, ['-n', 'client.rgw']);
    const url = `http://127.0.0.1:${port}`;
    await answers(gateway, url);
    const version = /ceph version (\S+)/.exec(await run(tool.radosgw, ['--version']))?.[1] ?? '';
    return {
      name: 'Ceph RGW',
      setup: `Ceph ${version}; tcp_nodelay=1; one monitor, one BlueStore OSD on a file of this disk, one copy, no cephx, logs off`,
      doors: [s3Door('Ceph RGW', url, key)],
      startSeconds: (performance.now() - began) / 1000,
      processes: () =>
        daemons.flatMap(({ name, child }) => (child.pid === undefined ? [] : [{ name, pid: child.pid }])),
      stop: () => stopAll(daemons),
    };
  } catch (error) {
    await stopAll(daemons);
    throw error;
  }
}

/** In the order gateway, OSD, monitor: each may still need the next. */
async function stopAll(daemons: readonly Started[]): Promise<void> {
  for (const one of daemons) await stop(one);
}

async function osdUp(ceph: string, conf: string): Promise<void> {
  for (let attempt = 0; attempt < 120; attempt += 1) {
    const state: unknown = JSON.parse(await run(ceph, ['-c', conf, 'osd', 'stat', '-f', 'json']));
    if ((state as { num_up_osds?: number }).num_up_osds === 1) return;
    await sleep(250);
  }
  throw new Error('the OSD did not come up');
}

function configuration(facts: { home: string; fsid: string; monPort: number; port: number }): string {
  const { home, fsid, monPort, port } = facts;
  return `
[global]
fsid = ${fsid}
mon_host = v2:127.0.0.1:${monPort}
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
# Without cephx there are no keys for the encrypted mode that is the default towards monitors.
ms_mon_client_mode = crc
ms_mon_service_mode = crc
ms_mon_cluster_mode = crc
mon_allow_pool_size_one = true
mon_data_avail_crit = 1
mon_data_avail_warn = 2
mon_max_pg_per_osd = 1000
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pgp_num = 8
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
osd_objectstore = bluestore
bluestore_block_size = ${storeBytes}
mon_data = ${home}/mon
osd_data = ${home}/osd
rgw_data = ${home}/rgw
run_dir = ${home}
admin_socket = ${home}/$name.asok
pid_file = ${home}/$name.pid
log_file = ${home}/$name.log
debug_rgw = 0
debug_osd = 0
debug_ms = 0
debug_bluestore = 0
debug_bluefs = 0
debug_rocksdb = 0
debug_bdev = 0
debug_mon = 0
debug_paxos = 0

[client.rgw]
rgw_frontends = beast endpoint=127.0.0.1:${port} tcp_nodelay=1
`;
}
