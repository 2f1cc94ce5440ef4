/**
 * `onggi trail`: searches the audit trail of a running server, and follows it. It asks over HTTP, because the store belongs to the
 * server that runs on it. Owns the asking and the printing; what a search may contain is the server's to say.
 */
import type { Command } from 'commander';
import type { EventDocument } from '../core/trail/event-document.ts';
import { connectionFlags, type Flags } from './identity/flags.ts';
import { UsageError } from './identity/usage-error.ts';
import { addDeliveryCommand } from './trail-delivery.ts';

/** Flag, parameter of the search, placeholder, meaning. */
const filters = [
  ['from', 'from', 'time', 'events of this time and later, e.g. 2026-01-31T09:00:00Z'],
  ['to', 'to', 'time', 'events before this time'],
  ['event-name', 'eventName', 'name', 'e.g. PutObject'],
  ['service', 'service', 'name', 'e.g. "Object Storage", IAM, s3, swift'],
  ['resource-type', 'resourceType', 'type', 'e.g. Bucket, Object, Token'],
  ['resource-name', 'resourceName', 'name', 'a bucket, a key, or an id'],
  ['user', 'user', 'user', 'name or id'],
  ['project', 'project', 'id', "another project's events, for service administrators"],
  ['status', 'status', 'status', 'e.g. 403 or 4xx'],
  ['error-code', 'errorCode', 'code', 'e.g. AccessDenied'],
  ['source-ip', 'sourceIp', 'address', 'where calls came from'],
  ['text', 'text', 'words', 'words that all stand in the event'],
] as const;

/** How often `--follow` asks, and how far back each time: events of reads take up to a second to the disk, and clocks differ. Milliseconds. */
const followEvery = 1000;
const followBack = 10_000;
const pageLimit = 1000;

interface Page {
  readonly events: readonly EventDocument[];
  readonly nextMarker: string | null;
}

/** Asks for a page; a token that has ended is replaced. */
type Ask = (query: URLSearchParams) => Promise<Page>;

export function addTrailCommand(program: Command): void {
  const command = program
    .command('trail')
    .description('search the audit trail of a running server')
    .exitOverride()
    .option('--limit <count>', 'how many events; the newest', '100')
    .option('--json', 'print each event as a line of JSON')
    .option('--follow', 'go on with events as they happen, until interrupted');
  for (const [flag, , placeholder, doc] of filters) command.option(`--${flag} <${placeholder}>`, doc);
  for (const [flag, placeholder, doc] of connectionFlags) command.option(`--${flag} <${placeholder}>`, doc);
  command.action((values: Flags) => runTrail(values, process.env));
  addDeliveryCommand(command);
}

/** The values of flags by their camel-case names. */
async function runTrail(values: Flags, env: NodeJS.ProcessEnv): Promise<void> {
  const limit = Number(values.limit);
  if (!Number.isInteger(limit) || limit < 1) throw new UsageError('--limit must be a whole number from 1 on');
  const ask = await asking(values, env);
  const query = new URLSearchParams();
  for (const [flag, parameter] of filters) {
    const value = values[flag.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())];
    if (typeof value === 'string') query.set(parameter, value);
  }
  const print = values.json === true ? printJson : printLine;
  // What lies in the stretch that following looks back over, and is older than the newest asked for, is not to be printed later.
  const before = values.follow === true ? await since(ask, query, Date.now() - followBack) : [];
  const events = await newest(ask, query, limit);
  for (const event of events.toReversed()) print(event);
  if (values.follow === true) await follow(ask, query, [...before, ...events], print);
}

async function newest(ask: Ask, query: URLSearchParams, limit: number): Promise<EventDocument[]> {
  const events: EventDocument[] = [];
  let marker: string | null = '';
  while (marker !== null && events.length < limit) {
    const wanted = Math.min(pageLimit, limit - events.length);
    const page: Page = await ask(
      new URLSearchParams([...query, ['limit', String(wanted)], ['marker', marker]]),
    );
    events.push(...page.events);
    marker = page.nextMarker;
  }
  return events;
}

/** Prints what comes after `known`. Each turn looks a little back, because events of one moment arrive in any order. */
async function follow(
  ask: Ask,
  query: URLSearchParams,
  known: readonly EventDocument[],
  print: (event: EventDocument) => void,
): Promise<void> {
  let seen = new Map(known.map((event) => [event.eventId, Date.parse(event.eventTime)]));
  let newestTime = Date.now();
  for (const time of seen.values()) newestTime = Math.max(newestTime, time);
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, followEvery));
    const from = newestTime - followBack;
    const events = await since(ask, query, from);
    for (const event of events.toReversed()) {
      const time = Date.parse(event.eventTime);
      if (seen.has(event.eventId)) continue;
      seen.set(event.eventId, time);
      newestTime = Math.max(newestTime, time);
      print(event);
    }
    seen = new Map([...seen].filter(([, time]) => time >= from));
  }
}

/** All events of a search from a time on, in milliseconds; from the search's own if that is later. */
function since(ask: Ask, query: URLSearchParams, from: number): Promise<EventDocument[]> {
  const stretch = new URLSearchParams(query);
  const own = query.get('from');
  if (own === null || !(Date.parse(own) > from)) stretch.set('from', String(from));
  return newest(ask, stretch, Number.POSITIVE_INFINITY);
}

async function asking(flags: Flags, env: NodeJS.ProcessEnv): Promise<Ask> {
  const { connect, Refusal } = await import('./identity/identity-client.ts');
  let client = await connect(flags, env);
  return async (query) => {
    const path = `/trail/v1/events?${query}`;
    try {
      return (await client.ask(path)) as unknown as Page;
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 401) throw error;
      client = await connect(flags, env);
      return (await client.ask(path)) as unknown as Page;
    }
  };
}

function printJson(event: EventDocument): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** Names from requests may hold anything: control characters must not reach a terminal. */
function printLine(event: EventDocument): void {
  const { eventTime, eventName, user, sourceIp, response, resourceType, resourceName, bucket, api } = event;
  const what =
    resourceType === 'Object' ? `${bucket}/${resourceName}` : (resourceName ?? event.resourceId ?? '-');
  const columns = [
    eventTime,
    `${response.status}`,
    `${api}:${eventName}`.padEnd(26),
    user.id ?? 'anonymous',
    sourceIp,
    `${resourceType ?? '-'} ${what}`,
    response.errorCode ?? '',
  ];
  const line = columns.join('  ').trimEnd();
  process.stdout.write(`${line.replaceAll(/\p{Cc}/gu, '?')}\n`);
}
