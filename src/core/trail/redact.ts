/** Owns what of a query string may be kept: everything but what proves an identity or opens a door. */

/** By lower-case name without `-` and `_`; anything that sounds like a secret goes, whoever invented it. */
const secretNames =
  /signature|token|secret|password|passcode|credential|apikey|awsaccesskeyid|tempurl(sig|key)|(^|access|session|auth|private)key$|^auth|^sig$|jwt|assertion/;
/** Sounds alike, and only says where a listing goes on. */
const harmless = new Set(['continuationtoken', 'contentlength']);
const longestQuery = 1024;

/**
 * The pairs of a raw query as they came, without those that hold proof; of `X-Amz-Credential` the public key id stays. A name
 * that cannot be decoded is not one we know, so its pair goes too.
 */
export function redactQuery(raw: string): string {
  if (raw === '') return '';
  const kept: string[] = [];
  for (const pair of raw.split('&')) {
    const at = pair.indexOf('=');
    const kind = kindOf(at < 0 ? pair : pair.slice(0, at));
    if (kind === 'credential') kept.push(`${pair.slice(0, at + 1)}${keyIdOf(pair.slice(at + 1))}`);
    else if (kind === 'plain') kept.push(pair);
  }
  return kept.join('&').slice(0, longestQuery);
}

type Kind = 'plain' | 'credential' | 'secret';

/** Of names that came lately: most queries have the same few. */
const kinds = new Map<string, Kind>();
const mostKinds = 500;
const longestKnown = 64;

function kindOf(rawName: string): Kind {
  const known = kinds.get(rawName);
  if (known !== undefined) return known;
  const kind = judge(plainName(rawName));
  if (rawName.length <= longestKnown) {
    if (kinds.size >= mostKinds) kinds.clear();
    kinds.set(rawName, kind);
  }
  return kind;
}

function judge(name: string | undefined): Kind {
  if (name === undefined) return 'secret';
  if (name === 'xamzcredential') return 'credential';
  return harmless.has(name) || !secretNames.test(name) ? 'plain' : 'secret';
}

function plainName(raw: string): string | undefined {
  try {
    return decodeURIComponent(raw.replaceAll('+', ' '))
      .toLowerCase()
      .replaceAll(/[-_.\s]/g, '');
  } catch {
    return undefined;
  }
}

/** The id in front of a credential's scope. */
function keyIdOf(value: string): string {
  return value.split(/\/|%2f/i)[0] ?? '';
}
