/** The calls of the trail. */
import type { TrailOperation } from '../request.ts';
import { listEvents } from './list-events.ts';

export const operations: readonly TrailOperation[] = [listEvents];
