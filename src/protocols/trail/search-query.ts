/** The parameters of a search, each given once, in its form, or refused with 400. Empty ones count as absent. */
import type { Query } from '../../base/http/query.ts';
import { type ProjectId, parseProjectId } from '../../core/model/names.ts';
import { positionBytes, resourceTypes } from '../../core/trail/event.ts';
import type { TrailSearch } from '../../core/trail/search.ts';
import { wordsOf } from '../../core/trail/terms.ts';
import { TrailError } from './errors.ts';

const known = [
  'from',
  'to',
  'eventName',
  'service',
  'serviceName',
  'resourceType',
  'resourceName',
  'user',
  'project',
  'status',
  'errorCode',
  'sourceIp',
  'text',
  'limit',
  'marker',
] as const;
type Name = (typeof known)[number];

const defaultLimit = 100;
const maxLimit = 1000;
const longestText = 256;

export type SearchQuery = Omit<TrailSearch, 'project'> & { readonly project?: ProjectId };

/** @throws TrailError 400 for an unknown parameter, one given twice, and every value that cannot be one */
export function parseSearchQuery(query: Query): SearchQuery {
  const values = given(query);
  const { resourceType, project, status } = values;
  const from = timeOf('from', values.from);
  const to = timeOf('to', values.to);
  if (from !== undefined && to !== undefined && from > to) throw wrong('from', 'must not be after to');
  if (status !== undefined && !/^[1-5](\d\d|xx)$/i.test(status)) {
    throw wrong('status', 'must be three digits, or a class such as 4xx');
  }
  if (
    resourceType !== undefined &&
    !resourceTypes.some((t) => t.toLowerCase() === resourceType.toLowerCase())
  ) {
    throw wrong('resourceType', `must be one of ${resourceTypes.join(', ')}`);
  }
  if (values.text !== undefined && wordsOf(values.text).length === 0) {
    throw wrong('text', 'must contain a letter or a digit');
  }
  const projectId = project === undefined ? undefined : parseProjectId(project);
  if (project !== undefined && projectId === undefined) throw wrong('project', 'must be a project id');
  return {
    from,
    to,
    eventName: values.eventName,
    service: values.service ?? values.serviceName,
    resourceType,
    resourceName: values.resourceName,
    user: values.user,
    ...(projectId === undefined ? {} : { project: projectId }),
    status,
    error: values.errorCode,
    address: values.sourceIp,
    text: values.text,
    limit: limitOf(values.limit),
    before: markerOf(values.marker),
  };
}

function given(query: Query): Partial<Record<Name, string>> {
  const values: Partial<Record<Name, string>> = {};
  for (const [raw, value] of query.entries) {
    const name = known.find((one) => one === raw);
    if (name === undefined) throw new TrailError(400, `there is no parameter ${raw.slice(0, 40)}`);
    if (values[name] !== undefined) throw wrong(name, 'is given twice');
    if (value.length > (name === 'resourceName' ? 2048 : longestText)) throw wrong(name, 'is too long');
    if (value !== '') values[name] = value;
  }
  if (values.service !== undefined && values.serviceName !== undefined) {
    throw wrong('serviceName', 'is the same as service; one of them is enough');
  }
  return values;
}

/** RFC 3339 with a zone, or milliseconds since the epoch. */
function timeOf(name: Name, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const written = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/.test(text);
  const time = /^\d{1,14}$/.test(text) ? Number(text) : written ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw wrong(name, 'must be a time such as 2026-01-31T09:00:00Z');
  return time;
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return defaultLimit;
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > maxLimit) throw wrong('limit', `must be a whole number from 1 to ${maxLimit}`);
  return limit;
}

function markerOf(text: string | undefined): Buffer | undefined {
  if (text === undefined) return undefined;
  if (!/^[0-9a-f]+$/.test(text) || text.length !== 2 * positionBytes) {
    throw wrong('marker', 'must be the nextMarker of an answer');
  }
  return Buffer.from(text, 'hex');
}

function wrong(name: Name, reason: string): TrailError {
  return new TrailError(400, `${name} ${reason}`);
}
