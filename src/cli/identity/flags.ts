/** How every command finds and proves itself to a running server. */

/** Flags of every command here, as their text; each falls back on its variable, as OpenStack's clients do. */
export const connectionFlags = [
  [
    'os-auth-url',
    'url',
    'the identity service of a running server (OS_AUTH_URL; default: http://127.0.0.1:9000/identity/v3)',
  ],
  ['os-application-credential-id', 'id', 'an IAM access key (OS_APPLICATION_CREDENTIAL_ID)'],
  ['os-application-credential-secret', 'secret', 'its secret (OS_APPLICATION_CREDENTIAL_SECRET)'],
  ['os-username', 'name', 'a user of the default domain (OS_USERNAME)'],
  ['os-password', 'password', 'its password (OS_PASSWORD)'],
  ['os-project-name', 'name', 'the project to act for (OS_PROJECT_NAME)'],
  ['os-project-id', 'id', 'the same by id (OS_PROJECT_ID)'],
  ['os-token', 'token', 'a token instead (OS_TOKEN)'],
] as const;

export type Flags = Readonly<Record<string, string | boolean | undefined>>;
