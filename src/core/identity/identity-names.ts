/** What identity names, ids and secrets given from outside must look like. */
import { CoreError } from '../errors.ts';

/**
 * The name of a user, project or key: 1 to 255 characters of well-formed Unicode without control characters, no blank at
 * either end.
 * @throws CoreError InvalidArgument
 */
export function checkName(what: string, name: string): string {
  const refuse = (reason: string) => new CoreError('InvalidArgument', { what, reason });
  if (name === '') throw refuse('must not be empty');
  if (name.length > 255) throw refuse('must have at most 255 characters');
  if (!name.isWellFormed()) throw refuse('must be well-formed Unicode');
  if (/\p{Cc}/u.test(name)) throw refuse('must not contain control characters');
  if (name.trim() !== name) throw refuse('must not begin or end with a blank');
  return name;
}

/** A free text shown to people: at most 1000 characters. @throws CoreError InvalidArgument */
export function checkDescription(what: string, text: string): string {
  if (text.length > 1000)
    throw new CoreError('InvalidArgument', { what, reason: 'must have at most 1000 characters' });
  if (!text.isWellFormed())
    throw new CoreError('InvalidArgument', { what, reason: 'must be well-formed Unicode' });
  return text;
}

/**
 * An S3 access id given from outside: it stands between slashes in a signature's scope (SigV4), so only plain characters.
 * @throws CoreError InvalidArgument
 */
export function checkAccessId(access: string): string {
  if (isAccessId(access)) return access;
  const reason = 'must have 3 to 128 characters out of letters, digits, dot, underscore and hyphen';
  throw new CoreError('InvalidArgument', { what: 'access', reason });
}

/** Whether `text` has the form of an S3 access id. */
export function isAccessId(text: string): boolean {
  return /^[A-Za-z0-9._-]{3,128}$/.test(text);
}

/** A secret given from outside: 1 to 512 characters. @throws CoreError InvalidArgument */
export function checkSecret(what: string, secret: string): string {
  if (secret !== '' && secret.length <= 512 && secret.isWellFormed()) return secret;
  throw new CoreError('InvalidArgument', { what, reason: 'must have 1 to 512 characters' });
}

/** Whether `text` is 32 lower-case hex characters, the form of all ids but a domain's. */
export function isHexId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}
