/** An S3 access key as Krutrim's API prints it: the documented fields and those that its SDKs read (reference 10.3). No secrets. */
import { Type } from 'typebox';
import { isoSeconds } from '../../base/http/http-date.ts';
import type { S3KeyRecord } from '../../core/identity/records.ts';
import { kosTiers } from '../../core/model/bucket-records.ts';
import type { KosView } from './request.ts';
import { answerObject, dateTime, kosTime, oneOf } from './schemas.ts';

const facts = {
  access_key: Type.String(),
  access_key_id: Type.String({ description: 'the same' }),
  key_name: Type.Union([Type.String(), Type.Null()]),
  created_date: dateTime,
  created_at: dateTime,
  region: Type.String(),
  status: Type.Literal('active'),
  tier: oneOf(kosTiers),
};

export const accessKeySchema = answerObject(facts);

export const createdKeySchema = answerObject({
  ...facts,
  secret_key: Type.String({ description: 'told this once' }),
  message: Type.String(),
});

export function accessKeyDocument(
  { access, createdAt, labels }: S3KeyRecord,
  { settings }: Pick<KosView, 'settings'>,
) {
  return {
    access_key: access,
    access_key_id: access,
    key_name: labels?.name ?? null,
    created_date: isoSeconds(createdAt),
    created_at: kosTime(createdAt),
    region: labels?.region ?? settings.regions[0] ?? '',
    status: 'active',
    tier: labels?.tier ?? 'fast',
  };
}
