/** Settings from `onggi.yaml` < environment < flags into one frozen, typed object. Unknown names are refused. */
import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { type Config, ConfigError, fileNameOf, type OptionName, options } from './options.ts';

const names = Object.keys(options) as OptionName[];
const fileNames: ReadonlySet<string> = new Set(names.map(fileNameOf));
const groups: ReadonlySet<string> = new Set(
  [...fileNames].flatMap((name) => (name.includes('.') ? [name.slice(0, name.indexOf('.'))] : [])),
);

export interface ConfigSources {
  /** Flag values by option name. */
  readonly flags: Partial<Record<OptionName, string>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The configuration file; a default one may be absent, a named one must exist. */
  readonly file: { readonly path: string; readonly required: boolean };
}

/** @throws ConfigError with one clear line */
export function loadConfig(sources: ConfigSources): Config {
  const file = readConfigFile(sources.file);
  const values = names.map((name) => {
    const { env, flag } = options[name];
    const flagText = sources.flags[name];
    if (flagText !== undefined) return [name, parseOption(name, `--${flag}`, flagText)];
    const envText = sources.env[env];
    if (envText !== undefined && envText !== '') return [name, parseOption(name, env, envText)];
    const inFile = fileNameOf(name);
    const fileText = file.get(inFile);
    if (fileText !== undefined) return [name, parseOption(name, `${sources.file.path}: ${inFile}`, fileText)];
    return [name, options[name].fallback()];
  });
  const config = Object.freeze(Object.fromEntries(values)) as Config;
  if ((config.tlsCert === undefined) !== (config.tlsKey === undefined)) {
    throw new ConfigError('ONGGI_TLS_CERT and ONGGI_TLS_KEY belong together');
  }
  return config;
}

/** Values that are secrets by themselves never appear in a message. */
const secret: ReadonlySet<OptionName> = new Set(['masterKey', 'meta']);

function parseOption(name: OptionName, source: string, text: string): unknown {
  try {
    return options[name].parse(text);
  } catch (error) {
    const rule = error instanceof Error ? error.message : String(error);
    throw new ConfigError(
      secret.has(name) ? `${source}: ${rule}` : `${source}: ${rule}, not ${JSON.stringify(text)}`,
    );
  }
}

function readConfigFile({ path, required }: ConfigSources['file']): Map<string, string> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (!required && error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map();
    throw new ConfigError(`${path}: cannot be read`);
  }
  let document: unknown;
  try {
    document = parseYaml(text) ?? {};
  } catch {
    throw new ConfigError(`${path}: is not valid YAML`);
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new ConfigError(`${path}: must be a map of settings`);
  }
  return new Map(
    flatten(document).map(([name, value]) => {
      if (!fileNames.has(name)) throw new ConfigError(`${path}: unknown setting ${JSON.stringify(name)}`);
      if (typeof value === 'object') throw new ConfigError(`${path}: ${name}: must be a plain value`);
      return [name, String(value)];
    }),
  );
}

/** The settings of a file, those of a map inside it named with a dot: `limits: { profile: x }` and `limits.profile: x` are one. */
function flatten(document: object): [name: string, value: unknown][] {
  return Object.entries(document).flatMap(([name, value]: [string, unknown]): [string, unknown][] => {
    const isGroup = groups.has(name) && typeof value === 'object' && value !== null && !Array.isArray(value);
    return isGroup ? Object.entries(value).map(([inner, one]) => [`${name}.${inner}`, one]) : [[name, value]];
  });
}
