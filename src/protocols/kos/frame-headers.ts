/** The headers that any call of this door may carry beside its proof (reference 10.1): the region and the tier, checked where they come. */
import type { RequestView } from '../../base/http/request-view.ts';
import { type KosTier, kosTiers } from '../../core/model/bucket-records.ts';
import { KosError } from './errors.ts';

/** Undefined when the request names none. @throws KosError 400 for one that is not there */
export function regionOf(request: RequestView, regions: readonly string[]): string | undefined {
  return oneOf(request, 'x-region-id', regions);
}

/** Undefined when the request names none. @throws KosError 400 */
export function tierOf(request: RequestView): KosTier | undefined {
  return oneOf(request, 'x-tier', kosTiers);
}

/** @throws KosError 400 */
export function checkFrame(request: RequestView, regions: readonly string[]): void {
  regionOf(request, regions);
  tierOf(request);
}

function oneOf<T extends string>(request: RequestView, name: string, choices: readonly T[]): T | undefined {
  const text = request.header(name)?.trim() ?? '';
  if (text === '') return undefined;
  const choice = choices.find((one) => one === text);
  if (choice === undefined) throw new KosError(400, `${name} must be one of ${choices.join(', ')}`);
  return choice;
}
