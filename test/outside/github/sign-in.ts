/**
 * GitHub's OAuth pages:
 * https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
 */
import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { findAccount, newToken, type World } from './world.ts'

export interface OAuthApp {
  readonly clientId: string
  readonly clientSecret: string
  /** Allowed return addresses; a redirect URI must equal one or lie below it. */
  readonly callbackUrls: readonly string[]
}

const authorizeParameters = new Set([
  'client_id',
  'redirect_uri',
  'login',
  'scope',
  'state',
  'allow_signup',
  'prompt',
  'code_challenge',
  'code_challenge_method',
  'response_type',
])

/** `/login/oauth/authorize`: sends a signed-in user straight back with a code. */
export function authorize(
  world: World,
  app: OAuthApp,
  request: IncomingMessage,
  response: ServerResponse,
): readonly string[] {
  const { searchParams: query } = new URL(request.url ?? '/', 'http://github')
  const problems = [...query.keys()]
    .filter((name) => !authorizeParameters.has(name))
    .map((name) => `query ${name}: unknown`)
  if (query.get('client_id') !== app.clientId) {
    response.writeHead(404).end('Not Found')
    return [...problems, 'query client_id: unknown']
  }
  const wished = query.get('redirect_uri')
  const [firstCallback = ''] = app.callbackUrls
  const state = query.get('state')
  const back = (facts: Readonly<Record<string, string>>, to: string) => {
    const url = new URL(to)
    for (const [name, value] of Object.entries({ ...facts, ...(state === null ? {} : { state }) }))
      url.searchParams.set(name, value)
    response.writeHead(302, { location: url.href }).end()
  }
  if (wished !== null && !app.callbackUrls.some((callback) => isBelow(callback, wished))) {
    back(
      {
        error: 'redirect_uri_mismatch',
        error_description: 'The redirect_uri is not associated with this application.',
      },
      firstCallback,
    )
    return [...problems, 'query redirect_uri: not associated with this application']
  }
  const challenge = query.get('code_challenge')
  if (challenge !== null && (query.get('code_challenge_method') !== 'S256' || !/^[\w-]{43}$/.test(challenge)))
    problems.push('query code_challenge: expected S256 with 43 characters')
  const login = /(?:^|; )user_session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1]
  const user = login === undefined ? undefined : findAccount(world, decodeURIComponent(login))
  if (user === undefined) {
    response.writeHead(302, { location: `/login?return_to=${encodeURIComponent(request.url ?? '/')}` }).end()
    return problems
  }
  if (request.headers['x-test-deny'] !== undefined) {
    back(
      { error: 'access_denied', error_description: 'The user has denied your application access.' },
      wished ?? firstCallback,
    )
    return problems
  }
  const code = randomBytes(10).toString('hex')
  world.codes.set(code, {
    user,
    redirectUri: wished ?? firstCallback,
    codeChallenge: challenge,
    scopes: (query.get('scope') ?? '').split(/[ ,]+/).filter((scope) => scope !== ''),
    expiresAt: Date.now() + 600_000,
  })
  back({ code }, wished ?? firstCallback)
  return problems
}

function isBelow(callback: string, wished: string): boolean {
  const given = URL.parse(wished)
  const base = new URL(callback)
  if (given === null || given.origin !== base.origin) return false
  return given.pathname === base.pathname || given.pathname.startsWith(`${base.pathname.replace(/\/$/, '')}/`)
}

/** `/login/oauth/access_token`: errors come with status 200, as at GitHub. */
export function exchange(
  world: World,
  app: OAuthApp,
  request: IncomingMessage,
  sent: URLSearchParams,
  response: ServerResponse,
): readonly string[] {
  const answer = (facts: Readonly<Record<string, string>>) => {
    const asJson = (request.headers.accept ?? '').includes('application/json')
    response
      .writeHead(200, {
        'content-type': asJson ? 'application/json; charset=utf-8' : 'application/x-www-form-urlencoded',
      })
      .end(asJson ? JSON.stringify(facts) : new URLSearchParams(facts).toString())
  }
  if (sent.get('client_id') !== app.clientId || sent.get('client_secret') !== app.clientSecret) {
    answer({
      error: 'incorrect_client_credentials',
      error_description: 'The client_id and/or client_secret passed are incorrect.',
    })
    return ['client credentials: incorrect']
  }
  const code = sent.get('code') ?? ''
  const known = world.codes.get(code)
  world.codes.delete(code)
  const verifier = sent.get('code_verifier')
  const proves =
    known?.codeChallenge == null ||
    (verifier !== null && createHash('sha256').update(verifier).digest('base64url') === known.codeChallenge)
  if (known === undefined || known.expiresAt <= Date.now() || !proves) {
    answer({ error: 'bad_verification_code', error_description: 'The code passed is incorrect or expired.' })
    return []
  }
  const redirectUri = sent.get('redirect_uri')
  if (redirectUri !== null && redirectUri !== known.redirectUri) {
    answer({
      error: 'redirect_uri_mismatch',
      error_description: 'The redirect_uri MUST match the registered callback URL for this application.',
    })
    return []
  }
  const token = newToken('ghu')
  world.tokens.set(token, {
    kind: 'user',
    user: known.user,
    scopes: known.scopes,
    expiresAt: Date.now() + 8 * 3_600_000,
  })
  answer({ access_token: token, scope: known.scopes.join(','), token_type: 'bearer' })
  return []
}

/** `/login`: a button for each user, for tests with a browser. */
export function loginPage(
  world: World,
  request: IncomingMessage,
  sent: URLSearchParams,
  response: ServerResponse,
): void {
  const { searchParams } = new URL(request.url ?? '/', 'http://github')
  if (request.method === 'POST') {
    const cookie = `user_session=${encodeURIComponent(sent.get('login') ?? '')}; Path=/; HttpOnly; SameSite=Lax`
    response.writeHead(302, { 'set-cookie': cookie, location: sent.get('return_to') ?? '/' }).end()
    return
  }
  const quoted = (text: string) => text.replace(/[&"<>]/g, (letter) => `&#${letter.charCodeAt(0)};`)
  const buttons = world.accounts
    .filter(({ type }) => type === 'User')
    .map(({ login }) => `<button name="login" value="${quoted(login)}">${quoted(login)}</button>`)
  const hidden = `<input type="hidden" name="return_to" value="${quoted(searchParams.get('return_to') ?? '/')}">`
  response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    .end(`<title>Sign in</title><form method="post">${hidden}${buttons.join('')}</form>`)
}
