/**
 * Patterns with `*` for any run of characters, the empty one too. Patterns come from tenants and are matched with every request of theirs, so what is
 * between two stars is searched for by the engine's own search, which skips ahead, and not character by character.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return first === text;
  const end = text.length - last.length;
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const part of others) {
    // The first place is the best one: whatever a later one leaves for the rest, it leaves too.
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
    if (at > end) return false;
  }
  return true;
}
