import { allPages, type CloudClient, CloudError, createClient, type Schemas } from '@harmont/cloud'
import type { Context, Handler } from '../context.ts'
import { type ExitCode, exits, HmError, usageError } from '../errors.ts'
import type { CommandName } from '../specs/index.ts'
import { version } from '../version.ts'
import { cloudFailure } from './failures.ts'

type Here = Pick<Context, 'config' | 'credentials' | 'env' | 'output' | 'signal'>

export interface Session {
  readonly client: CloudClient
  readonly apiUrl: string
  /** Base URL of the web application, for links. */
  readonly appUrl: string
  /** Slug of the organization for the command. Rejects with exit 2 if it is ambiguous. */
  org(): Promise<string>
}

/**
 * Returns a client of the configured server.
 * @param token null for a client that is not signed in.
 */
export async function connect(here: Here, token: string | null): Promise<CloudClient> {
  const config = await here.config()
  const own = await proxiedFetch(here.env)
  return createClient({
    baseUrl: config.get('cloud.api_url'),
    userAgent: `hm/${version}`,
    onCall: here.output.debug,
    ...(isTraceparent(here.env.TRACEPARENT) && { traceparent: here.env.TRACEPARENT }),
    ...(token === null ? {} : { token }),
    ...(own === undefined ? {} : { fetch: own }),
  })
}

/** Whether a variable is a valid `traceparent`. Any other value must not reach a header. */
function isTraceparent(text: string | undefined): text is string {
  return text !== undefined && /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(text)
}

/** Opens a session. Rejects with exit 3 if nobody is signed in. */
export async function openSession(here: Here): Promise<Session> {
  const config = await here.config()
  const apiUrl = config.get('cloud.api_url')
  const found = await (await here.credentials()).token(apiUrl)
  if (found === undefined)
    throw new HmError(exits.signedOut, 'not_signed_in', `not signed in at ${apiUrl}`, { fix: 'hm login' })
  const client = await connect(here, found.token)
  const configured = config.get('cloud.org')
  let org: Promise<string> | undefined
  return {
    client,
    apiUrl,
    appUrl: config.appUrl,
    org() {
      org ??= configured === undefined ? onlyOrganization(client, here.signal) : Promise.resolve(configured)
      return org
    },
  }
}

export async function organizations(client: CloudClient, signal: AbortSignal): Promise<Schemas['Organization'][]> {
  return Array.fromAsync(allPages((page) => client.listOrganizations(page, { signal })))
}

async function onlyOrganization(client: CloudClient, signal: AbortSignal): Promise<string> {
  const [only, ...others] = (await organizations(client, signal)).map(({ slug }) => slug)
  if (only === undefined) throw usageError('you belong to no organization', 'ask an administrator for an invite')
  if (others.length === 0) return only
  const slugs = [only, ...others].slice(0, 10).join(', ')
  throw usageError(
    `you belong to several organizations: ${slugs}`,
    `pass --org SLUG, or switch with hm org switch ${only}`,
  )
}

/**
 * Creates the handler of a command that requires a signed-in user. Converts the server's refusals
 * to errors of `hm`.
 */
export function signedIn<Name extends CommandName>(
  work: (context: Context<Name>, session: Session) => Promise<ExitCode>,
): Handler<Name> {
  return (context) => translateErrors(context, async () => work(context, await openSession(context)))
}

/** Runs the work and converts a CloudError to an error that the user can act on. */
export async function translateErrors<T>(here: Here, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof CloudError) throw cloudFailure(error, (await here.config()).get('cloud.api_url'))
    throw error
  }
}

/**
 * Returns a fetch that uses the proxies of the environment, except for the hosts of `NO_PROXY`,
 * because Node's own fetch ignores them; undefined without proxies.
 */
export async function proxiedFetch(
  env: Readonly<Record<string, string | undefined>>,
): Promise<typeof fetch | undefined> {
  const name = (variable: string) => env[variable.toLowerCase()] || env[variable] || undefined
  const [httpProxy, httpsProxy, noProxy] = [name('HTTP_PROXY'), name('HTTPS_PROXY'), name('NO_PROXY')]
  if (httpProxy === undefined && httpsProxy === undefined) return undefined
  const { EnvHttpProxyAgent, fetch: proxied } = await import('undici')
  const dispatcher = new EnvHttpProxyAgent({
    ...(httpProxy === undefined ? {} : { httpProxy }),
    ...(httpsProxy === undefined ? {} : { httpsProxy }),
    noProxy: ['localhost', '127.0.0.1', '[::1]', ...(noProxy === undefined ? [] : [noProxy])].join(','),
  })
  const both = (input: Parameters<typeof proxied>[0], init?: Parameters<typeof proxied>[1]) =>
    proxied(input, { ...init, dispatcher })
  return both as unknown as typeof fetch
}
