/** The objects every client writes: the keys that clients and servers most often get wrong, and the sizes at which storage changes its way. */

export const inlineBytes = 16 * 1024;
const mib = 1024 * 1024;

/** 1024 bytes of UTF-8, the most a key may have, in segments that a file system takes. */
const longKey = `${`${'긴'.repeat(80)}/`.repeat(4)}${'x'.repeat(60)}`;

const keys = {
  plain: 'plain.txt',
  spaces: 'with spaces/two  blanks in a row .txt',
  plus: 'a+b/c++ d.txt',
  percent: '100%/%41%2F%zz/%.txt',
  'double slash': 'twice//slash.txt',
  'leading slash': '/absolute.txt',
  'trailing slash': 'folder/marker/',
  'dots in a segment': 'dots/a..b/..c/d../...txt',
  'dot segments': 'up/../and/./here.txt',
  emoji: '🙂/👩‍👩‍👧 🚀.txt',
  // Sorts after the emoji by UTF-16 units and before it by UTF-8 bytes.
  'full width': 'ｆｕｌｌ／ｗｉｄｔｈ.txt',
  hangul: '한글/옹기 항아리.txt',
  'decomposed hangul': '한글/옹기 항아리.txt'.normalize('NFD'),
  markup: `a&b<c>d"e'f&amp;.txt`,
  backslash: 'back\\slash\\\\.txt',
  'url delimiters': 'query?x=1&y=2#frag;a=b,c:d@e.txt',
  reserved: "!$'()*[]{}|^~`.txt",
  long: longKey,
  'size 0': 'sizes/0',
  'size 1': 'sizes/1',
  'size inline-1': 'sizes/inline-1',
  'size inline': 'sizes/inline',
  'size inline+1': 'sizes/inline+1',
  'size 5 MiB': 'sizes/5 MiB + 100%.bin',
  'size 64 MiB': '크기/64 MiB + 100% & <all>.bin',
} as const;

export type KeyName = keyof typeof keys;

export interface TestObject {
  readonly name: KeyName;
  readonly key: string;
  readonly size: number;
}

const namedSizes: Partial<Record<KeyName, number>> = {
  'size 0': 0,
  'size 1': 1,
  'size inline-1': inlineBytes - 1,
  'size inline': inlineBytes,
  'size inline+1': inlineBytes + 1,
  'size 5 MiB': 5 * mib,
  'size 64 MiB': 64 * mib,
};

/** The odd keys take turns with these, so that odd names meet each way of storing. */
const turns = [1, 700, inlineBytes, inlineBytes + 1, 3 * inlineBytes];

export const testObjects: readonly TestObject[] = Object.entries(keys).map(([name, key], index) => ({
  name: name as KeyName,
  key,
  size: namedSizes[name as KeyName] ?? turns[index % turns.length] ?? 0,
}));
