/** The table of the identity service's operations. */
import type { IamOperation } from '../request.ts';
import { addGroupMember } from './add-group-member.ts';
import { addGroupRole } from './add-group-role.ts';
import { addRole } from './add-role.ts';
import { changePassword } from './change-password.ts';
import { checkGroupMember } from './check-group-member.ts';
import { checkGroupRole } from './check-group-role.ts';
import { checkRole } from './check-role.ts';
import { confirmTotp } from './confirm-totp.ts';
import { createApplicationCredential } from './create-application-credential.ts';
import { createEc2Credential } from './create-ec2-credential.ts';
import { createGroup } from './create-group.ts';
import { createProject } from './create-project.ts';
import { createUser } from './create-user.ts';
import { deleteApplicationCredential } from './delete-application-credential.ts';
import { deleteEc2Credential } from './delete-ec2-credential.ts';
import { deleteGroup } from './delete-group.ts';
import { deleteProject } from './delete-project.ts';
import { deleteTotp } from './delete-totp.ts';
import { deleteUser } from './delete-user.ts';
import { enrolTotp } from './enrol-totp.ts';
import { getAuthCatalog } from './get-auth-catalog.ts';
import { issueToken } from './issue-token.ts';
import { listApplicationCredentials } from './list-application-credentials.ts';
import { listAuthDomains } from './list-auth-domains.ts';
import { listAuthProjects } from './list-auth-projects.ts';
import { listAuthSystem } from './list-auth-system.ts';
import { listDomains } from './list-domains.ts';
import { listEc2Credentials } from './list-ec2-credentials.ts';
import { listEndpoints } from './list-endpoints.ts';
import { listGroupMembers } from './list-group-members.ts';
import { listGroupRoles } from './list-group-roles.ts';
import { listGroups } from './list-groups.ts';
import { listProjects } from './list-projects.ts';
import { listRegions } from './list-regions.ts';
import { listRoleAssignments } from './list-role-assignments.ts';
import { listRoles } from './list-roles.ts';
import { listServiceCatalog } from './list-service-catalog.ts';
import { listUserGroups } from './list-user-groups.ts';
import { listUserProjects } from './list-user-projects.ts';
import { listUserRoles } from './list-user-roles.ts';
import { listUsers } from './list-users.ts';
import { listVersions } from './list-versions.ts';
import { removeGroupMember } from './remove-group-member.ts';
import { removeGroupRole } from './remove-group-role.ts';
import { removeRole } from './remove-role.ts';
import { revokeToken } from './revoke-token.ts';
import { setMfaDelete } from './set-mfa-delete.ts';
import { showApplicationCredential } from './show-application-credential.ts';
import { showDomain } from './show-domain.ts';
import { showEc2Credential } from './show-ec2-credential.ts';
import { showGroup } from './show-group.ts';
import { showMfaDelete } from './show-mfa-delete.ts';
import { showProject } from './show-project.ts';
import { showRole } from './show-role.ts';
import { showTotp } from './show-totp.ts';
import { showUser } from './show-user.ts';
import { showVersion } from './show-version.ts';
import { updateGroup } from './update-group.ts';
import { updateProject } from './update-project.ts';
import { updateUser } from './update-user.ts';
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
  listUsers,
  createUser,
  updateUser,
  deleteUser,
  changePassword,
  createProject,
  updateProject,
  deleteProject,
  listRoles,
  showRole,
  addRole,
  checkRole,
  removeRole,
  listUserRoles,
  addGroupRole,
  checkGroupRole,
  removeGroupRole,
  listGroupRoles,
  listRoleAssignments,
  listDomains,
  listServiceCatalog,
  listEndpoints,
  listRegions,
  showDomain,
  listGroups,
  createGroup,
  showGroup,
  updateGroup,
  deleteGroup,
  addGroupMember,
  checkGroupMember,
  removeGroupMember,
  listGroupMembers,
  listUserGroups,
  createApplicationCredential,
  listApplicationCredentials,
  showApplicationCredential,
  deleteApplicationCredential,
  createEc2Credential,
  listEc2Credentials,
  showEc2Credential,
  deleteEc2Credential,
  enrolTotp,
  confirmTotp,
  showTotp,
  deleteTotp,
  showMfaDelete,
  setMfaDelete,
];
