/** The table of the identity service's operations. */
import type { IamOperation } from '../request.ts';
import { createApplicationCredential } from './create-application-credential.ts';
import { createEc2Credential } from './create-ec2-credential.ts';
import { deleteApplicationCredential } from './delete-application-credential.ts';
import { deleteEc2Credential } from './delete-ec2-credential.ts';
import { getAuthCatalog } from './get-auth-catalog.ts';
import { issueToken } from './issue-token.ts';
import { listApplicationCredentials } from './list-application-credentials.ts';
import { listAuthDomains } from './list-auth-domains.ts';
import { listAuthProjects } from './list-auth-projects.ts';
import { listAuthSystem } from './list-auth-system.ts';
import { listEc2Credentials } from './list-ec2-credentials.ts';
import { listProjects } from './list-projects.ts';
import { listUserProjects } from './list-user-projects.ts';
import { listVersions } from './list-versions.ts';
import { revokeToken } from './revoke-token.ts';
import { showApplicationCredential } from './show-application-credential.ts';
import { showEc2Credential } from './show-ec2-credential.ts';
import { showProject } from './show-project.ts';
import { showUser } from './show-user.ts';
import { showVersion } from './show-version.ts';
import { validateToken } from './validate-token.ts';

export const operations: readonly IamOperation[] = [
  listVersions,
  showVersion,
  issueToken,
  validateToken,
  revokeToken,
  listAuthProjects,
  getAuthCatalog,
  listAuthDomains,
  listAuthSystem,
  showUser,
  listUserProjects,
  listProjects,
  showProject,
  createApplicationCredential,
  listApplicationCredentials,
  showApplicationCredential,
  deleteApplicationCredential,
  createEc2Credential,
  listEc2Credentials,
  showEc2Credential,
  deleteEc2Credential,
];
