/** What the pages of the web app do, run in the browser: ask for options, let the browser do its part, send what it gave. */
import type { Page } from 'playwright-core'

export interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

interface Call {
  readonly method: string
  readonly path: string
  readonly body?: Readonly<Record<string, unknown>>
}

/** Calls the API from the page as our web app does: the session in a cookie, and the CSRF token read from the other one. */
export function call(page: Page, method: string, path: string, body?: Call['body']): Promise<Answer> {
  return page.evaluate(callInPage, { method, path, ...(body === undefined ? {} : { body }) })
}

/** Makes a passkey with the options of `options`, and sends it to `finalize` with the same members. */
export function createPasskey(page: Page, ceremony: Ceremony): Promise<Answer> {
  return run(page, { ...ceremony, kind: 'create' })
}

/** Signs in with whatever passkey is at hand. */
export function signIn(page: Page): Promise<Answer> {
  const path = '/auth/passkey/login'
  return run(page, { kind: 'get', options: `${path}/options`, finalize: `${path}/finalize`, members: {} })
}

interface Ceremony {
  readonly options: string
  readonly finalize: string
  readonly members: Readonly<Record<string, unknown>>
}

interface Begun {
  readonly challenge_id: string
  readonly options: unknown
}

async function run(page: Page, { kind, options, finalize, members }: Ceremony & { kind: 'create' | 'get' }) {
  const begun = await call(page, 'POST', options, members)
  if (begun.status !== 200) return begun
  const { challenge_id, options: publicKey } = begun.body as unknown as Begun
  const credential = await page.evaluate(credentialInPage, { kind, publicKey })
  const answer = kind === 'create' ? { attestation: credential } : { assertion: credential }
  return call(page, 'POST', finalize, { ...members, challenge_id, ...answer })
}

// The two below run in the browser, whose names the types of Node do not have.

async function callInPage({ method, path, body }: Call): Promise<Answer> {
  const { document } = globalThis as unknown as { document: { cookie: string } }
  const csrf = /(?:^|; )harmont_csrf=([^;]*)/.exec(document.cookie)?.[1]
  const response = await fetch(`/api/v0${path}`, {
    method,
    headers: {
      'x-harmont-session': 'cookie',
      ...(csrf === undefined ? {} : { 'x-csrf-token': csrf }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) }
}

async function credentialInPage({ kind, publicKey }: { kind: 'create' | 'get'; publicKey: unknown }): Promise<unknown> {
  const { navigator, PublicKeyCredential } = globalThis as unknown as {
    navigator: { credentials: Record<'create' | 'get', (options: unknown) => Promise<{ toJSON(): unknown }>> }
    PublicKeyCredential: Record<
      'parseCreationOptionsFromJSON' | 'parseRequestOptionsFromJSON',
      (json: unknown) => unknown
    >
  }
  const parsed =
    kind === 'create'
      ? PublicKeyCredential.parseCreationOptionsFromJSON(publicKey)
      : PublicKeyCredential.parseRequestOptionsFromJSON(publicKey)
  const credential = await navigator.credentials[kind]({ publicKey: parsed })
  return credential.toJSON()
}
