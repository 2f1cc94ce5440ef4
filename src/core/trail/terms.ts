/**
 * Owns what events can be found by: the terms of an event, which the index holds, and the same question asked of one event. A
 * filter is a list of terms that must all be there.
 */
import type { TrailEvent } from './event.ts';

/** What a search asks for besides time; absent fields ask for nothing. Texts in any case but resource names. */
export interface TrailFilter {
  readonly eventName?: string | undefined;
  /** The service's name, the door's, or the way in (`OpenAPI`, `Console`). */
  readonly service?: string | undefined;
  readonly resourceType?: string | undefined;
  /** A name or an id; for objects the bucket, the key, or both joined by `/`. */
  readonly resourceName?: string | undefined;
  /** An id or a name. */
  readonly user?: string | undefined;
  /** Of the resource or of the caller. */
  readonly project?: string | undefined;
  /** Three digits, or `4xx`. */
  readonly status?: string | undefined;
  readonly error?: string | undefined;
  readonly address?: string | undefined;
  /** Words that must all stand in the event's texts. */
  readonly text?: string | undefined;
}

/** The service behind each door, as the cloud names it. */
const services: Readonly<Record<string, string>> = {
  iam: 'IAM',
  trail: 'Cloud Trail',
  console: 'Console',
};

export function serviceOf(event: Pick<TrailEvent, 'api'>): string {
  return services[event.api] ?? 'Object Storage';
}

/** Ways in that are no API, as the cloud names them. */
const waysIn: Readonly<Record<string, string>> = { console: 'Console', cli: 'CLI', job: 'System' };

/** By what way a call came: `OpenAPI` for every door that is one. */
export function serviceNameOf(event: Pick<TrailEvent, 'api'>): string {
  return waysIn[event.api] ?? 'OpenAPI';
}

const longestWord = 64;
export const mostWords = 100;

/** Letters and digits of any script, in lower case. */
export function wordsOf(text: string): string[] {
  const lower = text.toLowerCase();
  // Most texts are ASCII, for which the plain pattern is many times faster.
  const words = lower.match(/[^\0-\x7f]/.test(lower) ? /[\p{L}\p{N}]+/gu : /[a-z0-9]+/g) ?? [];
  return words.some((word) => word.length > longestWord)
    ? words.map((word) => word.slice(0, longestWord))
    : words;
}

/** Words with digits first, then the longer: they are most often the rarer ones. */
function rarer(a: string, b: string): number {
  return Number(/\d/.test(b)) - Number(/\d/.test(a)) || b.length - a.length;
}

/** Terms are a letter and a text. */
export function termsOfFilter(filter: TrailFilter): string[] {
  const { eventName, service, resourceType, resourceName, user, project, status, error, address, text } =
    filter;
  const terms: string[] = [];
  // The rarest first: a search gives up on a chunk at the first term that is not there.
  if (resourceName !== undefined) terms.push(`r${resourceName}`);
  if (text !== undefined)
    terms.push(
      ...new Set(
        wordsOf(text)
          .toSorted(rarer)
          .map((word) => `w${word}`),
      ),
    );
  if (address !== undefined) terms.push(`a${address.toLowerCase()}`);
  if (user !== undefined) terms.push(`u${user.toLowerCase()}`);
  if (error !== undefined) terms.push(`e${error.toLowerCase()}`);
  if (eventName !== undefined) terms.push(`n${eventName.toLowerCase()}`);
  if (status !== undefined) terms.push(`h${status.toLowerCase()}`);
  if (project !== undefined) terms.push(`p${project.toLowerCase()}`);
  if (resourceType !== undefined) terms.push(`t${resourceType.toLowerCase()}`);
  if (service !== undefined) terms.push(`s${service.toLowerCase()}`);
  return terms;
}

/** Every term of an event, each once. */
export function termsOf(event: TrailEvent): Set<string> {
  const words = firstWordsOf(event).map((word) => `w${word}`);
  return new Set([...termsApartFromWords(event), ...words]);
}

/** Some may come twice. */
export function termsApartFromWords(event: TrailEvent): string[] {
  const { resource, user, status, error } = event;
  const terms = [
    `n${event.name.toLowerCase()}`,
    `s${event.api}`,
    `s${serviceOf(event).toLowerCase()}`,
    `s${serviceNameOf(event).toLowerCase()}`,
    `a${event.address.toLowerCase()}`,
    `h${status}`,
    `h${Math.floor(status / 100)}xx`,
  ];
  if (error !== undefined) terms.push(`e${error.toLowerCase()}`);
  if (resource !== undefined) {
    terms.push(`t${resource.type.toLowerCase()}`, ...namesOf(resource).map((name) => `r${name}`));
    if (resource.project !== undefined) terms.push(`p${resource.project}`);
  }
  if (user !== undefined) {
    terms.push(`u${user.id}`, `u${user.name.toLowerCase()}`);
    if (user.project !== undefined) terms.push(`p${user.project}`);
  }
  return terms;
}

/** Of all texts, up to a number that no honest event reaches. */
function firstWordsOf(event: TrailEvent): string[] {
  return textsOf(event).flatMap(wordsOf).slice(0, mostWords);
}

function namesOf({ name, id, bucket }: NonNullable<TrailEvent['resource']>): string[] {
  const names = [name, id, bucket].filter((one) => one !== undefined);
  return bucket !== undefined && name !== undefined ? [...names, `${bucket}/${name}`] : names;
}

export function textsOf({ name, resource, user, error, query, agent }: TrailEvent): string[] {
  const texts = [name, resource?.bucket, resource?.name, user?.name, error, query, agent];
  return texts.filter((text) => text !== undefined);
}

/** Whether an event has all of `terms`: the same as asking `termsOf`, without listing what nobody asks for. */
export function hasTerms(event: TrailEvent, terms: readonly string[]): boolean {
  let words: Set<string> | undefined;
  return terms.every((term) => {
    const asked = term.slice(1);
    if (!term.startsWith('w')) return has(event, term.charAt(0), asked);
    words ??= new Set(firstWordsOf(event));
    return words.has(asked);
  });
}

function has({ name, api, resource, user, status, error, address }: TrailEvent, kind: string, asked: string) {
  switch (kind) {
    case 'n':
      return name.toLowerCase() === asked;
    case 's':
      return [api, serviceOf({ api }), serviceNameOf({ api })].some((one) => one.toLowerCase() === asked);
    case 't':
      return resource?.type.toLowerCase() === asked;
    case 'r':
      return resource !== undefined && namesOf(resource).includes(asked);
    case 'u':
      return user?.id === asked || user?.name.toLowerCase() === asked;
    case 'p':
      return resource?.project === asked || user?.project === asked;
    case 'h':
      return `${status}` === asked || `${Math.floor(status / 100)}xx` === asked;
    case 'e':
      return error?.toLowerCase() === asked;
    default:
      return address.toLowerCase() === asked;
  }
}
