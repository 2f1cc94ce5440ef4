/** rclone over Swift, with an application credential. */
import { type Remote, rcloneClient } from './rclone.ts';

export const rcloneSwiftRemote: Remote = ({ url, user }) => ({
  type: 'swift',
  auth: `${url}/v3`,
  auth_version: '3',
  application_credential_id: user.iamKey.id,
  application_credential_secret: user.iamKey.secret,
});

export const rcloneSwift = rcloneClient('rclone-swift', rcloneSwiftRemote);
