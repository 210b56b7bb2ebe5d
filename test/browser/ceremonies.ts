/**
 * Creates passkeys in the browser without our pages, for tests of other features: requests options,
 * runs the ceremony and sends the result.
 */
import type { Page } from 'playwright-core'

interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
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

/**
 * Creates a passkey with the options that the path `options` returns, and sends it to `finalize`
 * with the same members.
 */
export async function createPasskey(page: Page, { options, finalize, members }: Ceremony): Promise<Answer> {
  const begun = await post(page, options, members)
  if (begun.status !== 200) return begun
  const { challenge_id, options: publicKey } = begun.body as unknown as Begun
  const attestation = await page.evaluate(createInPage, publicKey)
  return post(page, finalize, { ...members, challenge_id, attestation })
}

/** Sends the session cookie and the CSRF token from the other cookie, like our web app. */
function post(page: Page, path: string, body: Readonly<Record<string, unknown>>): Promise<Answer> {
  return page.evaluate(postInPage, { path, body })
}

// The two functions below run in the browser, whose globals Node's types lack.

async function postInPage({ path, body }: { path: string; body: unknown }): Promise<Answer> {
  const { document } = globalThis as unknown as { document: { cookie: string } }
  const csrf = /(?:^|; )harmont_csrf=([^;]*)/.exec(document.cookie)?.[1] ?? ''
  const headers = { 'x-harmont-session': 'cookie', 'x-csrf-token': csrf, 'content-type': 'application/json' }
  const response = await fetch(`/api/v0${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) }
}

async function createInPage(publicKey: unknown): Promise<unknown> {
  const { navigator, PublicKeyCredential } = globalThis as unknown as {
    navigator: { credentials: { create(options: unknown): Promise<{ toJSON(): unknown }> } }
    PublicKeyCredential: { parseCreationOptionsFromJSON(json: unknown): unknown }
  }
  const parsed = PublicKeyCredential.parseCreationOptionsFromJSON(publicKey)
  return (await navigator.credentials.create({ publicKey: parsed })).toJSON()
}
