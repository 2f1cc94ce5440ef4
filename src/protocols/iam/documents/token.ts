/** A token's description, the same at issue and at validation (reference 2.1; wire page, section 1). */
import type { TokenFacts } from '../../../core/identity/issue-token.ts';
import { type CatalogPlace, catalogFor } from './catalog.ts';
import { microseconds } from './names.ts';
import { roleReference } from './roles.ts';

/** `place` undefined: without the catalog. */
export function tokenDocument(facts: TokenFacts, place: CatalogPlace | undefined) {
  const { claims, user, userDomain, key } = facts;
  return {
    token: {
      methods: claims.methods,
      user: { id: user.id, name: user.name, domain: userDomain, password_expires_at: null },
      ...scopeOf(facts, place),
      ...(key === undefined
        ? {}
        : { application_credential: { id: key.id, name: key.name, restricted: false } }),
      audit_ids: [claims.auditId],
      issued_at: microseconds(claims.issuedAt),
      expires_at: microseconds(claims.expiresAt),
    },
  };
}

/** What only tokens of a project have. */
function scopeOf({ project, projectDomain, roles }: TokenFacts, place: CatalogPlace | undefined) {
  if (project === undefined) return {};
  return {
    project: { id: project.id, name: project.name, domain: projectDomain },
    is_domain: false,
    roles: roles.map(roleReference),
    ...(place === undefined ? {} : { catalog: catalogFor(project.id, place) }),
  };
}
