/** Patterns with `*` for any run of characters, the empty one too. In a time that is at most the product of the two lengths. */
export function matchesGlob(pattern: string, text: string): boolean {
  let [at, i] = [0, 0];
  let [star, retry] = [-1, 0];
  while (i < text.length) {
    if (pattern[at] === '*') {
      star = at++;
      retry = i;
    } else if (at < pattern.length && pattern[at] === text[i]) {
      at += 1;
      i += 1;
    } else if (star >= 0) {
      // The last star takes one character more.
      at = star + 1;
      i = ++retry;
    } else return false;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
