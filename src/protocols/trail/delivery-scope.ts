/** Whose events a delivery is of: the project of the token, or none. Either has its own path, with its own rights. */
import type { Permission } from '../../core/access/authorize.ts';
import type { Actor } from '../../core/actor.ts';
import type { ProjectId } from '../../core/model/names.ts';
import { projectOf } from './request.ts';

export interface DeliveryScope {
  readonly path: string;
  /** Undefined: the events of no project. */
  readonly project: (actor: Actor) => ProjectId | undefined;
  readonly mayRead: (actor: Actor) => Permission[];
  readonly mayChange: (actor: Actor) => Permission[];
}

const update = 'trail.delivery.update';

export const ofProject: DeliveryScope = {
  path: '/trail/v1/delivery',
  project: (actor) => projectOf(actor, update),
  mayRead: (actor) => [{ action: 'trail.events.list', project: projectOf(actor, 'trail.events.list') }],
  mayChange: (actor) => [{ action: update, project: projectOf(actor, update) }],
};

export const ofDomain: DeliveryScope = {
  path: '/trail/v1/delivery/domain',
  project: () => undefined,
  mayRead: () => [{ action: 'trail.events.listAll', service: true }],
  mayChange: () => [{ action: 'trail.delivery.updateAll', service: true }],
};

export const noDelivery = 'no delivery is configured';
