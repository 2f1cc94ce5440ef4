/** What the first start prints: the only time these secrets are shown, in lines that can be pasted as they are. */

export interface FirstCredentials {
  readonly userName: string;
  readonly password: string;
  readonly projectId: string;
  readonly iamKey: { readonly id: string; readonly secret: string };
  readonly s3Key: { readonly access: string; readonly secret: string };
}

/** Text for standard output, ending in a newline. (rclone 1.60 does not start where AWS_CA_BUNDLE is set.) */
export function firstRunBanner(url: string, region: string, credentials: FirstCredentials): string {
  const { iamKey, s3Key, projectId } = credentials;
  const identity = `${url}/identity/v3`;
  const rclone = `:s3,provider=Other,endpoint="${url}",access_key_id=${s3Key.access},secret_access_key=${s3Key.secret},region=${region}:`;
  const swift = [
    `--os-auth-type v3applicationcredential --os-identity-api-version 3 --auth-version 3 --os-auth-url ${identity}`,
    `--os-application-credential-id ${iamKey.id} --os-application-credential-secret ${iamKey.secret}`,
  ].join(' ');
  const tokenBody = JSON.stringify({
    auth: {
      identity: {
        methods: ['application_credential'],
        application_credential: { id: iamKey.id, secret: iamKey.secret },
      },
    },
  });
  return `Created the first user. These secrets are shown once:

  user             ${credentials.userName}
  password         ${credentials.password}
  project          default (${projectId})
  IAM access key   ${iamKey.id}
  secret           ${iamKey.secret}
  S3 access key    ${s3Key.access}
  secret           ${s3Key.secret}

aws:
  export AWS_ACCESS_KEY_ID=${s3Key.access} AWS_SECRET_ACCESS_KEY=${s3Key.secret} AWS_DEFAULT_REGION=${region}
  aws --endpoint-url ${url} s3 mb s3://photos
  aws --endpoint-url ${url} s3 cp README.md s3://photos/
rclone:
  AWS_CA_BUNDLE= rclone ls '${rclone}photos'
swift:
  swift ${swift} list photos
curl:
  TOKEN=$(curl -s -D - -o /dev/null -H 'Content-Type: application/json' -d '${tokenBody}' ${identity}/auth/tokens | tr -d '\\r' | sed -n 's/^X-Subject-Token: //p')
  curl -H "X-Auth-Token: $TOKEN" ${url}/v1/${projectId}/photos?format=json

`;
}
