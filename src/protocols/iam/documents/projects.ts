/** Projects, in lists and alone, and the filters of their lists (reference 2.3). */
import type { Query } from '../../../base/http/query.ts';
import type { ProjectRecord } from '../../../core/identity/records.ts';
import { listLinks } from './lists.ts';

export function projectDocument(project: ProjectRecord, publicUrl: string) {
  return {
    id: project.id,
    name: project.name,
    domain_id: project.domainId,
    description: project.description,
    enabled: project.enabled,
    parent_id: project.domainId,
    is_domain: false,
    tags: [],
    options: {},
    links: { self: `${publicUrl}/identity/v3/projects/${project.id}` },
  };
}

export function projectList(projects: readonly ProjectRecord[], publicUrl: string, self: string) {
  return { projects: projects.map((one) => projectDocument(one, publicUrl)), links: listLinks(self) };
}

export interface ProjectFilter {
  readonly domainId: string | undefined;
  readonly name: string | undefined;
  readonly enabled: boolean | undefined;
}

export function parseProjectFilter(query: Query): ProjectFilter {
  return {
    domainId: query.get('domain_id'),
    name: query.get('name'),
    enabled: parseFlag(query.get('enabled')),
  };
}

/** Keystone: a filter without a value, and anything that is not a word for false, means true. */
export function parseFlag(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  return !['0', 'false', 'no', 'off', 'f', 'n'].includes(text.toLowerCase());
}

export function filterProjects(
  projects: readonly ProjectRecord[],
  { domainId, name, enabled }: ProjectFilter,
): ProjectRecord[] {
  return projects.filter(
    (project) =>
      (domainId === undefined || project.domainId === domainId) &&
      (name === undefined || project.name === name) &&
      (enabled === undefined || project.enabled === enabled),
  );
}
