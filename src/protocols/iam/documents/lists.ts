/** The envelope of Keystone's lists. */

/** Lists here have one page. `self` is the URL asked for. */
export function listLinks(self: string) {
  return { next: null, self, previous: null };
}
