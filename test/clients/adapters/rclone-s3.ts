/** rclone over S3, with its multipart upload from 5 MiB on. */
import { type Remote, rcloneClient } from './rclone.ts';

export const rcloneS3Remote: Remote = ({ url, user }) => ({
  type: 's3',
  provider: 'Other',
  endpoint: url,
  region: 'kr-central-2',
  access_key_id: user.s3Key.access,
  secret_access_key: user.s3Key.secret,
  upload_cutoff: '8Mi',
  chunk_size: '8Mi',
});

export const rcloneS3 = rcloneClient('rclone-s3', rcloneS3Remote, [
  {
    verbs: ['put', 'get'],
    keys: ['dot segments'],
    reason: "the Go SDK of rclone's age resolves . and .. in keys",
  },
]);
