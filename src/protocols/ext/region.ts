/** Owns which of our regions a request is made to: the one its host names (`objectstorage.kr-central-1.example.com`), else our own. */

/** `regions`: those we answer for, our own first. */
export function regionOfHost(host: string | undefined, regions: readonly string[]): string {
  const labels = (host ?? '').replace(/:\d*$/, '').toLowerCase().split('.');
  const [own = ''] = regions;
  return regions.find((region) => labels.includes(region.toLowerCase())) ?? own;
}
