/** Krutrim's sessions as its API prints them (reference 10.6). */
import { Type } from 'typebox';
import type { KosSessionStatus, OpenedKosSession } from '../../core/identity/kos-sessions.ts';
import type { KosView } from './request.ts';
import { answerObject, dateTime, kosTime } from './schemas.ts';

const tokens = { sessionToken: Type.String(), expiresAt: dateTime, refreshToken: Type.String() };

export const activatedSessionSchema = answerObject({ lastActiveAt: dateTime, ...tokens });
export const refreshedSessionSchema = answerObject(tokens);
export const sessionStatusSchema = answerObject({
  lastActiveAt: dateTime,
  createdAt: dateTime,
  isActive: Type.Boolean(),
  expiresAt: dateTime,
});

export function refreshedSession({ sessionToken, expiresAt, refreshToken }: OpenedKosSession) {
  return { sessionToken, expiresAt: kosTime(expiresAt), refreshToken };
}

export function activatedSession(session: OpenedKosSession) {
  return { lastActiveAt: kosTime(session.lastActiveAt), ...refreshedSession(session) };
}

export function sessionStatus({ lastActiveAt, createdAt, active, expiresAt }: KosSessionStatus) {
  return {
    lastActiveAt: kosTime(lastActiveAt),
    createdAt: kosTime(createdAt),
    isActive: active,
    expiresAt: kosTime(expiresAt),
  };
}

/** The token in a path: that is the proof of these calls. */
export function sessionOfPath({ segments }: KosView): string {
  return segments.sessionToken ?? '';
}
