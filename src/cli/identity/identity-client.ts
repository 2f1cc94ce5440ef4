/**
 * Speaks to the identity service of a running server for the commands: a token from flags or OS_* variables, calls, and names turned
 * into ids. The store itself is never opened: it belongs to the server.
 */
import type { Flags } from './flags.ts';
import { UsageError } from './usage-error.ts';

/** A JSON object as the service answers it. */
export type Document = Readonly<Record<string, unknown>>;

const defaultUrl = 'http://127.0.0.1:9000/identity/v3';
/** What events of commands are told apart by. */
const userAgent = 'onggi-cli';
const hexId = /^[0-9a-f]{32}$/;

export interface IdentityClient {
  /** Of the token. */
  readonly userId: string;
  readonly projectId: string | undefined;
  /** The answer's document; empty for answers without one. @throws Error with the service's own words */
  call(method: string, path: string, body?: unknown): Promise<Document>;
  /** As `call`, of another service of the same server: `path` begins at its root. */
  ask(path: string, method?: string, body?: unknown): Promise<Document>;
  /** The members of a list, e.g. `users` of `/users?name=x`. */
  list(path: string, kind: string): Promise<Document[]>;
  /** One of `projects`, `users` or `groups`, by id or name. @throws Error when there is none */
  find(kind: 'projects' | 'users' | 'groups', idOrName: string): Promise<Document>;
}

/** `project`: the id or name to act for, where flags and environment leave that open. @throws UsageError, Error */
export async function connect(
  flags: Flags,
  env: NodeJS.ProcessEnv,
  project?: string,
): Promise<IdentityClient> {
  const setting = (flag: string) => textOf(flags[camel(flag)]) ?? (env[variable(flag)] || undefined);
  const url = versioned(setting('os-auth-url') ?? defaultUrl);
  const given = setting('os-token');
  const { token, facts } =
    given === undefined
      ? await issue(url, proofOf(setting, project))
      : { token: given, facts: await describe(url, given) };
  const call: IdentityClient['call'] = async (method, path, body) =>
    (await request(url, method, path, { 'X-Auth-Token': token }, body)).document;
  const list: IdentityClient['list'] = async (path, kind) => {
    const members = (await call('GET', path))[kind];
    return Array.isArray(members) ? (members as Document[]) : [];
  };
  const root = url.replace(/\/(?:identity\/)?v3$/, '');
  const ask: IdentityClient['ask'] = async (path, method = 'GET', body) =>
    (await request(root, method, path, { 'X-Auth-Token': token }, body)).document;
  const user = facts.user as Document;
  const scope = facts.project as Document | undefined;
  return {
    userId: String(user.id),
    projectId: textOf(scope?.id),
    call,
    ask,
    list,
    find: (kind, idOrName) => find({ call, list }, kind, idOrName, [user, ...(scope ? [scope] : [])]),
  };
}

/** Administrators look anybody up; others know themselves and the projects they are in. */
async function find(
  { call, list }: Pick<IdentityClient, 'call' | 'list'>,
  kind: 'projects' | 'users' | 'groups',
  idOrName: string,
  known: readonly Document[],
): Promise<Document> {
  const one = kind.slice(0, -1);
  const path = hexId.test(idOrName) ? `/${kind}/${idOrName}` : undefined;
  try {
    if (path !== undefined) return (await call('GET', path))[one] as Document;
    const [found] = await list(`/${kind}?name=${encodeURIComponent(idOrName)}`, kind);
    if (found !== undefined) return found;
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 403) throw error;
    const near = kind === 'projects' ? await list('/auth/projects', 'projects') : known;
    const own = near.find(({ id, name }) => id === idOrName || name === idOrName);
    if (own === undefined) throw error;
    return own;
  }
  throw new Error(`there is no ${one} ${JSON.stringify(idOrName)}`);
}

/** The service said no. */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(`${message} (HTTP ${status})`);
    this.status = status;
  }
}

/** The `auth` of a token request. @throws UsageError when nothing proves who asks */
function proofOf(setting: (flag: string) => string | undefined, wish: string | undefined): object {
  const [id, secret] = [setting('os-application-credential-id'), setting('os-application-credential-secret')];
  if (id !== undefined && secret !== undefined) {
    return { identity: { methods: ['application_credential'], application_credential: { id, secret } } };
  }
  const [name, password] = [setting('os-username'), setting('os-password')];
  if (name === undefined || password === undefined) {
    throw new UsageError(
      'no credentials: set OS_APPLICATION_CREDENTIAL_ID and OS_APPLICATION_CREDENTIAL_SECRET, or OS_USERNAME and OS_PASSWORD',
    );
  }
  const domain = { id: 'default' };
  const project = wish ?? setting('os-project-id') ?? setting('os-project-name');
  const scope =
    project === undefined
      ? {}
      : { scope: { project: hexId.test(project) ? { id: project } : { name: project, domain } } };
  return { identity: { methods: ['password'], password: { user: { name, domain, password } } }, ...scope };
}

async function issue(url: string, auth: object): Promise<{ token: string; facts: Document }> {
  const { headers, document } = await request(url, 'POST', '/auth/tokens?nocatalog', {}, { auth });
  return { token: headers.get('x-subject-token') ?? '', facts: document.token as Document };
}

async function describe(url: string, token: string): Promise<Document> {
  const headers = { 'X-Auth-Token': token, 'X-Subject-Token': token };
  const { document } = await request(url, 'GET', '/auth/tokens?nocatalog', headers);
  return document.token as Document;
}

async function request(
  url: string,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: unknown,
): Promise<{ headers: Headers; document: Document }> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...headers,
        'User-Agent': userAgent,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    text = await response.text();
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    throw new Error(
      `cannot reach ${url}: ${cause instanceof Error ? cause.message || 'no connection' : String(cause)}`,
    );
  }
  const document = parsed(text);
  if (response.ok) return { headers: response.headers, document };
  const told = (document.error as Document | undefined)?.message;
  throw new Refusal(response.status, typeof told === 'string' ? told : `${method} ${path} failed`);
}

function parsed(text: string): Document {
  try {
    return text === '' ? {} : (JSON.parse(text) as Document);
  } catch {
    return {};
  }
}

/** `http://host`, `http://host/identity` and `http://host/identity/v3/` all mean the last. @throws UsageError */
function versioned(text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) {
    throw new UsageError(`OS_AUTH_URL: ${JSON.stringify(text)} is no http or https address`);
  }
  const url = text.replace(/\/+$/, '');
  if (/\/v3$/.test(url)) return url;
  return /\/identity$/.test(url) ? `${url}/v3` : `${url}/identity/v3`;
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function camel(flag: string): string {
  return flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

function variable(flag: string): string {
  return flag.toUpperCase().replaceAll('-', '_');
}
