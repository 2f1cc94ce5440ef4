/** Groups, in lists and alone. */
import type { GroupRecord } from '../../../core/identity/records.ts';
import { listLinks } from './lists.ts';

export function groupDocument(group: GroupRecord, publicUrl: string) {
  return {
    id: group.id,
    name: group.name,
    domain_id: group.domainId,
    description: group.description,
    links: { self: `${publicUrl}/identity/v3/groups/${group.id}` },
  };
}

export function groupList(groups: readonly GroupRecord[], publicUrl: string, self: string) {
  return { groups: groups.map((group) => groupDocument(group, publicUrl)), links: listLinks(self) };
}
