/**
 * Owns `x-amz-mfa`, by which a caller shows a code of its authenticator: `{serial number} {code}` (S3 user guide, "Configuring MFA
 * delete"). Refuses to echo what it holds.
 */
import type { Actor } from '../../core/actor.ts';
import type { Core } from '../../core/core.ts';
import { isCode, wrongCode } from '../../core/identity/one-time-passwords.ts';
import { type SecondFactor, type ShownCode, secondFactor } from '../../core/identity/second-factor.ts';
import { s3Error } from './errors.ts';
import type { S3View } from './request.ts';

export const mfaHeader = 'x-amz-mfa';

/** Undefined without the header. @throws S3Error InvalidArgument for another form */
export function readMfa({ request }: S3View): Required<ShownCode> | undefined {
  const text = request.headerText(mfaHeader)?.trim();
  if (text === undefined) return undefined;
  const space = text.lastIndexOf(' ');
  const [serial, code] = [text.slice(0, Math.max(space, 0)).trim(), text.slice(space + 1)];
  if (serial === '' || !isCode(code)) {
    throw s3Error(
      'InvalidArgument',
      'Mfa header is invalid -- the header should be formatted as {serialNumber}(space){tokenCode}',
      { ArgumentName: mfaHeader },
    );
  }
  return { serial, code };
}

/** What `actor` shows. Credentials that end have no authenticator, whoever they were given to. */
export function factorOf(
  core: Core,
  actor: Actor,
  shown: Required<ShownCode> | undefined,
): SecondFactor | undefined {
  if (shown === undefined) return undefined;
  if (actor.kind !== 'user' || actor.proof.kind === 's3-key') return secondFactor(core, actor, shown);
  return { spend: () => Promise.reject(wrongCode('is not taken with temporary credentials')) };
}
