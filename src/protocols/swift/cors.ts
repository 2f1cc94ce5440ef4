/** Owns Swift's part in CORS: which container a request goes to, and how each dialect refuses a preflight. */
import type { RequestView } from '../../base/http/request-view.ts';
import { defaultNameLimits, parseBucketName } from '../../core/model/names.ts';
import type { CorsDoor, CorsPlace } from '../cors.ts';
import { dialectOf, projectOf } from './dialect.ts';
import { refusePage } from './errors.ts';
import { allowedMethods } from './operations/options-object.ts';
import { accountInPath, readTarget, type Target } from './target.ts';

export const swiftCorsDoor: CorsDoor = {
  placeOf,
  refusal(request, why) {
    // Without an Origin, OPTIONS asks for the methods there are; with one, it is a preflight (upstream's too) that lacks a header.
    if (why === 'incomplete' && !request.header('origin')) return undefined;
    const { preflightRefusal } = dialectOf(accountInPath(request.path));
    return refusePage(preflightRefusal, { Allow: allowedMethods(targetOf(request)?.scope ?? 'account') });
  },
};

function placeOf(request: RequestView): CorsPlace | undefined {
  if (accountInPath(request.path) === '') return undefined;
  const target = targetOf(request);
  const project = target === undefined ? undefined : projectOf(target.account);
  if (target === undefined || target.scope === 'account' || project === undefined) return {};
  try {
    return { bucket: parseBucketName(target.container, defaultNameLimits), project };
  } catch {
    return {};
  }
}

/** Undefined for a path that names nothing. */
function targetOf(request: RequestView): Target | undefined {
  try {
    return readTarget(request.path);
  } catch {
    return undefined;
  }
}
