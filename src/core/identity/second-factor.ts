/**
 * Owns the one-time password that a call brings: it is spent when the first thing of the call asks for it, and then stands for all of them.
 * Refuses to know what asks for one.
 */
import type { Actor } from '../actor.ts';
import type { Core } from '../core.ts';
import { useOneTimePassword, wrongCode } from './one-time-passwords.ts';

export interface SecondFactor {
  /** Once in a call, however often it is asked for. @throws CoreError InvalidArgument for a code that is not taken, Busy */
  spend(): Promise<void>;
}

/** A code of the caller's authenticator. */
export interface ShownCode {
  readonly code: string;
  /** Which authenticator it is of, where the door has the caller say so. */
  readonly serial?: string;
}

export function secondFactor(core: Core, actor: Actor, shown: ShownCode): SecondFactor {
  let spent: Promise<void> | undefined;
  return {
    spend() {
      spent ??= spendCodeOf(core, actor, shown);
      return spent;
    },
  };
}

async function spendCodeOf(core: Core, actor: Actor, { serial, code }: ShownCode): Promise<void> {
  if (actor.kind !== 'user') throw wrongCode('cannot be right: nobody has shown whose it is');
  if (serial !== undefined && !isSerialOf(actor, serial)) {
    throw wrongCode('cannot be right: the serial number is not that of your authenticator');
  }
  await useOneTimePassword(core, actor.userId, code);
}

/** A user has one authenticator, so its serial number is the user's id, or its ARN in the project the caller acts for. */
function isSerialOf(
  { userId, userName, projectId }: Extract<Actor, { kind: 'user' }>,
  serial: string,
): boolean {
  const arn = projectId && `arn:aws:iam::${projectId}:mfa/${userName}`;
  return serial === userId || serial === arn;
}
