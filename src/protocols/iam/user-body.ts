/** The body of a user's creation and change: Keystone's attributes and ours (`kind`, `service_admin`). Others are ignored. */
import { type Static, Type } from 'typebox';

const text = Type.Optional(Type.Union([Type.String(), Type.Null()]));

/** What both have. */
export const userFields = {
  password: text,
  description: text,
  email: text,
  domain_id: text,
  default_project_id: text,
  enabled: Type.Optional(Type.Boolean()),
  service_admin: Type.Optional(Type.Boolean()),
};
const shape = Type.Object(userFields);

/** The fields that creation and change take alike; null counts as absent. */
export function commonOf(body: Static<typeof shape>) {
  const { password, description, email, enabled, service_admin } = body;
  return {
    ...(password === undefined || password === null ? {} : { password }),
    ...(description === undefined || description === null ? {} : { displayName: description }),
    ...(email === undefined || email === null ? {} : { email }),
    ...(enabled === undefined ? {} : { enabled }),
    ...(service_admin === undefined ? {} : { serviceAdmin: service_admin }),
  };
}
