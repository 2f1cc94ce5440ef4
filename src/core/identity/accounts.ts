/**
 * Projects as Krutrim's accounts: a ten-digit number beside the id, which every project has from its first need on. Owns the numbers and
 * the ways to name an account; refuses proofs: naming an account proves nothing.
 */
import type { Random } from '../../base/clock.ts';
import { undashed } from '../../base/uuid.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { committing } from '../model/draft.ts';
import { type ProjectId, parseProjectId } from '../model/names.ts';
import { projectFormat } from './codecs.ts';
import { accountNumberKey, projectKey } from './keys.ts';
import { readIndex, readStored, unchanged } from './stored.ts';

const numberForm = /^\d{10}$/;

/** Ten digits, the first of them not 0, so that a number stays ten digits wherever it is kept as one. */
export function newAccountNumber(random: Random): string {
  return String(1_000_000_000n + (random(8).readBigUInt64BE() % 9_000_000_000n));
}

export function isAccountNumber(text: string): boolean {
  return numberForm.test(text);
}

/** The project that `text` names: its id (plain or dashed), or its account number. Undefined when there is none. */
export async function projectOfAccount(core: Core, text: string): Promise<ProjectId | undefined> {
  if (isAccountNumber(text)) {
    const id = await readIndex(core.meta, accountNumberKey(text));
    return id === undefined ? undefined : parseProjectId(id);
  }
  const id = parseProjectId(undashed(text) ?? '');
  if (id === undefined) return undefined;
  const [entry] = await core.meta.get([projectKey(id)]);
  return entry === undefined ? undefined : id;
}

/** The project's number; one from before there were numbers is given one now. @throws CoreError NoSuchProject, Busy */
export async function accountNumberOf(core: Core, project: ProjectId): Promise<string> {
  return committing('project', async () => {
    const stored = await readStored(core.meta, projectFormat, projectKey(project));
    if (stored === undefined) throw new CoreError('NoSuchProject', { project });
    if (stored.record.accountNumber !== undefined) return stored.record.accountNumber;
    const accountNumber = newAccountNumber(core.random);
    await core.meta.commit({
      checks: [unchanged(stored.key, stored), [accountNumberKey(accountNumber), null]],
      puts: [
        [stored.key, projectFormat.encode({ ...stored.record, accountNumber })],
        [accountNumberKey(accountNumber), Buffer.from(project)],
      ],
    });
    return accountNumber;
  });
}
