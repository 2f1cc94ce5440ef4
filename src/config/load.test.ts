import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from './load.ts';
import { ConfigError, options } from './options.ts';

const directory = mkdtempSync(join(tmpdir(), 'onggi-config-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));

function load(sources: { file?: string; env?: Record<string, string>; flags?: Record<string, string> }) {
  const path = join(directory, 'onggi.yaml');
  writeFileSync(path, sources.file ?? '');
  return loadConfig({ flags: sources.flags ?? {}, env: sources.env ?? {}, file: { path, required: true } });
}

test('a file is overruled by the environment, and that by flags', () => {
  const file = 'region: from-file\nworkers: 3\ntokenTtl: 60\n';
  const config = load({
    file,
    env: { ONGGI_REGION: 'from-env', ONGGI_WORKERS: '4' },
    flags: { region: 'from-flag' },
  });
  assert.equal(config.region, 'from-flag');
  assert.equal(config.workers, 4);
  assert.equal(config.tokenTtl, 60);
});

test('a setting inside a map of the file, by either spelling', () => {
  for (const file of ['limits:\n  profile: kakaocloud\n', 'limits.profile: kakaocloud\n']) {
    assert.equal(load({ file }).limitsProfile, 'kakaocloud');
  }
  assert.throws(() => load({ file: 'limitsProfile: kakaocloud\n' }), ConfigError);
  assert.throws(() => load({ file: 'limits: { keys: 3 }\n' }), /unknown setting "limits.keys"/);
  assert.throws(() => load({ file: 'limits: kakaocloud\n' }), ConfigError);
});

test('trusted proxies are addresses and networks', () => {
  const { trustedProxies } = load({ env: { ONGGI_TRUSTED_PROXIES: '10.0.0.0/8, ::1' } });
  assert.deepEqual(trustedProxies, ['10.0.0.0/8', '::1']);
  for (const wrong of ['proxy.example.com', '10.0.0.0/33', '10.0.0.1,', 'loopback']) {
    assert.throws(() => load({ env: { ONGGI_TRUSTED_PROXIES: wrong } }), ConfigError, wrong);
  }
});

test('defaults hold when nothing is set, and an empty variable counts as not set', () => {
  const config = load({ env: { ONGGI_REGION: '' } });
  assert.equal(config.region, 'kr-central-2');
  assert.deepEqual(config.listen, { host: '127.0.0.1', port: 9000 });
  assert.deepEqual(config.meta, { kind: 'lmdb', path: undefined });
});

const refused: readonly [what: string, env: Record<string, string>, message: RegExp][] = [
  [
    'workers as a word',
    { ONGGI_WORKERS: 'many' },
    /^ONGGI_WORKERS: must be a whole number from 1 to 64, not "many"$/,
  ],
  ['no workers', { ONGGI_WORKERS: '0' }, /^ONGGI_WORKERS: /],
  ['a port too high', { ONGGI_LISTEN: '127.0.0.1:70000' }, /^ONGGI_LISTEN: must be HOST:PORT/],
  ['a listen address without port', { ONGGI_LISTEN: 'localhost' }, /^ONGGI_LISTEN: /],
  ['an unknown engine', { ONGGI_META: 'mysql://x' }, /^ONGGI_META: must be lmdb:PATH or postgres:/],
  ['an unknown blob engine', { ONGGI_BLOBS: 'ftp://x' }, /^ONGGI_BLOBS: must be file:PATH/],
  ['a public address with a query', { ONGGI_PUBLIC_URL: 'http://x/?a' }, /^ONGGI_PUBLIC_URL: /],
  ['an unknown log level', { ONGGI_LOG_LEVEL: 'loud' }, /^ONGGI_LOG_LEVEL: must be one of trace, /],
  ['a certificate without its key', { ONGGI_TLS_CERT: 'x.pem' }, /belong together/],
  [
    'an unknown limits profile',
    { ONGGI_LIMITS_PROFILE: 'aws' },
    /^ONGGI_LIMITS_PROFILE: must be one of default, kakaocloud/,
  ],
  ['a region with a blank', { ONGGI_REGIONS: 'kr central' }, /^ONGGI_REGIONS: must be letters/],
  ['a token lifetime of zero', { ONGGI_TOKEN_TTL: '0' }, /^ONGGI_TOKEN_TTL: /],
];
for (const [what, env, message] of refused) {
  test(`refuses ${what}`, () => {
    assert.throws(
      () => load({ env }),
      (error) => error instanceof ConfigError && message.test(error.message),
    );
  });
}

test('refuses a file that is no map, has unknown names, nested values, or is not YAML', () => {
  for (const file of ['- a\n', 'colour: red\n', 'region: {a: 1}\n', 'region: "a\n']) {
    assert.throws(() => load({ file }), ConfigError);
  }
});

test('a wrong value of a secret setting is not repeated', () => {
  assert.throws(
    () => load({ env: { ONGGI_META: 'postgress://user:hunter2@host/db' } }),
    (error) => error instanceof ConfigError && !error.message.includes('hunter2'),
  );
});

test('a named file must exist, the default one may be absent', () => {
  const path = join(directory, 'absent.yaml');
  assert.throws(() => loadConfig({ flags: {}, env: {}, file: { path, required: true } }), ConfigError);
  assert.equal(loadConfig({ flags: {}, env: {}, file: { path, required: false } }).region, 'kr-central-2');
});

test('variables and flags follow from the option names', () => {
  for (const [name, { env, flag }] of Object.entries(options)) {
    const words = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    assert.equal(flag, words);
    assert.equal(env, `ONGGI_${words.replaceAll('-', '_').toUpperCase()}`);
  }
});
