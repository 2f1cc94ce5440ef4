/** Owns how tests read the audit trail: over the wire, waiting for events that are on their way (a second at most). */
import assert from 'node:assert/strict';
import type { EventDocument } from '../../src/core/trail/event-document.ts';
import type { TestServer } from './start-server.ts';

export type { EventDocument };

export interface EventPage {
  readonly events: EventDocument[];
  readonly nextMarker: string | null;
}

type Place = Pick<TestServer, 'url'>;

export async function trailAnswer(server: Place, token: string | undefined, query = ''): Promise<Response> {
  return fetch(`${server.url}/trail/v1/events${query}`, {
    headers: token === undefined ? {} : { 'X-Auth-Token': token },
  });
}

export async function trailPage(server: Place, token: string, query = ''): Promise<EventPage> {
  const response = await trailAnswer(server, token, query);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text) as EventPage;
}

/** All pages of a search, without the searches' own events. */
export async function trailEvents(server: Place, token: string, query = '?'): Promise<EventDocument[]> {
  const all: EventDocument[] = [];
  let marker: string | null = '';
  while (marker !== null) {
    const page: EventPage = await trailPage(server, token, `${query}&marker=${marker}`);
    all.push(...page.events);
    marker = page.nextMarker;
  }
  return all.filter(({ api }) => api !== 'trail');
}

/** As `trailEvents`, asked again until there are `count`, for three seconds at most. */
export async function awaitEvents(
  server: Place,
  token: string,
  query: string,
  count: number,
): Promise<EventDocument[]> {
  const until = Date.now() + 3000;
  for (;;) {
    const events = await trailEvents(server, token, query);
    if (events.length >= count || Date.now() > until) return events;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
