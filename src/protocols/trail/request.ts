/** The view of a request to the trail, and the maker of its operations. */
import type { RequestView } from '../../base/http/request-view.ts';
import { type AnyOperation, operationsFor } from '../operation.ts';
import type { PathRoute } from '../path-router.ts';

export interface TrailView {
  readonly request: RequestView;
}

export type TrailOperation = AnyOperation<TrailView, PathRoute>;

export const operation = operationsFor<TrailView, PathRoute>();
