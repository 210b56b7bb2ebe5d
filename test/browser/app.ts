/** The web app for a test: a real server with the built pages, Debian's Chromium, and people who are signed in. */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { findUserByEmail } from '../../packages/server/src/identity/accounts/store.ts'
import { makeSetupLink } from '../../packages/server/src/identity/setup/setup-link.ts'
import { type Product, startProduct } from '../product.ts'
import { type BrowserWish, openContext, startBrowser } from './browser.ts'

export interface App {
  readonly product: Product
  readonly browser: Browser
  /** Where pages are opened: the public URL where one is set, else on `localhost`, so that passkeys work. */
  readonly origin: string
  /** A window of the bootstrapped owner, signed in. */
  openAsOwner(options?: BrowserContextOptions): Promise<Page>
  /** Signs a window in by a one-time link of the operator: as the oldest owner, or as the user with this address. */
  signIn(context: BrowserContext, email?: string): Promise<void>
  stop(): Promise<void>
}

/** Starts a server, and takes a browser. */
export async function startApp(env: Readonly<Record<string, string>> = {}, wish: BrowserWish = {}): Promise<App> {
  const product = await startProduct(env)
  const browser = await startBrowser(wish)
  const origin = env.HARMONT_PUBLIC_URL ?? `http://localhost:${new URL(product.server().url).port}`
  const signIn = async (context: BrowserContext, email?: string) => {
    const userId = email === undefined ? null : await findUserByEmail(product.pool, email)
    if (userId === undefined) throw new Error(`nobody has the address ${email}`)
    // As `setup-link` does, which starts a Node.js and is tested where people set a server up.
    const link = await makeSetupLink(product.pool, origin, userId)
    const setup_token = /token=([\w-]+)/.exec(link)?.[1]
    const headers = { 'x-harmont-session': 'cookie', origin }
    const done = await context.request.post(`${origin}/api/v0/setup/complete`, { headers, data: { setup_token } })
    if (!done.ok()) throw new Error(`signing in: ${done.status()} ${await done.text()}`)
  }
  return {
    product,
    browser,
    origin,
    signIn,
    async openAsOwner(options = {}) {
      const context = await openContext(browser, options)
      await signIn(context)
      return context.newPage()
    },
    async stop() {
      await browser.close()
      await product.remove()
    },
  }
}
